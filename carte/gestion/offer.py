"""What is offered to a manager: authorities and parks to choose from, the next steps of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.features import Feature, Status
from parcs import permissions
from parcs.queries import member_authorities

if TYPE_CHECKING:
    from comptes.models import User
    from geodata.features import FeatureQuerySet


@dataclass(frozen=True)
class Step:
    """A button: its path segment, its word, and whether it takes something away."""

    verb: str
    label: str | Promise
    danger: bool = False


SUBMIT = Step("relire", _("Demander la relecture"))
PUBLISH = Step("publier", _("Publier"))
ARCHIVE = Step("archiver", _("Retirer du site"), danger=True)
DELETE = Step("supprimer", _("Mettre à la corbeille"), danger=True)
MOVES = {"relire": Status.IN_REVIEW, "publier": Status.PUBLISHED, "archiver": Status.ARCHIVED}


def offered_authorities(user: User) -> FeatureQuerySet:
    """Authorities this person may write for."""
    rows = registry.get("autorites").model_class.objects.alive().order_by("code")
    if user.is_superuser:
        return rows
    return rows.filter(code__in=[code for code in member_authorities(user) if permissions.may_write_for(user, code)])


def territory(authorities: FeatureQuerySet) -> str:
    """West, south, east, north in degrees of what these authorities cover, for a map to open on."""
    box = authorities.aggregate(box=Extent("geom"))["box"]
    return ",".join(f"{edge:.5f}" for edge in box) if box else ""


def offered_parks(user: User) -> FeatureQuerySet:
    """Parks a record may be placed in."""
    return registry.get("parcs").visible_to(user).order_by("name_fr")


def own_parks(user: User) -> FeatureQuerySet:
    """Parks of the authorities this person may write for."""
    rows = registry.get("parcs").model_class.objects.alive().order_by("name_fr")
    return rows.filter(authority__in=offered_authorities(user).values("code"))


def steps(user: User, feature: Feature) -> list[Step]:
    """The steps this person may take with a record, in the order of its life."""
    if not permissions.may_edit(user, feature):
        return []
    publisher, status = permissions.may_publish(user, feature), Status(feature.status)
    found = []
    if status == Status.DRAFT and not publisher:
        found.append(SUBMIT)
    if publisher and status != Status.PUBLISHED:
        found.append(PUBLISH)
    if publisher and status == Status.PUBLISHED:
        found.append(ARCHIVE)
    if publisher or status == Status.DRAFT:
        found.append(DELETE)
    return found


def limited(form: Any, user: User) -> None:
    """Let a form choose only among what is offered."""
    if "authority" in form.fields:
        form.fields["authority"].queryset = offered_authorities(user)
        form.fields["authority"].empty_label = None
    if "park" in form.fields:
        form.fields["park"].queryset = offered_parks(user)
    if "parks" in form.fields:
        form.fields["parks"].queryset = own_parks(user)
