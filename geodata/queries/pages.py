"""A page of features: of rows that were fetched, or of texts that flow from one state of the database."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import apart, filtering, flowing, ordering, reader, stored
from geodata.queries.flowing import Row
from geodata.queries.ordering import Found, Place
from geodata.registry import Collection

# Input: the internal ids in their order. Each row is found by its key.
TEXTS = """
SELECT {feature} FROM unnest(%s::bigint[]) WITH ORDINALITY AS k (id, place)
CROSS JOIN LATERAL (SELECT t.* FROM ({source}) t WHERE t.id = k.id OFFSET 0) t{join} ORDER BY k.place
"""


@dataclass
class ItemsPage:
    """What a page holds is known before its texts are read, which are features as GeoJSON (UTF-8).

    `matched` is the exact number of features the query finds, or None where counting would cost; `last` is the place of
    the last of `returned` features, where the next page begins when there is `more`.
    """

    query: ItemsQuery
    matched: int | None
    returned: int
    more: bool
    last: Place
    texts: Iterator[bytes]

    @property
    def flows(self) -> bool:
        """Whether the texts come from a statement that runs."""
        return isinstance(self.texts, apart.Placed)

    def close(self) -> None:
        """End that statement."""
        if isinstance(self.texts, apart.Placed):
            self.texts.close()


def place(query: ItemsQuery) -> Place:
    """Where in which order the query begins."""
    return Place(query.order, query.after, query.after_values)


def whole(query: ItemsQuery, matched: int | None, rows: list[tuple[Any, ...]]) -> ItemsPage:
    """The page of rows that were fetched, one more than its limit when more follow: id, text, values of the order."""
    shown = rows[: query.limit]
    ends = [(number, *values) for number, _text, *values in shown[-1:]]
    texts = iter([text for _number, text, *_values in shown])
    return ItemsPage(query, matched, len(shown), len(rows) > len(shown), _last(query, ends), texts)


def flow(collection: Collection, query: ItemsQuery, found: Found) -> ItemsPage:
    """The page whose features are found at once and whose texts PostgreSQL makes while they are sent.

    The links of a page need its last feature, memory cannot hold its texts, and conditions are to be judged once. To
    be closed. Raises Unavailable: too many long answers are being sent.
    """
    pieces: apart.Placed[Any] = apart.Placed(_flow(collection, query, found))
    rows = next(pieces)
    shown = rows[: query.limit]
    return ItemsPage(query, None, len(shown), len(rows) > len(shown), _last(query, shown[-1:]), pieces)


def _flow(collection: Collection, query: ItemsQuery, found: Found) -> Generator[list[Row] | bytes, None, None]:
    statement, values = ordering.places(collection, found, place(query), query.limit + 1)
    with filtering.limits_of_flow(query) as timeout_ms, apart.held() as held:
        rows = list(flowing.rows(held.flow(reader.numbered(statement.as_string()), values, timeout_ms)))
        yield rows
        texts, values = _texts(collection, query, found, rows[: query.limit])
        for row in flowing.rows(held.flow(reader.numbered(texts.as_string()), values, timeout_ms)):
            yield row[0] or b""


def _texts(collection: Collection, query: ItemsQuery, found: Found, rows: list[Row]) -> tuple[sql.Composed, list[Any]]:
    source, _where, params = found
    feature, join = stored.feature(collection, query.crs, query.columns)
    ids = [int(number or 0) for number, *_values in rows]
    statement = sql.SQL(TEXTS).format(feature=feature, source=source, join=join)
    return statement, [ids, *params[: source.as_string().count("%s")]]


def _last(query: ItemsQuery, rows: list[Any]) -> Place:
    if not rows:
        return place(query)
    ((number, *values),) = rows
    return Place(query.order, int(number or 0), tuple(None if each is None else each.decode() for each in values))
