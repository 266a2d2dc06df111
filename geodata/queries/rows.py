"""A selection of features, read row by row: what every download is made from.

Whatever `items` filters by, a download filters by: both take their condition from `items.conditions`. Rows come
from one transaction that sees the database as it was when it began, in the order of the internal id, and few of
them are held at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg import sql

from geodata.params.crs import Crs
from geodata.params.items import ItemsQuery
from geodata.queries import apart, batches, filtering, items, select
from geodata.queries.batches import Texts
from geodata.queries.raw import direct
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

NOTHING = sql.SQL("")


@dataclass(frozen=True)
class Selection:
    """Features that a person may see and asked for: at most `limit` (None: all) after the internal id `after`."""

    collection: Collection
    user: User | AnonymousUser
    crs: Crs
    source: sql.Composable
    where: sql.Composable
    params: tuple[Any, ...]
    after: int = 0
    limit: int | None = None
    is_one: bool = False

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
    return Selection(collection, user, query.crs, source, where, tuple(params), query.after, limit)


def of_item(collection: Collection, user: User | AnonymousUser, uuid: UUID, crs: Crs) -> Selection:
    """One feature."""
    source, params = select.visible(collection, user)
    return Selection(collection, user, crs, source, sql.SQL("t.uuid = %s"), (*params, uuid), is_one=True)


def read(selection: Selection, columns: sql.Composable, join: sql.Composable = NOTHING) -> Iterator[tuple[Any, ...]]:
    """These columns (over the alias t) of row after row; values of type `text` are UTF-8 bytes."""
    statement, values = _statement(selection, columns, join)
    with apart.snapshot() as raw:
        yield from apart.stream(raw, statement, values)


def texts(
    selection: Selection,
    computed: tuple[sql.Composable, sql.Composable],
    separator: str,
    kept: tuple[sql.Composable, sql.Composable] | None = None,
) -> Iterator[bytes]:
    """A text of each row, with the separator between them, in pieces of some hundred rows.

    `computed` and `kept` are expressions over the alias t with the join they need: `kept` where its rows are kept ready.
    """
    wanted = Texts(selection.source, selection.where, selection.params, kept or computed, computed, separator)
    with apart.held() as reader:
        for piece in batches.pieces(wanted, reader, selection.after, selection.limit):
            yield piece.text


def summed(selection: Selection, columns: sql.Composable) -> tuple[Any, ...]:
    """Aggregates (over the alias t) of the selection."""
    inner, values = _statement(selection, sql.SQL("t.*"), NOTHING)
    with direct() as cursor:
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
    inner, values = _statement(selection, sql.SQL("t.*"), NOTHING)
    return sql.SQL("SELECT DISTINCT {} FROM ({}) t").format(column, inner), values


def _statement(selection: Selection, columns: sql.Composable, join: sql.Composable) -> tuple[sql.Composed, list[Any]]:
    text = "SELECT {columns} FROM ({source}) t{join} WHERE {where} AND t.id > %s ORDER BY t.id LIMIT %s"
    statement = sql.SQL(text).format(columns=columns, source=selection.source, join=join, where=selection.where)
    return statement, [*selection.params, selection.after, selection.limit]
