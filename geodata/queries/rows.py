"""A selection of features, as it flows: what every download is made from.

Whatever `items` filters by, a download filters by: both take their condition from `items.conditions`. Rows come
from one transaction that sees the database as it was when it began, in the order that was asked for (of the internal
id, else), as PostgreSQL makes them. `columns` says what of each is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import sql

from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84, Crs
from geodata.params.items import ItemsQuery
from geodata.queries import apart, filtering, flowing, items, ordering, pages, past, patience, reader
from geodata.queries.flowing import Row
from geodata.queries.ordering import NOTHING, START, Place
from geodata.queries.raw import direct
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from psycopg.pq.abc import PGresult

    from comptes.models import User

COPY = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)")


@dataclass(frozen=True)
class Selection:
    """Features that a person may see and asked for: at most `limit` (None: all) after a place in their order.

    `revision` is that of the past state they are read from, None for the present. `timeout_ms` bounds what reads the past.
    `address` is where it was asked for, below the root of the site and without a format; "" where nobody asked.
    """

    collection: Collection
    user: User | AnonymousUser
    crs: Crs
    source: sql.Composable
    where: sql.Composable
    params: tuple[Any, ...]
    place: Place = START
    limit: int | None = None
    is_one: bool = False
    columns: Columns = EVERYTHING
    revision: int | None = None
    timeout_ms: int = patience.TIMEOUT_MS
    address: str = ""

    def narrowed(self, condition: sql.Composable) -> Selection:
        """The same selection with one more condition on the alias t, without parameters."""
        return replace(self, where=sql.SQL("{} AND {}").format(self.where, condition))


def of_query(
    collection: Collection, user: User | AnonymousUser, query: ItemsQuery, limit: int | None = None
) -> Selection:
    """Everything that a query of `items` selects after its cursor, or the first `limit` of it.

    A CQL2 filter runs once before the first byte leaves: what it cannot calculate, or not in time, is refused whole.
    """
    source, where, params = items.conditions(collection, user, query)
    if query.condition is not None:
        filtering.rehearse(source, where, params)
    place = pages.place(query)
    return Selection(
        collection, user, query.crs, source, where, tuple(params), place, limit,
        columns=query.columns, revision=query.revision,
    )  # fmt: skip


def of_item(
    collection: Collection, user: User | AnonymousUser, uuid: UUID, crs: Crs, columns: Columns = EVERYTHING,
    revision: int | None = None,
) -> Selection:  # fmt: skip
    """One feature, now or as it was right after a revision."""
    source, params = past.source(collection, user, revision)
    where = sql.SQL("t.uuid = %s")
    return Selection(
        collection, user, crs, source, where, (*params, uuid), is_one=True, columns=columns, revision=revision
    )


def among(collection: Collection, selection: Selection, uuids: sql.Composable, values: list[Any]) -> Selection:
    """The features of another collection that a sub-select of uuids names (see `within`), of the same state."""
    source, params = past.source(collection, selection.user, selection.revision)
    where = sql.SQL("t.uuid IN ({})").format(uuids)
    given = (*params, *values)
    return Selection(collection, selection.user, CRS84, source, where, given, revision=selection.revision)


def read(selection: Selection, columns: sql.Composable) -> Iterator[Row]:
    """These columns (over the alias t) of row after row, as PostgreSQL writes them: UTF-8 bytes, None for null."""
    return flowing.rows(_results(selection, columns, NOTHING))


def texts(selection: Selection, text: tuple[sql.Composable, sql.Composable], separator: bytes = b"") -> Iterator[bytes]:
    """A text of each row, with the separator between them, in pieces worth sending.

    `text` is an expression over the alias t, never null, with the join it needs.
    """
    for piece in flowing.pieces(_results(selection, *text), separator):
        yield piece.text


def _results(selection: Selection, columns: sql.Composable, join: sql.Composable) -> Iterator[PGresult]:
    statement, values = _statement(selection, columns, join, flows=True)
    timeout_ms = None if selection.revision is None else selection.timeout_ms
    with apart.held() as held, patience.refused(selection.revision):
        yield from held.flow(reader.numbered(statement.as_string()), values, timeout_ms)


def copied(raw: Any, selection: Selection, columns: sql.Composable) -> Iterator[bytes]:
    """These columns as lines of CSV, as PostgreSQL's COPY writes them, one a row; `raw` is a connection of `apart`."""
    statement, values = _statement(selection, columns)
    with (
        patience.bounded(raw, selection.revision, selection.timeout_ms),
        raw.cursor() as cursor,
        cursor.copy(COPY.format(statement), values) as copy,
    ):
        for line in copy:
            yield bytes(line)


def summed(selection: Selection, columns: sql.Composable) -> tuple[Any, ...]:
    """Aggregates (over the alias t) of the selection. Raises BadParameter: too much of the past."""
    inner, values = _statement(selection, sql.SQL("t.*"))
    with nullcontext() if selection.revision is None else past.bounded(), direct() as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM ({}) t").format(columns, inner), values)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def count(selection: Selection, most: int) -> int:
    """How many there are, counted no further than `most`."""
    limit = most if selection.limit is None else min(most, selection.limit)
    (found,) = summed(replace(selection, limit=limit), sql.SQL("count(*)"))
    return int(found)


def within(selection: Selection, column: sql.Composable) -> tuple[sql.Composed, list[Any]]:
    """A sub-select of the distinct values of a column or set-returning expression, with its parameters."""
    inner, values = _statement(selection, sql.SQL("t.*"))
    return sql.SQL("SELECT DISTINCT {} FROM ({}) t").format(column, inner), values


def _statement(
    selection: Selection, columns: sql.Composable, join: sql.Composable = NOTHING, *, flows: bool = False
) -> tuple[sql.Composed, list[Any]]:
    found = (selection.source, selection.where, selection.params)
    place, limit = selection.place, selection.limit
    return ordering.statement(selection.collection, found, columns, place, limit, join, flows=flows)
