"""The network as it was on two days, and what changed in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from carte import wording
from carte.gestion.told import in_words, moved
from carte.home import picture
from carte.pages.addresses import address_of
from carte.pages.texts import page_language
from geodata import registry
from geodata.endpoints.mementos import written
from geodata.params.instants import AS_OF, parse_as_of
from geodata.params.paging import whole_number
from geodata.problems import BadParameter, NotFound
from geodata.queries import differences, past
from geodata.queries.differences import KINDS, LATEST, Compared, Difference, Differences, Import, Place
from geodata.queries.ledger import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from geodata.queries.past import Moment
    from geodata.registry import Collection

FIRST, LAST, ONLY, KEY, BEFORE, AFTER = "de", "a", "collection", "import", "avant", "apres"
USUAL = timedelta(days=30)
MOST_WORDS = 12
# Sources that are harvested each night make hundreds a year.
MOST_IMPORTS = 30
LARGEST = 2**63 - 1
IMPORT = re.compile(r"[0-9a-f]{12}")


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
    """A collection: how many then and later, all its changes, and the first features that were changed by hand."""

    collection: Collection
    counts: Compared
    groups: list[Group]
    is_cut: bool
    url: str

    @property
    def apart(self) -> int:
        """How many of those that are listed."""
        return sum(len(group.lines) for group in self.groups)


@dataclass(frozen=True)
class Imported:
    """What one import did, in all collections: its name and day, and each part with its page."""

    reason: str
    on: date
    parts: list[tuple[Collection, Import, str]]

    @property
    def figures(self) -> Figures:
        """How many changes it made in all of them."""
        return _sum(part.figures for _collection, part, _url in self.parts)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Two days, what imports did, the differences of each collection folded, all of one on pages of its own.

    A day that cannot be read is 400 with its sentence; an unknown collection or page 404.
    """
    today = timezone.localdate()
    given = {FIRST: str(today - USUAL), LAST: str(today)}
    given |= {name: request.GET[name] for name in (FIRST, LAST) if request.GET.get(name)}
    context: dict[str, Any] = {"given": given, "today": str(today)}
    try:
        first, last = _moments(given)
        if request.GET.get(ONLY):
            context |= _one(request, given, first, last)
        else:
            context |= _all(given, first, last)
    except BadParameter as refusal:
        return render(request, "pages/historique.html", context | {"refusal": refusal.detail}, status=400)
    context |= {"first": first, "last": last}
    return render(
        request, "pages/historique_collection.html" if "only" in context else "pages/historique.html", context
    )


def _all(given: dict[str, str], first: Moment, last: Moment) -> dict[str, Any]:
    """Every collection, the first differences of each."""
    told: list[Told] = []
    counts = differences.compared(first.revision, last.revision)
    imports, others = _imports(given, counts)
    for collection in registry.collections():
        found = differences.page(collection, first.revision, last.revision)
        groups, is_cut = _groups(found, last), found.earlier is not None
        told.append(Told(collection, counts[collection.id], groups, is_cut, _address(given, collection)))
    return {
        "told": told,
        "imports": imports,
        "others": others,
        "was_empty": not any(each.counts.count_first for each in told),
        "figures": _sum(each.counts.figures for each in told),
        "pictures": [
            (moment, _picture(moment), f"{reverse('home')}?{AS_OF}={written(moment.instant)}", _undrawn(of_day))
            for moment, of_day in (
                (first, {name: each.count_first for name, each in counts.items()}),
                (last, {name: each.count_last for name, each in counts.items()}),
            )
        ],
    }


def _imports(given: dict[str, str], counts: dict[str, Compared]) -> tuple[list[Imported], int]:
    """The latest imports, each with its part in every collection, and how many older ones there are."""
    made: dict[str, list[tuple[Collection, Import]]] = {}
    for collection in registry.collections():
        for each in counts[collection.id].imports:
            made.setdefault(each.key, []).append((collection, each))
    latest = sorted(made.values(), key=lambda parts: (parts[0][1].on, parts[0][1].reason), reverse=True)
    shown = [
        Imported(
            parts[0][1].reason,
            parts[0][1].on,
            [(collection, each, _address(given, collection, key=each.key)) for collection, each in parts],
        )
        for parts in latest[:MOST_IMPORTS]
    ]
    return shown, len(latest) - len(shown)


def _sum(all_of: Iterable[Figures]) -> Figures:
    return reduce(Figures.plus, all_of, Figures())


def _one(request: HttpRequest, given: dict[str, str], first: Moment, last: Moment) -> dict[str, Any]:
    """One collection, all of it by pages: what an import changed, or what was changed by hand."""
    try:
        collection = registry.get(request.GET[ONLY])
    except NotFound:
        raise Http404 from None
    key, place = request.GET.get(KEY, ""), _place(request)
    if key and not IMPORT.fullmatch(key):
        raise Http404
    made = differences.imported(collection, first.revision, last.revision, key) if key else None
    if key and made is None:
        raise Http404
    found = differences.page(collection, first.revision, last.revision, place, made)
    pages = {"later": found.later, "earlier": found.earlier}
    return {
        "only": collection,
        "imported": made,
        "groups": _groups(found, last),
        "pages": {name: _address(given, collection, key=key, place=each) for name, each in pages.items() if each},
        "whole": f"{reverse('pages:historique')}?{urlencode(given)}",
    }


def _place(request: HttpRequest) -> Place:
    """Where the page begins. Raises Http404: no revision, or two of them."""
    found = {name: whole_number(request.GET[name], LARGEST) for name in (BEFORE, AFTER) if name in request.GET}
    if len(found) > 1 or 0 in found.values():
        raise Http404
    return Place(found.get(BEFORE, 0), found.get(AFTER, 0))


def _address(given: dict[str, str], collection: Collection, *, key: str = "", place: Place = LATEST) -> str:
    more = {ONLY: collection.id, KEY: key, BEFORE: str(place.before or ""), AFTER: str(place.after or "")}
    return f"{reverse('pages:historique')}?{urlencode(given | {name: value for name, value in more.items() if value})}"


def _moments(given: dict[str, str]) -> tuple[Moment, Moment]:
    instants = [parse_as_of(given[name], name=name) for name in (FIRST, LAST)]
    if instants[0] > instants[1]:
        raise BadParameter(FIRST, gettext("Le premier jour vient après le second."))
    return past.moment(instants[0]), past.moment(instants[1])


def _picture(moment: Moment) -> str:
    return f"{reverse('picture')}?{AS_OF}={written(moment.instant)}"


def _undrawn(counts: dict[str, int]) -> list[str]:
    """What a picture of so many features leaves out: it draws the largest outlines, and counts all cabins."""
    words = {
        "sentiers": gettext("%(drawn)s sentiers sur %(all)s : les plus longs"),
        "parcs": gettext("%(drawn)s parcs sur %(all)s : les plus grands"),
    }
    most = picture.MOST_DRAWN
    return [
        told % {"drawn": wording.number(most), "all": wording.number(counts[name])}
        for name, told in words.items()
        if counts[name] > most
    ]


def _groups(found: Differences, last: Moment) -> list[Group]:
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
    return groups


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
