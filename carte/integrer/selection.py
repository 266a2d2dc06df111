"""What a piece shows: a collection, a park or one feature, and any filter of the API, all in its query string."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from carte.layers import NOT_A_FILTER
from carte.pages import finding, happenings
from carte.pages.texts import name_of
from geodata import registry
from geodata.params import columns, sorting
from geodata.params.cql2 import PARAMETER as FILTER
from geodata.params.filters import LANGUAGE, TEXT
from geodata.params.instants import AS_OF, Interval
from geodata.params.items import ItemsQuery, items_parameters, parse_items, single
from geodata.problems import BadParameter, NotFound
from geodata.queries import counting, extent, filtering, items

if TYPE_CHECKING:
    from django.http import QueryDict

    from geodata.registry import Collection

PARK, ONE, MOST = "parc", "fiche", "limite"
# Of what has a period: `passe=oui` shows what is over too.
PAST, SHOWN = "passe", {"oui": True, "non": False}
# In the address of a picture, so that browsers take the new one; it selects nothing.
REVISION = "r"
OWN = (PARK, ONE, MOST, PAST, REVISION)
# What a piece decides itself: it shows the present, by name, as a piece does.
NOT_HERE = (*NOT_A_FILTER, AS_OF, sorting.PARAMETER, *columns.OWN)
DEFAULT_MOST, LARGEST_MOST = 30, 60
NOBODY = AnonymousUser()
FOUND = """
SELECT t.id FROM ({source}) t WHERE {where}
ORDER BY {first}t.{label} COLLATE "fr-x-icu", t.id LIMIT %s
"""
SELECTED = "SELECT * FROM ({source}) t WHERE {where}"
# What comes of them is told by their rule, not by a column: a piece takes and orders them as our pages do.
REPEATED = "evenements"
SELECTED_IDS = "SELECT t.id FROM ({source}) t WHERE {where}"


@dataclass(frozen=True)
class Shown:
    """A read query string: `filters` are parameters of the API, `query` what they mean; `most` rows of a list.

    `asked` are the parameters that another piece of the same selection takes. `about` is the park or feature it is narrowed
    to. `is_current` where what is over is left out.
    """

    collection: Collection
    filters: dict[str, str]
    query: ItemsQuery
    most: int
    asked: dict[str, str]
    about: Any = None
    is_current: bool = False

    @property
    def coming_at(self) -> datetime | None:
        """The instant from which on events are shown at the time that comes; None of a selection that shows others."""
        is_coming = self.is_current and self.collection.id == REPEATED
        return self.query.datetime.start if is_coming and self.query.datetime else None

    @property
    def title(self) -> str:
        """The title of the piece: what it holds, and where."""
        title = str(self.collection.title)
        if self.about is None:
            return title
        name = name_of(self.about).value
        is_one = registry.of_model(type(self.about)) is self.collection
        return name if is_one else f"{title} – {name}"

    @property
    def map_filters(self) -> dict[str, str]:
        """The filters for a map, which itself asks for what is not over; a filter in JSON is left as it is."""
        if self.coming_at is None or self.filters.get(LANGUAGE, TEXT) != TEXT:
            return self.filters
        coming, given = happenings.coming_filter(self.coming_at), self.filters.get(FILTER)
        return self.filters | {FILTER: f"({given}) AND {coming}" if given else coming}

    def ids(self) -> list[int]:
        """The internal ids of the first rows: events by the time that comes, others by when they begin, else by name."""
        with filtering.limits(self.query), connection.cursor() as cursor:
            if self.coming_at:
                statement, params = self._statement(SELECTED_IDS)
                selected = RawSQL(statement.as_string(cursor.connection), params)  # noqa: S611  (values are parameters)
                found = self.collection.model_class.objects.filter(pk__in=selected)
                return [each.event.pk for each in happenings.soonest(found, self.coming_at, self.most)]
            statement, params = self._statement(FOUND)
            cursor.execute(statement, [*params, self.most])
            return [number for (number,) in cursor.fetchall()]

    def rows(self) -> tuple[list[Any], int | None]:
        """The first rows, in the order of `ids`, and how many there are in all, as `count`."""
        ids = self.ids()
        found = self.collection.model_class.objects.in_bulk(ids)
        return [found[number] for number in ids if number in found], self.count()

    def count(self) -> int | None:
        """How many there are: None above `counting.COUNT_LIMIT` of a selection."""
        with filtering.limits(self.query):
            return counting.matched(self.collection, NOBODY, self.query, self._conditions())

    def box(self) -> tuple[float, float, float, float] | None:
        """The box of everything that is selected, in degrees: west, south, east, north."""
        if not self.query.selects:
            return extent.public_extent(self.collection).box
        with filtering.limits(self.query):
            are_many = counting.more_than(self.collection, self.query, extent.FEW)
            return extent.box_of(*self._statement(SELECTED), are_many=are_many)

    def _conditions(self) -> tuple[sql.Composable, sql.Composable, list[Any]]:
        source, where, params = items.conditions(self.collection, NOBODY, self.query)
        if self.coming_at is None:
            return source, where, params
        coming = self.collection.model_class.objects.filter(happenings.coming(self.coming_at)).order_by().values("pk")
        text, values = coming.query.sql_with_params()
        return source, sql.SQL("{} AND t.id IN ({})").format(where, sql.SQL(text)), [*params, *values]

    def _statement(self, text: str) -> tuple[sql.Composed, list[Any]]:
        source, where, params = self._conditions()
        start = (
            sql.SQL("t.{}, ").format(sql.Identifier(self.collection.datetime[0]))
            if self.collection.datetime
            else sql.SQL("")
        )
        label = sql.Identifier(self.collection.label)
        return sql.SQL(text).format(source=source, where=where, first=start, label=label), params


def read(collection_id: str, given: QueryDict) -> Shown:
    """The selection in a query string. Raises NotFound: no such collection, park or feature; BadParameter."""
    collection = registry.get(collection_id)
    if refused := [name for name in given if name in NOT_HERE]:
        raise BadParameter(refused[0], _("Ce paramètre ne se règle pas ici."))
    told = single(given, known(collection))
    own = {name: text for name, text in told.items() if name in OWN}
    filters = {name: text for name, text in told.items() if name not in OWN}
    asked = filters | {name: text for name, text in own.items() if name in (PARK, ONE, PAST)}
    about = None
    if own.get(ONE):
        about = _feature(collection, own[ONE])
        filters["id"] = str(about.uuid)
    elif own.get(PARK):
        about = _feature(registry.get("parcs"), own[PARK])
        filters[park_property(collection)] = str(about.uuid)
    query = parse_items(MultiValueDict({name: [text] for name, text in filters.items()}), collection)
    with_past = _with_past(own.get(PAST, ""))
    is_current = bool(collection.datetime) and query.datetime is None and not (own.get(ONE) or with_past)
    if is_current:
        query = replace(query, datetime=Interval(timezone.now(), None))
    return Shown(collection, filters, query, _most(own.get(MOST, "")), asked, about, is_current)


def known(collection: Collection) -> tuple[str, ...]:
    """The parameters of a piece."""
    filters = (name for name in items_parameters(collection) if name not in NOT_HERE)
    return (PARK, ONE, MOST, PAST, *filters, REVISION)


def park_property(collection: Collection) -> str:
    """The property that says in which park a feature is. Raises BadParameter where a collection has none."""
    if collection.id == "parcs":
        return "id"
    for name, field in collection.fields.items():
        is_list = isinstance(field, ArrayField) and name == "parks"
        if is_list or (field.related_model is not None and name == "park"):
            return name
    raise BadParameter(PARK, _("Cette collection ne se choisit pas par parc."))


def by_park() -> Iterator[Collection]:
    """The collections that can be narrowed to a park."""
    for collection in registry.collections():
        try:
            park_property(collection)
        except BadParameter:
            continue
        yield collection


def _feature(collection: Collection, key: str) -> Any:
    """The public feature of this key; a former key leads to the present one."""
    if "\x00" in key:
        raise NotFound(key)
    try:
        return finding.find(collection, key, NOBODY)
    except finding.Moved as moved:
        return finding.find(collection, moved.key, NOBODY)
    except finding.Deleted:
        raise NotFound(key) from None


def _with_past(text: str) -> bool:
    if text and text not in SHOWN:
        raise BadParameter(PAST, _("Valeur inconnue. Connues : %(known)s.") % {"known": ", ".join(SHOWN)})
    return SHOWN.get(text, False)


def _most(text: str) -> int:
    if not text:
        return DEFAULT_MOST
    if not text.isascii() or not text.isdigit() or int(text[:9]) == 0:
        raise BadParameter(MOST, _("Un nombre entier à partir de 1."))
    return min(int(text[:9]), LARGEST_MOST)
