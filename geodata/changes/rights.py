"""What a person may do with a feature, asked of the `permissions` that an app hands over; a refusal says who can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from geodata.features import Feature, Status
from geodata.problems import Conflict, Forbidden, NotAuthenticated

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

    Person = User | AnonymousUser

# A status, and those from which it is reached.
STEPS = {
    Status.IN_REVIEW: (Status.DRAFT,),
    Status.PUBLISHED: (Status.DRAFT, Status.IN_REVIEW, Status.ARCHIVED),
    Status.ARCHIVED: (Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED),
}


class Permissions(Protocol):
    """Who may; see `parcs.permissions`."""

    def may_create(self, user: Any, authority: str | None, park: UUID | None) -> bool: ...
    def may_create_any(self, user: Any) -> bool: ...
    def may_see(self, user: Any, feature: Feature) -> bool: ...
    def may_edit(self, user: Any, feature: Feature) -> bool: ...
    def may_publish(self, user: Any, feature: Feature) -> bool: ...
    def park_of(self, feature: Feature) -> UUID | None: ...
    def owner_of(self, feature: Feature) -> str | None: ...
    def default_authority(self, user: Any, park: UUID | None) -> str | None: ...
    def belongs_to(self, user: User | AnonymousUser) -> str | None: ...
    def who_can(self, authority: str | None) -> str: ...


def ask_signed_in(by: Person) -> None:
    """Raises NotAuthenticated for nobody."""
    if not by.is_authenticated:
        raise NotAuthenticated


@dataclass(frozen=True)
class Rights:
    """The questions that `Actions` puts; each raises Forbidden, which names the authority that can."""

    permissions: Permissions

    def ask_edit(self, by: Person, feature: Feature) -> None:
        """May this person change it, or propose to?"""
        if not self.permissions.may_edit(by, feature):
            raise self._refusal(feature)

    def ask_create(self, by: Person, feature: Feature) -> None:
        """May this person have it where it is: under its authority, in its park?"""
        if not self.permissions.may_create(by, feature.authority_id, self.permissions.park_of(feature)):
            raise self._refusal(feature)

    def ask_publish(self, by: Person, feature: Feature) -> None:
        """May this person change what everybody sees of it?"""
        if not self.permissions.may_publish(by, feature):
            raise self._refusal(feature, _("Publier, archiver et supprimer demandent le rôle de publication."))

    def ask_move(self, by: Person, feature: Feature, old: Status, new: Status) -> None:
        """May this person take it from one step of its life to another? Conflict where no way leads there."""
        if old not in STEPS.get(new, ()):
            allowed = ", ".join(f"{each.label} ({each.value})" for each in Status if old in STEPS.get(each, ()))
            words = {"old": old.label, "new": new.label, "allowed": allowed}
            raise Conflict(
                _("Une fiche au statut « %(old)s » ne passe pas à « %(new)s », seulement à : %(allowed)s.") % words
            )
        if new != Status.IN_REVIEW:
            self.ask_publish(by, feature)

    def methods(self, user: Person, feature: Feature | None = None, *, owned: bool = True) -> tuple[str, ...]:
        """The HTTP methods that write which this person may use, on the collection or on one record.

        Records that are not `owned` by an authority are added by the administration only.
        """
        if feature is None:
            may_add = user.is_superuser or (owned and self.permissions.may_create_any(user))
            return ("POST",) if may_add else ()
        if not self.permissions.may_edit(user, feature):
            return ()
        deletes = self.permissions.may_publish(user, feature) or feature.status == Status.DRAFT
        return ("PUT", "PATCH", "DELETE") if deletes else ("PUT", "PATCH")

    def _refusal(self, feature: Feature, told: str = "") -> Forbidden:
        return Forbidden(f"{told} {self.permissions.who_can(self.permissions.owner_of(feature))}".strip())
