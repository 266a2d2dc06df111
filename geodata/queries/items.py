"""A page of items: one SQL statement, keyset paging on the internal id or on the properties that sort."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from psycopg import sql

from geodata.params.bbox import Part
from geodata.params.columns import EVERYTHING
from geodata.params.crs import CRS84
from geodata.params.items import ItemsQuery
from geodata.queries import (
    apart,
    counting,
    filtering,
    ordering,
    pages,
    past,
    periods,
    reader,
    search,
    select,
    states,
    stored,
)
from geodata.queries.ordering import Found
from geodata.queries.pages import ItemsPage
from geodata.queries.raw import direct, prepared
from geodata.queries.states import State
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# Features of a page that is fetched at once: points, and lines or areas, each of many times the bytes.
AT_ONCE = 1_000
SHAPES_AT_ONCE = 200
# The condition of a query that asks for everything.
ALL = "true"
BOX = sql.SQL("ST_Intersects(t.geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326))")
# A box without width or height, which an area would not meet: ST_Envelope makes it the line or the point that it is.
LINE = sql.SQL("ST_Intersects(t.geom, ST_Envelope(ST_MakeEnvelope(%s, %s, %s, %s, 4326)))")
SHAPELESS = sql.SQL("t.geom IS NULL")
# Boxes below this part of the extent are small.
SMALL = 0.005
Statement = tuple[sql.Composable, list[Any]]
# Id, text and values of the order of each row, and the state that they are not older than.
Read = tuple[list[tuple[Any, ...]], State | None]


def page(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> ItemsPage:
    """The page that the query asks for, in its order; to be closed.

    What it shows is never older than its `state`. Small pages are fetched at once; large ones flow, so that memory does
    not grow with the answer. What asks for more than there is, as many programs do, is small.
    Raises Unavailable: too many large ones are being sent.
    """
    most = _at_once(collection, query)
    with filtering.limits(query):
        # A rare word wants the index of words, a frequent one the order of ids: guess first, then count and choose.
        if query.words and query.limit <= most and (walked := _walked(collection, user, query)) is not None:
            return pages.whole(query, None, *walked)
        found, known = _found(collection, user, query, most)
        if query.limit <= most or (known is not None and known <= most):
            fetched = pages.whole(query, known, *_fetched(collection, user, query, found))
            fetched.matched = _matched(collection, user, fetched, found)
            return fetched
    flowing = pages.flow(collection, query, found, _state(collection, user, query))
    flowing.matched = known
    try:
        with filtering.limits(query):
            flowing.matched = _matched(collection, user, flowing, found)
    except BaseException:
        flowing.close()
        raise
    apart.hand_back()
    return flowing


def is_fetched_at_once(collection: Collection, query: ItemsQuery) -> bool:
    """Whether its page is so small that it never flows."""
    return query.limit <= _at_once(collection, query)


def _at_once(collection: Collection, query: ItemsQuery) -> int:
    """How many features have texts of hardly more than a megabyte."""
    return AT_ONCE if collection.is_point or _is_small_box(query) else SHAPES_AT_ONCE


def _found(
    collection: Collection, user: User | AnonymousUser, query: ItemsQuery, most: int
) -> tuple[Found, int | None]:
    """What the query selects and, when that is known by then, how many there are: so few that their ids say which."""
    found = conditions(collection, user, query)
    if (not query.words and query.limit <= most) or counting.more_than(collection, query, most):
        return found, None
    few = counting.few(*found, counting.FEW if query.words else most)
    if few is None:
        by_index = bool(query.order) or not query.words
        return (found if by_index else conditions(collection, user, query, by_index=False)), None
    source, visibility = past.source(collection, user, query.revision)
    return (source, sql.SQL("t.id = ANY(%s)"), [*visibility, few]), len(few)


def _matched(collection: Collection, user: User | AnonymousUser, page: ItemsPage, found: Found) -> int | None:
    query = page.query
    if page.matched is not None:
        return page.matched
    if query.after == 0 and not page.more:
        return page.returned
    return None if query.words else counting.matched(collection, user, query, found)


def _walked(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> Read | None:
    """A full page and one more, found among the next rows in the order of ids; None where that is not likely or not so."""
    if query.order or replace(query, words=()).selects:
        return None
    among = search.within(collection, query.words, query.limit + 1)
    if among is None:
        return None
    visible, params = select.visible(collection, user)
    # A number that the plan knows: PostgreSQL would take any for a tenth of the rows.
    source = sql.SQL("SELECT * FROM ({}) t WHERE t.id > %s ORDER BY t.id LIMIT {}").format(visible, sql.Literal(among))
    vector = stored.words(collection) if _is_whole(query) else search.unindexed(search.vector(collection))
    where, words = search.clause(collection, query.words, vector)
    found = (source, where, [*params, query.after, *words])
    state = None if user.is_anonymous else _state(collection, user, query)
    rows, together = _read(collection, query, found, planned=False, narrow=False)
    return (rows, state or together) if rows is not None and len(rows) > query.limit else None


def _fetched(collection: Collection, user: User | AnonymousUser, query: ItemsQuery, found: Found) -> Read:
    """All rows of a page: as they are kept ready, for anybody together with the state, else made."""
    is_rare, is_like = _is_rare(query), is_like_others(query)
    may_be_kept = not is_rare and query.crs is CRS84
    if may_be_kept and user.is_anonymous:
        rows, together = _read(collection, query, found, planned=not is_like)
        if rows:
            return rows, together
        # Without a row nothing told the state; a text that is lacking is made.
        may_be_kept = rows is not None
    state = _state(collection, user, query)
    if may_be_kept:
        rows, _together = _read(collection, query, found, planned=not is_like)
        if rows is not None:
            return rows, state
    with prepared() if is_like and not is_rare else direct() as cursor:
        cursor.execute(*_statement(collection, query, found))
        made: list[tuple[Any, ...]] = cursor.fetchall()
    return made, state


def _state(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> State | None:
    """The state before the rows are read; the past has none."""
    return None if query.revision is not None else states.state(collection, user)


def _statement(collection: Collection, query: ItemsQuery, found: Found) -> tuple[sql.Composed, list[Any]]:
    """Id, text and values of the order of each row; a text that is not kept is made."""
    feature, join = stored.feature(collection, query.crs, query.columns)
    columns = sql.SQL(", ").join([sql.SQL("t.id"), feature, *ordering.keys(collection, query.order)])
    return ordering.statement(collection, found, columns, pages.place(query), query.limit + 1, join)


def _read(
    collection: Collection, query: ItemsQuery, found: Found, *, planned: bool, narrow: bool = True
) -> tuple[list[tuple[Any, ...]] | None, State | None]:
    """Rows with the text that is kept ready or, in another system or with other columns, made; None when one has none.

    And what was public of the collection then, None without a row that could tell.
    """
    body, join = stored.kept(collection) if _is_whole(query) else stored.feature(collection, query.crs, query.columns)
    columns = sql.SQL("t.id, {}, {}").format(body, states.column(collection))
    narrow = narrow and _is_whole(query)
    statement, values = ordering.statement(
        collection, found, columns, pages.place(query), query.limit + 1, join, narrow=narrow
    )
    read = reader.read(reader.numbered(statement.as_string()), values, planned=planned)
    rows = [(read.get_value(row, 0), read.get_value(row, 1)) for row in range(read.ntuples)]
    state = State.read(read.get_value(0, 2)) if rows else None
    return (None if any(text is None for _number, text in rows) else rows), state


def _is_whole(query: ItemsQuery) -> bool:
    """Whether it asks for features as they are kept ready."""
    return query.crs is CRS84 and query.columns == EVERYTHING


def is_like_others(query: ItemsQuery) -> bool:
    """Whether one plan serves all: everything in the order of ids, or a small box through its index.

    A box of half the territory by the index took 5.7 s where the order of ids takes 4 ms.
    """
    return _is_small_box(query) if query.bbox else not query.selects


def _is_small_box(query: ItemsQuery) -> bool:
    if query.bbox is None:
        return False
    west, south, east, north = settings.GEODATA_EXTENT
    area = sum((part[2] - part[0]) * (part[3] - part[1]) for part in query.bbox.parts)
    alone = not (query.datetime or query.filters)
    return bool(alone and area < SMALL * (east - west) * (north - south))


def _is_rare(query: ItemsQuery) -> bool:
    """Whether its statement hardly comes back, so that keeping it prepared would push out others."""
    is_past = query.revision is not None
    return bool(query.words or query.condition or query.order or query.columns != EVERYTHING or is_past)


def conditions(
    collection: Collection, user: User | AnonymousUser, query: ItemsQuery, *, by_index: bool = True
) -> tuple[sql.Composable, sql.Composable, list[Any]]:
    """Source, condition and parameters of what the query selects among the visible rows.

    Without `by_index` words are looked for in the rows as they come, where they are kept beside them.
    """
    source, params = past.source(collection, user, query.revision)
    clauses: list[Statement] = []
    if query.bbox is not None:
        clauses.append(_bbox(collection, query))
    if query.datetime is not None:
        clauses.append(_datetime(collection, query))
    clauses += [_equal(collection, name, value) for name, value in query.filters.items()]
    if query.condition is not None:
        clauses.append(filtering.condition(collection, query.condition))
    if query.words:
        among = None if by_index else stored.words_looked_up(collection)
        clauses.append(search.clause(collection, query.words, among))
    where = sql.SQL(" AND ").join([clause for clause, _values in clauses] or [sql.Composed([sql.SQL(ALL)])])
    return source, where, [*params, *(value for _clause, values in clauses for value in values)]


def _bbox(collection: Collection, query: ItemsQuery) -> Statement:
    """What meets the box, and what has no shape (/req/core/fc-bbox-response; decision 0240)."""
    parts = query.bbox.parts if query.bbox else ()
    met = [BOX if _is_wide(part) else LINE for part in parts]
    if collection.geometry.null:
        met.append(SHAPELESS)
    return sql.SQL("({})").format(sql.SQL(" OR ").join(met)), [number for part in parts for number in part]


def _is_wide(part: Part) -> bool:
    west, south, east, north = part
    return west < east and south < north


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
