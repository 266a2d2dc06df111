"""A page of items: one SQL statement, keyset paging on the internal id or on the properties that sort."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from psycopg import sql

from geodata.params.columns import EVERYTHING
from geodata.params.crs import CRS84
from geodata.params.items import ItemsQuery
from geodata.queries import apart, counting, filtering, flowing, ordering, past, periods, reader, search, select, stored
from geodata.queries.ordering import Place
from geodata.queries.raw import direct, prepared
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

AT_ONCE = 1_000
# The condition of a query that asks for everything.
ALL = "true"
# Boxes below this part of the extent are small.
SMALL = 0.005
Statement = tuple[sql.Composable, list[Any]]
Found = tuple[sql.Composable, sql.Composable, list[Any]]


@dataclass
class ItemsPage:
    """Rows of a page: `texts` yields features as GeoJSON (UTF-8); `last` and `more` hold once it is exhausted.

    `matched` is the exact number of features the query finds, or None where counting would cost.
    """

    query: ItemsQuery
    matched: int | None
    rows: Iterator[tuple[Any, ...]]
    returned: int = 0
    more: bool = False
    _last: tuple[Any, ...] = (0, b"")

    def texts(self) -> Iterator[bytes]:
        """Feature after feature."""
        try:
            for row in self.rows:
                if self.returned == self.query.limit:
                    self.more = True
                    break
                self.returned += 1
                self._last = row
                yield row[1]
        finally:
            self.close()

    def close(self) -> None:
        """End the statement that the rows come from."""
        if isinstance(self.rows, apart.Placed):
            self.rows.close()

    @property
    def last(self) -> Place:
        """The place of the last feature, where the next page begins."""
        number, _text, *values = self._last
        return Place(self.query.order, number, tuple(None if each is None else each.decode() for each in values))


def page(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> ItemsPage:
    """The page that the query asks for, in its order.

    Small pages are fetched at once; large ones flow, so that memory does not grow with the answer.
    Raises Unavailable: too many large ones are being sent.
    """
    with filtering.limits(query):
        found = _page(collection, user, query)
    if isinstance(found.rows, Generator):
        found.rows = apart.Placed(found.rows)
    return found


def _page(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> ItemsPage:
    source, where, params = conditions(collection, user, query)
    known: int | None = None
    if query.words:
        # A rare word wants the index of words, a frequent one the order of ids: guess first, then count and choose.
        if (walked := _walked(collection, user, query)) is not None:
            return ItemsPage(query, None, iter(walked))
        few = counting.few(source, where, params)
        if few is None:
            source, where, params = conditions(collection, user, query, by_index=bool(query.order))
        else:
            source, visibility = past.source(collection, user, query.revision)
            where, params, known = sql.SQL("t.id = ANY(%s)"), [*visibility, few], len(few)
    found = (source, where, params)
    if query.limit > AT_ONCE:
        rows: Iterator[tuple[Any, ...]] = _flow(query, *_statement(collection, query, found, flows=True))
    else:
        fetched = _fetched(collection, query, found)
        rows = iter(fetched)
        if query.after == 0 and len(fetched) <= query.limit:
            known = len(fetched)
    if known is None and not query.words:
        known = counting.matched(collection, user, query, (source, where, params))
    return ItemsPage(query, known, rows)


def _walked(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> list[tuple[Any, ...]] | None:
    """A full page and one more, found among the next rows in the order of ids; None where that is not likely or not so."""
    if query.order or query.limit > AT_ONCE or replace(query, words=()).selects:
        return None
    among = search.within(collection, query.words, query.limit + 1)
    if among is None:
        return None
    rows, params = select.visible(collection, user)
    source = sql.SQL("SELECT * FROM ({}) t WHERE t.id > %s ORDER BY t.id LIMIT %s").format(rows)
    where, words = search.clause(collection, query.words, by_index=False)
    found = (source, where, [*params, query.after, among, *words])
    read = _read(collection, query, found, planned=True)
    return read if read is not None and len(read) > query.limit else None


def place(query: ItemsQuery) -> Place:
    """Where in which order the query begins."""
    return Place(query.order, query.after, query.after_values)


def _fetched(collection: Collection, query: ItemsQuery, found: Found) -> list[tuple[Any, ...]]:
    """All rows of a page: as they are kept ready, else made."""
    is_rare, is_like = _is_rare(query), is_like_others(query)
    kept = None if is_rare or query.crs is not CRS84 else _read(collection, query, found, planned=not is_like)
    if kept is not None:
        return kept
    with prepared() if is_like and not is_rare else direct() as cursor:
        cursor.execute(*_statement(collection, query, found, flows=False))
        made: list[tuple[Any, ...]] = cursor.fetchall()
    return made


def _statement(
    collection: Collection, query: ItemsQuery, found: Found, *, flows: bool
) -> tuple[sql.Composed, list[Any]]:
    """Id, text and values of the order of each row; a text that is not kept is made."""
    feature, join = stored.feature(collection, query.crs, query.columns)
    columns = sql.SQL(", ").join([sql.SQL("t.id"), feature, *ordering.keys(collection, query.order)])
    return ordering.statement(collection, found, columns, place(query), query.limit + 1, join, flows=flows)


def _read(collection: Collection, query: ItemsQuery, found: Found, *, planned: bool) -> list[tuple[Any, ...]] | None:
    """Rows with the text that is kept ready or, in another system or with other columns, made; None when one has none."""
    is_whole = query.crs is CRS84 and query.columns == EVERYTHING
    body, join = stored.kept(collection) if is_whole else stored.feature(collection, query.crs, query.columns)
    columns = sql.SQL("t.id, {}").format(body)
    statement, values = ordering.statement(collection, found, columns, place(query), query.limit + 1, join)
    read = reader.read(reader.numbered(statement.as_string()), values, planned=planned)
    rows = [(int(read.get_value(row, 0) or 0), read.get_value(row, 1)) for row in range(read.ntuples)]
    return None if any(text is None for _number, text in rows) else rows


def is_like_others(query: ItemsQuery) -> bool:
    """Whether one plan serves all: everything in the order of ids, or a small box through its index.

    A box of half the territory by the index took 5.7 s where the order of ids takes 4 ms.
    """
    if query.bbox is None:
        return not query.selects
    west, south, east, north = settings.GEODATA_EXTENT
    area = sum((part[2] - part[0]) * (part[3] - part[1]) for part in query.bbox.parts)
    alone = not (query.datetime or query.filters)
    return bool(alone and area < SMALL * (east - west) * (north - south))


def _is_rare(query: ItemsQuery) -> bool:
    """Whether its statement hardly comes back, so that keeping it prepared would push out others."""
    is_past = query.revision is not None
    return bool(query.words or query.condition or query.order or query.columns != EVERYTHING or is_past)


def _flow(query: ItemsQuery, statement: sql.Composed, values: list[Any]) -> Generator[tuple[Any, ...], None, None]:
    with filtering.limits_of_flow(query) as timeout_ms, apart.held() as held:
        for number, *texts in flowing.rows(held.flow(reader.numbered(statement.as_string()), values, timeout_ms)):
            yield int(number or 0), *texts


def conditions(
    collection: Collection, user: User | AnonymousUser, query: ItemsQuery, *, by_index: bool = True
) -> tuple[sql.Composable, sql.Composable, list[Any]]:
    """Source, condition and parameters of what the query selects among the visible rows.

    Without `by_index` words are looked for in the rows as they come.
    """
    source, params = past.source(collection, user, query.revision)
    clauses: list[Statement] = []
    if query.bbox is not None:
        clauses.append(_bbox(query))
    if query.datetime is not None:
        clauses.append(_datetime(collection, query))
    clauses += [_equal(collection, name, value) for name, value in query.filters.items()]
    if query.condition is not None:
        clauses.append(filtering.condition(collection, query.condition))
    if query.words:
        clauses.append(search.clause(collection, query.words, by_index=by_index))
    where = sql.SQL(" AND ").join([clause for clause, _values in clauses] or [sql.Composed([sql.SQL(ALL)])])
    return source, where, [*params, *(value for _clause, values in clauses for value in values)]


def _bbox(query: ItemsQuery) -> Statement:
    parts = query.bbox.parts if query.bbox else ()
    each = sql.SQL("ST_Intersects(t.geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326))")
    clause = sql.SQL("({})").format(sql.SQL(" OR ").join([each] * len(parts)))
    return clause, [number for part in parts for number in part]


def _datetime(collection: Collection, query: ItemsQuery) -> Statement:
    """Features whose instant or period meets the interval; without times they always do (§7.15.4)."""
    if not collection.datetime or query.datetime is None:
        return sql.SQL("{}").format(sql.SQL("true")), []
    ends = zip((collection.datetime[0], collection.datetime[-1]), ("start", "end"), strict=True)
    first, last = (periods.endless(select.column(collection, name), side) for name, side in ends)
    clause = sql.SQL(
        "{last} >= coalesce(%s::timestamptz, '-infinity') AND {first} <= coalesce(%s::timestamptz, 'infinity')"
    ).format(first=first, last=last)
    return clause, [query.datetime.start, query.datetime.end]


def _equal(collection: Collection, name: str, value: Any) -> Statement:
    target = select.column(collection, name)
    if select.is_array(collection, name):
        element = "uuid" if "uuid" in str(type(value)).lower() else "varchar"
        return sql.SQL("{} @> ARRAY[%s]::{}[]").format(target, sql.SQL(element)), [value]
    return sql.SQL("{} = %s").format(target), [value]
