"""The network as it was on two days, and what changed in between."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
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

from carte.gestion.told import in_words, moved
from carte.pages.addresses import address_of
from carte.pages.texts import page_language
from geodata import registry
from geodata.endpoints.mementos import written
from geodata.params.instants import AS_OF, parse_as_of
from geodata.params.paging import whole_number
from geodata.problems import BadParameter, NotFound
from geodata.queries import differences, past
from geodata.queries.differences import KINDS, Difference, Differences

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from geodata.queries.past import Moment
    from geodata.registry import Collection

FIRST, LAST, ONLY, KEY, PAGE = "de", "a", "collection", "import", "page"
USUAL = timedelta(days=30)
MOST_WORDS = 12
MOST_PAGES = 1_000
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
    """A collection: how many then and later, what differs by hand, how many features imports touched."""

    collection: Collection
    count_first: int
    count_last: int
    groups: list[Group]
    is_cut: bool
    imported: int
    url: str

    @property
    def apart(self) -> int:
        """How many of those that are listed."""
        return sum(len(group.lines) for group in self.groups)

    @property
    def total(self) -> int:
        """How many differ, as far as they were counted."""
        return self.apart + self.imported


@dataclass(frozen=True)
class Import:
    """What one import did, in all collections: its name and day, and each part with its page."""

    reason: str
    on: date
    parts: list[tuple[Collection, differences.Import, str]]

    @property
    def added(self) -> int:
        """Features that it published."""
        return sum(part.added for _collection, part, _url in self.parts)

    @property
    def changed(self) -> int:
        """Features that it changed."""
        return sum(part.changed for _collection, part, _url in self.parts)

    @property
    def removed(self) -> int:
        """Features that it withdrew."""
        return sum(part.removed for _collection, part, _url in self.parts)


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
    imports: dict[str, Import] = {}
    for collection in registry.collections():
        made = differences.imports(collection, first.revision, last.revision)
        for each in made:
            known = imports.setdefault(each.key, Import(each.reason, each.on, []))
            known.parts.append((collection, each, _address(given, collection, key=each.key)))
        found = differences.between(collection, first.revision, last.revision)
        count_first, count_last = differences.counts(collection, (first.revision, last.revision))
        told.append(Told(
            collection, count_first, count_last, _groups(found, last), found.is_cut, sum(each.total for each in made),
            _address(given, collection),
        ))  # fmt: skip
    return {
        "told": told,
        "imports": sorted(imports.values(), key=lambda each: (each.on, each.reason), reverse=True),
        "was_empty": not any(each.count_first for each in told),
        "total": sum(each.total for each in told),
        "is_cut": any(each.is_cut for each in told),
        "pictures": [(moment, _picture(moment), f"{reverse('home')}?{AS_OF}={written(moment.instant)}")
                     for moment in (first, last)],
    }  # fmt: skip


def _one(request: HttpRequest, given: dict[str, str], first: Moment, last: Moment) -> dict[str, Any]:
    """One collection, all of it by pages: what an import did, or what was done by hand."""
    try:
        collection = registry.get(request.GET[ONLY])
    except NotFound:
        raise Http404 from None
    key, number = request.GET.get(KEY, ""), whole_number(request.GET.get(PAGE, "1"), MOST_PAGES)
    if not number or (key and not IMPORT.fullmatch(key)):
        raise Http404
    found = differences.between(
        collection, first.revision, last.revision, key=key, start=(number - 1) * differences.MOST
    )
    made = {each.key: each for each in differences.imports(collection, first.revision, last.revision)} if key else {}
    pages = {"earlier": number - 1, "later": number + 1 if found.is_cut else 0}
    return {
        "only": collection,
        "imported": made.get(key),
        "groups": _groups(found, last),
        "pages": {name: _address(given, collection, key=key, page=n) for name, n in pages.items() if n},
        "whole": f"{reverse('pages:historique')}?{urlencode(given)}",
    }


def _address(given: dict[str, str], collection: Collection, *, key: str = "", page: int = 1) -> str:
    more = {ONLY: collection.id} | ({KEY: key} if key else {}) | ({PAGE: str(page)} if page > 1 else {})
    return f"{reverse('pages:historique')}?{urlencode(given | more)}"


def _moments(given: dict[str, str]) -> tuple[Moment, Moment]:
    instants = [parse_as_of(given[name], name=name) for name in (FIRST, LAST)]
    if instants[0] > instants[1]:
        raise BadParameter(FIRST, gettext("Le premier jour vient après le second."))
    return past.moment(instants[0]), past.moment(instants[1])


def _picture(moment: Moment) -> str:
    return f"{reverse('picture')}?{AS_OF}={written(moment.instant)}"


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
