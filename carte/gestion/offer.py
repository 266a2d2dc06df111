"""What is offered to a manager: authorities and parks to choose from, the next steps of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.gis.db.models import Extent
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.editing.fields import UNKNOWN
from geodata.features import Feature, Status
from parcs import permissions
from parcs.queries import member_authorities

if TYPE_CHECKING:
    from comptes.models import User
    from geodata.features import FeatureQuerySet


# A list longer than this is no help, and a page of half a megabyte.
LONGEST = 500


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
    """Let a form choose only among what this person may see, and write only for what is theirs."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = own_parks(user)
        elif isinstance(field, forms.ModelChoiceField):
            _offer(field, offered_authorities(user) if name == "authority" else _seen(field, user))
            field.empty_label = "…" if field.required else UNKNOWN
    if "authority" in form.fields:
        form.fields["authority"].empty_label = None


def _seen(field: forms.ModelChoiceField[Any], user: User) -> FeatureQuerySet:
    collection = registry.of_model(cast("Any", field.queryset).model)
    return collection.visible_to(user).order_by(collection.label, "id")


def _offer(field: forms.ModelChoiceField[Any], rows: FeatureQuerySet) -> None:
    """A list to choose from; where it would be too long to read, the last part of the page's address."""
    field.queryset = rows
    if rows[LONGEST : LONGEST + 1]:
        field.to_field_name, field.widget = "slug", forms.TextInput(attrs={"spellcheck": "false", "data-slug": ""})
        field.help_text = _("Dernier segment de l’adresse de sa page.")
