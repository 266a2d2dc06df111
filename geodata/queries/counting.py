"""How many features a query finds: exact, or not said (OGC API Features §7.15.5 asks for no guess)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import extent, select
from geodata.queries.raw import direct
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

COUNT_LIMIT = 10_000
# Beyond so many, reading in the order of ids finds a page sooner than the index of words.
FEW = 1_000
Statement = tuple[sql.Composable, sql.Composable, list[Any]]

_totals: dict[str, tuple[extent.State, int]] = {}


def matched(collection: Collection, user: User | AnonymousUser, query: ItemsQuery, statement: Statement) -> int | None:
    """The exact count: of everything that is public, or of a selection up to COUNT_LIMIT; else None."""
    if query.selects or user.is_authenticated:
        return _bounded(*statement)
    at = extent.state(collection, user)
    known = _totals.get(collection.id)
    if known is None or known[0] != at:
        source, params = select.visible(collection, user)
        with direct() as cursor:
            cursor.execute(sql.SQL("SELECT count(*) FROM ({}) t").format(source), params)
            known = _totals[collection.id] = (at, cursor.fetchone()[0])
    return known[1]


def few(source: sql.Composable, where: sql.Composable, params: list[Any]) -> list[int] | None:
    """The ids of what is found when they are at most FEW, else None."""
    with direct() as cursor:
        cursor.execute(sql.SQL("SELECT t.id FROM ({}) t WHERE {} LIMIT %s").format(source, where), [*params, FEW + 1])
        ids = [row[0] for row in cursor.fetchall()]
    return ids if len(ids) <= FEW else None


def _bounded(source: sql.Composable, where: sql.Composable, params: list[Any]) -> int | None:
    statement = sql.SQL("SELECT count(*) FROM (SELECT 1 FROM ({}) t WHERE {} LIMIT %s) counted").format(source, where)
    with direct() as cursor:
        cursor.execute(statement, [*params, COUNT_LIMIT + 1])
        (count,) = cursor.fetchone()
    return count if count <= COUNT_LIMIT else None
