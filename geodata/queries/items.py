"""A page of items: one SQL statement, keyset paging on the internal id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from geodata.params.crs import CRS84
from geodata.params.items import ItemsQuery
from geodata.queries import counting, filtering, reader, search, select, stored
from geodata.queries.raw import direct, undecoded
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

AT_ONCE = 1_000
Statement = tuple[sql.Composable, list[Any]]


@dataclass
class ItemsPage:
    """Rows of a page: `texts` yields features as GeoJSON (UTF-8); `last_id` and `more` hold once it is exhausted.

    `matched` is the exact number of features the query finds, or None where counting would cost.
    """

    query: ItemsQuery
    matched: int | None
    rows: Iterator[tuple[int, bytes]]
    returned: int = 0
    last_id: int = 0
    more: bool = False

    def texts(self) -> Iterator[bytes]:
        """Feature after feature."""
        for number, text in self.rows:
            if self.returned == self.query.limit:
                self.more = True
                break
            self.returned += 1
            self.last_id = number
            yield text


def page(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> ItemsPage:
    """The page that the query asks for, in the order of the internal id.

    Small pages are fetched at once; large ones stream from a server-side cursor, so that memory
    does not grow with the answer.
    """
    with filtering.limits(query):
        return _page(collection, user, query)


def _page(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> ItemsPage:
    source, where, params = conditions(collection, user, query)
    known: int | None = None
    if query.words:
        # A rare word wants the index of words, a frequent one the order of ids: count first, then choose.
        few = counting.few(source, where, params)
        if few is None:
            source, where, params = conditions(collection, user, query, by_index=False)
        else:
            source, visibility = select.visible(collection, user)
            where, params, known = sql.SQL("t.id = ANY(%s)"), [*visibility, few], len(few)
    values = [*params, query.after, query.limit + 1]
    computed = _statement(stored.feature(collection, query.crs), source, where)
    if query.limit > AT_ONCE:
        rows = _stream(query, computed, values)
    else:
        fetched = None
        if query.crs is CRS84 and not query.words and query.condition is None:
            fetched = _kept(_statement(stored.kept(collection), source, where), values)
        rows = iter(fetched := _computed(computed, values) if fetched is None else fetched)
        if query.after == 0 and len(fetched) <= query.limit:
            known = len(fetched)
    if known is None and not query.words:
        known = counting.matched(collection, user, query, (source, where, params))
    return ItemsPage(query, known, rows)


def _statement(
    feature: tuple[sql.Composable, sql.Composable], source: sql.Composable, where: sql.Composable
) -> sql.Composed:
    text, join = feature
    statement = "SELECT t.id, {} FROM ({}) t{} WHERE {} AND t.id > %s ORDER BY t.id LIMIT %s"
    return sql.SQL(statement).format(text, source, join, where)


def _kept(statement: sql.Composed, values: list[Any]) -> list[tuple[int, bytes]] | None:
    """The rows as they are kept ready, None when one is not."""
    found = reader.read(reader.numbered(statement.as_string()), values)
    rows = [(int(found.get_value(row, 0) or 0), found.get_value(row, 1)) for row in range(found.ntuples)]
    kept = [(number, text) for number, text in rows if text is not None]
    return kept if len(kept) == len(rows) else None


def _computed(statement: sql.Composed, values: list[Any]) -> list[tuple[int, bytes]]:
    with direct() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _stream(query: ItemsQuery, statement: sql.Composed, values: list[Any]) -> Iterator[tuple[int, bytes]]:
    with filtering.limits(query), connection.chunked_cursor() as cursor:
        undecoded(cursor)
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(500):
            yield from rows


def conditions(
    collection: Collection, user: User | AnonymousUser, query: ItemsQuery, *, by_index: bool = True
) -> tuple[sql.Composable, sql.Composable, list[Any]]:
    """Source, condition and parameters of what the query selects among the visible rows.

    Without `by_index` words are looked for in the rows as they come.
    """
    source, params = select.visible(collection, user)
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
    where = sql.SQL(" AND ").join([clause for clause, _values in clauses] or [sql.Composed([sql.SQL("true")])])
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
    first, last = (select.column(collection, name) for name in (collection.datetime[0], collection.datetime[-1]))
    clause = sql.SQL(
        "({last} IS NULL OR {last} >= coalesce(%s::timestamptz, '-infinity'))"
        " AND ({first} IS NULL OR {first} <= coalesce(%s::timestamptz, 'infinity'))"
    ).format(first=first, last=last)
    return clause, [query.datetime.start, query.datetime.end]


def _equal(collection: Collection, name: str, value: Any) -> Statement:
    target = select.column(collection, name)
    if select.is_array(collection, name):
        element = "uuid" if "uuid" in str(type(value)).lower() else "varchar"
        return sql.SQL("{} @> ARRAY[%s]::{}[]").format(target, sql.SQL(element)), [value]
    return sql.SQL("{} = %s").format(target), [value]
