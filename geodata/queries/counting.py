"""How many features a query finds: exact, or not said (OGC API Features §7.15.5 asks for no guess)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import squares
from geodata.queries.ordering import Found
from geodata.queries.raw import direct
from geodata.queries.tallies import ALL, Tally
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

COUNT_LIMIT = 10_000
# Beyond so many, reading in the order of ids finds a page sooner than the index of words.
FEW = 1_000


@dataclass(frozen=True)
class Counted:
    """How many features everybody saw right after a revision (0: before the first)."""

    number: int
    revision: int


def total(collection: Collection) -> int:
    """How many features of a collection everybody sees."""
    return counted(collection).number


def counted(collection: Collection) -> Counted:
    """The same with the revision that it is of."""
    known = _tally(collection.id).known()
    return Counted(int(known.groups[ALL][0]) if known.groups else 0, known.state.revision)


@cache
def _tally(collection_id: str) -> Tally:
    return Tally(collection_id)


def matched(collection: Collection, user: User | AnonymousUser, query: ItemsQuery, found: Found) -> int | None:
    """The exact count: of everything that is public, or of a selection up to COUNT_LIMIT; else None."""
    if not (query.selects or user.is_authenticated):
        return total(collection)
    if more_than(collection, query, COUNT_LIMIT):
        return None
    return _bounded(*found)


def more_than(collection: Collection, query: ItemsQuery, most: int) -> bool:
    """Whether the squares that lie whole in its box, which is all that it asks, hold more than so many already."""
    return query.bbox is not None and query.is_box_alone and squares.within(collection, query.bbox.parts) > most


def few(source: sql.Composable, where: sql.Composable, params: list[Any], most: int) -> list[int] | None:
    """The ids of what is found when they are at most so many, else None."""
    with direct() as cursor:
        cursor.execute(sql.SQL("SELECT t.id FROM ({}) t WHERE {} LIMIT %s").format(source, where), [*params, most + 1])
        ids = [row[0] for row in cursor.fetchall()]
    return ids if len(ids) <= most else None


def _bounded(source: sql.Composable, where: sql.Composable, params: Sequence[Any]) -> int | None:
    statement = sql.SQL("SELECT count(*) FROM (SELECT 1 FROM ({}) t WHERE {} LIMIT %s) counted").format(source, where)
    with direct() as cursor:
        cursor.execute(statement, [*params, COUNT_LIMIT + 1])
        (count,) = cursor.fetchone()
    return count if count <= COUNT_LIMIT else None
