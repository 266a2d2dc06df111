"""A page of features: of rows that were fetched, or of texts that flow from one state of the database."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import apart, filtering, flowing, ordering, reader, select, stored
from geodata.queries.flowing import Row
from geodata.queries.ordering import Found, Place
from geodata.queries.states import State
from geodata.registry import Collection

# Inputs: those of the source, the internal ids in their order, the revision of each. A row whose text is kept is not read again.
TEXTS = """
SELECT {feature} FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS t (id, revision, place){join} ORDER BY t.place
"""
# Ids of one result: few bytes each.
IDS_AT_ONCE = 5_000
MADE = "(SELECT {feature} FROM (SELECT s.* FROM ({source}) s WHERE s.id = t.id) t)"


@dataclass
class ItemsPage:
    """What a page holds is known before its texts are read, which are features as GeoJSON (UTF-8), some at a time.

    `matched` is the exact number of features the query finds, or None where counting would cost; `last` is the place of
    the last of `returned` features, where the next page begins when there is `more`; `state` what it is
    not older than, None for the past.
    """

    query: ItemsQuery
    matched: int | None
    returned: int
    more: bool
    last: Place
    batches: Iterator[list[bytes]]
    state: State | None

    @property
    def texts(self) -> Iterator[bytes]:
        """One after the other."""
        return chain.from_iterable(self.batches)

    @property
    def flows(self) -> bool:
        """Whether the texts come from a statement that runs."""
        return isinstance(self.batches, apart.Placed)

    def close(self) -> None:
        """End that statement."""
        if isinstance(self.batches, apart.Placed):
            self.batches.close()


def place(query: ItemsQuery) -> Place:
    """Where in which order the query begins."""
    return Place(query.order, query.after, query.after_values)


def whole(query: ItemsQuery, matched: int | None, rows: list[tuple[Any, ...]], state: State | None) -> ItemsPage:
    """The page of rows that were fetched, one more than its limit when more follow: id, text, values of the order."""
    shown = rows[: query.limit]
    ends = [(number, *values) for number, _text, *values in shown[-1:]]
    texts = [text for _number, text, *_values in shown]
    return ItemsPage(query, matched, len(shown), len(rows) > len(shown), _last(query, ends), iter([texts]), state)


def flow(collection: Collection, query: ItemsQuery, found: Found, state: State | None) -> ItemsPage:
    """The page whose features are found at once and whose texts PostgreSQL makes while they are sent.

    The links of a page need its last feature, memory cannot hold its texts, and conditions are to be judged once. To
    be closed. Raises Unavailable: too many long answers are being sent.
    """
    batches: apart.Placed[Any] = apart.Placed(_flow(collection, query, found))
    rows = next(batches)
    shown = rows[: query.limit]
    ends = [(number, *values) for number, _revision, *values in shown[-1:]]
    return ItemsPage(query, None, len(shown), len(rows) > len(shown), _last(query, ends), batches, state)


def _flow(collection: Collection, query: ItemsQuery, found: Found) -> Generator[list[Row] | list[bytes], None, None]:
    statement, values = ordering.places(collection, found, place(query), query.limit + 1)
    with filtering.limits_of_flow(query) as timeout_ms, apart.held() as held:
        rows = list(flowing.rows(held.flow(reader.numbered(statement.as_string()), values, timeout_ms, IDS_AT_ONCE)))
        yield rows
        texts, values = _texts(collection, query, found, rows[: query.limit])
        at_once = reader.ROWS_AT_ONCE if collection.is_point else reader.SHAPES_AT_ONCE
        text = reader.numbered(texts.as_string())
        yield from flowing.batches(held.flow(text, values, timeout_ms, at_once, planned=False))


def _texts(collection: Collection, query: ItemsQuery, found: Found, rows: list[Row]) -> tuple[sql.Composed, list[Any]]:
    source, _where, params = found
    _feature, join = stored.feature(collection, query.crs, query.columns)
    made = sql.SQL(MADE).format(feature=select.feature(collection, query.crs, query.columns), source=source)
    text = sql.SQL("coalesce(stored.body, {})").format(made) if join.as_string() else made
    ids, revisions = ([int(row[column] or 0) for row in rows] for column in (0, 1))
    return sql.SQL(TEXTS).format(feature=text, join=join), [*params[: source.as_string().count("%s")], ids, revisions]


def _last(query: ItemsQuery, rows: list[Any]) -> Place:
    if not rows:
        return place(query)
    ((number, *values),) = rows
    return Place(query.order, int(number or 0), tuple(None if each is None else each.decode() for each in values))
