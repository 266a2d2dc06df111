"""The network as it was on two days, and what changed in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from carte.gestion.told import in_words, moved
from carte.pages.addresses import address_of
from carte.pages.texts import page_language
from geodata import registry
from geodata.endpoints.mementos import written
from geodata.params.instants import AS_OF, parse_as_of
from geodata.problems import BadParameter
from geodata.queries import differences, past
from geodata.queries.differences import KINDS, Difference, Differences

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from geodata.queries.past import Moment
    from geodata.registry import Collection

FIRST, LAST = "de", "a"
USUAL = timedelta(days=30)
MOST_WORDS = 12


@dataclass(frozen=True)
class Field:
    """A property that changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """A feature that differs: what it is called, where it is shown (as it was, once it is gone), and what changed."""

    name: str
    url: str
    fields: list[Field]


@dataclass(frozen=True)
class Group:
    """The features of a collection that differ in one way."""

    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Told:
    """A collection: how many then and later, and what differs."""

    collection: Collection
    count_first: int
    count_last: int
    groups: list[Group]
    is_cut: bool

    @property
    def total(self) -> int:
        """How many differ."""
        return sum(len(group.lines) for group in self.groups)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Two days, the counts of each collection, and the lists; a day that cannot be read is 400 with its sentence."""
    today = timezone.localdate()
    given = {FIRST: str(today - USUAL), LAST: str(today)}
    given |= {name: request.GET[name] for name in (FIRST, LAST) if request.GET.get(name)}
    context: dict[str, Any] = {"given": given, "today": str(today)}
    try:
        first, last = _moments(given)
        found = [
            _told(differences.between(each, first.revision, last.revision), last) for each in registry.collections()
        ]
    except BadParameter as refusal:
        return render(request, "pages/historique.html", context | {"refusal": refusal.detail}, status=400)
    context |= {
        "first": first,
        "last": last,
        "told": found,
        "was_empty": not any(each.count_first for each in found),
        "total": sum(each.total for each in found),
        "pictures": [(moment, _picture(moment), f"{reverse('home')}?{AS_OF}={written(moment.instant)}")
                     for moment in (first, last)],
    }  # fmt: skip
    return render(request, "pages/historique.html", context)


def _moments(given: dict[str, str]) -> tuple[Moment, Moment]:
    instants = [parse_as_of(given[name], name=name) for name in (FIRST, LAST)]
    if instants[0] > instants[1]:
        raise BadParameter(FIRST, gettext("Le premier jour vient après le second."))
    return past.moment(instants[0]), past.moment(instants[1])


def _picture(moment: Moment) -> str:
    return f"{reverse('picture')}?{AS_OF}={written(moment.instant)}"


def _told(found: Differences, last: Moment) -> Told:
    titles = {
        "added": gettext("Ajoutées"),
        "changed": gettext("Modifiées"),
        "unpublished": gettext("Retirées"),
        "deleted": gettext("Supprimées"),
        "merged": gettext("Fusionnées avec une autre"),
    }
    groups = []
    for kind in KINDS:
        lines = [_line(found.collection, each, last) for each in found.found if each.kind == kind]
        if lines:
            groups.append(Group(titles[kind], lines))
    return Told(found.collection, found.count_first, found.count_last, groups, found.is_cut)


def _line(collection: Collection, each: Difference, last: Moment) -> Line:
    """A line; where the feature is shown: at the second day, or for what left by then, among its versions."""
    if each.later is not None:
        key = str(each.later[str(collection.model_class._meta.get_field(collection.page_key).column)])  # type: ignore[union-attr]
        url = address_of(collection, key) + f"?{AS_OF}={written(last.instant)}"
    else:
        url = reverse("api:versions", args=[collection.id, each.uuid]) + "?f=html"
    return Line(_name(collection, each.shown), url, _fields(collection, each))


def _name(collection: Collection, row: dict[str, Any]) -> str:
    stem = collection.model_class.label_stem
    return str(row.get(f"{stem}_{page_language()}") or row.get(f"{stem}_fr") or row.get("slug") or "")


def _fields(collection: Collection, each: Difference) -> list[Field]:
    if each.earlier is None or each.later is None:
        return []
    return [_field(collection, name, each.earlier, each.later) for name in each.changed[:MOST_WORDS]]


def _field(collection: Collection, name: str, earlier: dict[str, Any], later: dict[str, Any]) -> Field:
    field: models.Field[Any, Any] = collection.fields.get(name, collection.geometry)
    label, column = capfirst(str(field.verbose_name)), str(field.column)
    if isinstance(field, GeometryField):
        return Field(label, "", moved(earlier.get(column), later.get(column)) or gettext("géométrie changée"))
    plain = _unlinked(field)
    if isinstance(getattr(plain, "base_field", plain), models.UUIDField):
        return Field(label, "", gettext("lien changé"))
    unknown = gettext("non renseigné")
    before, after = (in_words(plain, row.get(column)) or unknown for row in (earlier, later))
    return Field(label, before, after)


def _unlinked(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """The field that a foreign key points at: a name is not looked up, it may be of what is hidden today."""
    return field.target_field if isinstance(field, models.ForeignKey) else field
