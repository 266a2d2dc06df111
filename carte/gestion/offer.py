"""What is offered to a manager: authorities and parks to choose from, the next steps of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.gis.db.models import Extent
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.changes.naming import Link, link_of, named
from geodata.editing.fields import UNKNOWN
from geodata.features import Feature, Status
from parcs import permissions
from parcs.queries import member_authorities

if TYPE_CHECKING:
    from comptes.models import User
    from geodata.editing.forms import FeatureForm
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
    rows = registry.get("autorites").model_class.objects.alive().by_name()
    if user.is_superuser:
        return rows
    return rows.filter(code__in=[code for code in member_authorities(user) if permissions.may_write_for(user, code)])


def territory(authorities: FeatureQuerySet) -> str:
    """West, south, east, north in degrees of what these authorities cover, for a map to open on."""
    box = authorities.aggregate(box=Extent("geom"))["box"]
    return ",".join(f"{edge:.5f}" for edge in box) if box else ""


def own_parks(user: User) -> FeatureQuerySet:
    """Parks of the authorities this person may write for."""
    rows = registry.get("parcs").model_class.objects.alive().by_name()
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


def limited(form: FeatureForm, user: User, feature: Feature | None = None) -> None:
    """Let a form choose only among what this person may see, and write only for what is theirs.

    What the record names already stays a choice; where it is hidden from this person, it is told by its code alone (decision 0212).
    """
    for name, field in form.fields.items():
        link = link_of(form.collection.model_class, name)
        if link is None or not isinstance(field, forms.ModelChoiceField):
            continue
        held = named(link, feature) if feature is not None else None
        hidden = _hidden(link, held, user) if held is not None else {}
        if isinstance(field, forms.ModelMultipleChoiceField):
            rows = own_parks(user)
        else:
            rows = offered_authorities(user) if name == "authority" else _seen(link, user)
            _type_where_long(field, rows, hidden)
            field.empty_label = "…" if field.required else UNKNOWN
        field.queryset = rows if held is None else rows | held
        field.label_from_instance = partial(_told, hidden)  # type: ignore[method-assign]
    if "authority" in form.fields:
        form.fields["authority"].empty_label = None  # type: ignore[attr-defined]


def _seen(link: Link, user: User) -> FeatureQuerySet:
    collection = registry.of_model(link.related_model)
    return collection.visible_to(user).by_name()


def _hidden(link: Link, held: FeatureQuerySet, user: User) -> dict[Any, str]:
    """The code of each record that is named already and that this person may not see, by its key."""
    seen = registry.of_model(link.related_model).visible_to(user)
    target = link.target_field.name if isinstance(link, models.ForeignKey) else "uuid"
    return {key: str(code) for key, code in held.exclude(pk__in=seen.values("pk")).values_list("pk", target)}


def _told(hidden: Mapping[Any, str], record: Feature) -> str:
    return hidden.get(record.pk) or str(record)


def _type_where_long(field: forms.ModelChoiceField[Any], rows: FeatureQuerySet, hidden: Mapping[Any, str]) -> None:
    """A list to choose from; where it would be too long to read, the last part of the page's address.

    A page that is hidden has no address to tell: its identifier stands for it.
    """
    if not rows[LONGEST : LONGEST + 1]:
        return
    field.widget = forms.TextInput(
        attrs={"spellcheck": "false"} if hidden else {"spellcheck": "false", "data-slug": ""}
    )
    field.to_field_name = "uuid" if hidden else "slug"
    field.help_text = _("Identifiant (UUID) de sa fiche.") if hidden else _("Dernier segment de l’adresse de sa page.")
