"""Who may do what: roles by authority, optionally for some parks only (product.md §1, managers 4).

Rights do not descend from an authority to its members: each edits what is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from geodata.features import Feature
from parcs.codes import Role
from parcs.models import Adhesion, Autorite, Parc

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

RANKS = {role: rank for rank, role in enumerate(Role.values)}
NOTHING = -1


def _rank(user: User | AnonymousUser, authority: str | None, park: UUID | None) -> int:
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    if user.is_superuser:
        return RANKS[Role.ADMIN]
    adhesion = Adhesion.objects.filter(user=user, authority__code=authority).prefetch_related("parks").first()
    if adhesion is None:
        return NOTHING
    limited_to = {each.uuid for each in adhesion.parks.all()}
    return RANKS[adhesion.role] if not limited_to or park in limited_to else NOTHING


def park_of(feature: Feature) -> UUID | None:
    """The park a feature belongs to: itself, or the one it names."""
    return feature.uuid if isinstance(feature, Parc) else getattr(feature, "park_id", None)


def owner_of(feature: Feature) -> str | None:
    """The authority that a feature belongs to; an authority belongs to itself."""
    return feature.code if isinstance(feature, Autorite) else feature.authority_id


def _at_least(role: Role, user: User | AnonymousUser, feature: Feature) -> bool:
    return _rank(user, owner_of(feature), park_of(feature)) >= RANKS[role]


def may_create(user: User | AnonymousUser, authority: str | None, park: UUID | None) -> bool:
    """Whether this person may add a record of this authority (in this park)."""
    return _rank(user, authority, park) >= RANKS[Role.EDITOR]


def may_see(user: User | AnonymousUser, feature: Feature) -> bool:
    """Whether this person may see the record: it is public, or of an authority of theirs, whatever the park."""
    if feature.is_public:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    theirs = {feature.authority_id, owner_of(feature)} - {None}
    return user.is_superuser or Adhesion.objects.filter(user=user, authority__code__in=theirs).exists()


def may_edit(user: User | AnonymousUser, feature: Feature) -> bool:
    """Whether this person may change the record, or propose a change when it is published."""
    return _at_least(Role.EDITOR, user, feature)


def may_publish(user: User | AnonymousUser, feature: Feature) -> bool:
    """Whether this person may publish the record, change it live, archive and delete it."""
    return _at_least(Role.PUBLISHER, user, feature)


def may_create_any(user: User | AnonymousUser) -> bool:
    """Whether this person may add a record of at least one authority."""
    if not user.is_authenticated or not user.is_active:
        return False
    makers = [role for role, rank in RANKS.items() if rank >= RANKS[Role.EDITOR]]
    return user.is_superuser or Adhesion.objects.filter(user=user, role__in=makers).exists()


def default_authority(user: User | AnonymousUser, park: UUID | None) -> str | None:
    """The authority for which a person makes a record when nothing says it: the park's, or their only one."""
    if park is not None:
        found = Parc.objects.filter(uuid=park).values_list("authority", flat=True).first()
        if found is not None and may_create(user, found, park):
            return str(found)
    makers = [role for role, rank in RANKS.items() if rank >= RANKS[Role.EDITOR]]
    codes = list(Adhesion.objects.filter(user=user.pk, role__in=makers).values_list("authority", flat=True)[:2])
    return str(codes[0]) if len(codes) == 1 else None


def belongs_to(user: User | AnonymousUser) -> str | None:
    """The authority that a person is of, the first one of several."""
    code = Adhesion.objects.filter(user=user.pk).order_by("id").values_list("authority", flat=True).first()
    return None if code is None else str(code)


def who_can(authority: str | None) -> str:
    """A sentence that says who may act for this authority."""
    found = Autorite.objects.filter(code=authority).only("name_fr", "email").first()
    if found is None:
        return _("Seule l’administration du site le peut.")
    contact = f" ({found.email})" if found.email else ""
    return _("Le peuvent : les personnes de « %(name)s »%(contact)s.") % {"name": found.name_fr, "contact": contact}


def may_write_for(user: User, authority: str) -> bool:
    """Whether this person may add records of this authority, in some park at least."""
    makers = [role for role, rank in RANKS.items() if rank >= RANKS[Role.EDITOR]]
    return user.is_superuser or Adhesion.objects.filter(user=user, authority__code=authority, role__in=makers).exists()
