"""Extent of a collection and its present revision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

from geodata.queries import reader, select
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# Inputs: a collection. Output: number and instant (microseconds) of the last revision. Indexes: geodata_revision_feed,
# geodata_revision_public, the primary key.
LAST = "SELECT id, (extract(epoch FROM at) * 1000000)::bigint FROM geodata_revision{} ORDER BY id DESC LIMIT 1"
PUBLIC = LAST.format(" WHERE collection = $1 AND public_op IS NOT NULL")
PUBLIC_ALL = LAST.format(" WHERE public_op IS NOT NULL")
EVERYTHING = LAST.format("")
CHANGED = """
SELECT collection, at FROM geodata_revision WHERE id IN (
  SELECT max(id) FROM geodata_revision WHERE public_op IS NOT NULL AND collection = ANY (%s) GROUP BY collection)
"""


@dataclass(frozen=True)
class State:
    """The last revision by number and instant (microseconds since 1970): the number alone may come back after a restore."""

    revision: int
    moment: int


NOTHING_YET = State(0, 0)


@dataclass(frozen=True)
class Extent:
    """West, south, east, north in degrees, and the first and last instant; None where nothing is."""

    box: tuple[float, float, float, float] | None
    start: datetime | None
    end: datetime | None


_extents: dict[str, tuple[int, Extent]] = {}


def state(collection: Collection | None, user: User | AnonymousUser) -> State:
    """The last revision that changes what this person sees of the collection (or of all): one indexed read."""
    if user.is_authenticated:
        return _state(EVERYTHING)
    return public_state(collection.id if collection else None)


def public_state(collection_id: str | None) -> State:
    """The last revision that changes what everybody sees of a collection, or of all."""
    return _state(PUBLIC_ALL) if collection_id is None else _state(PUBLIC, collection_id)


def _state(statement: str, *values: str) -> State:
    found = reader.read(statement, values)
    return State(int(found.get_value(0, 0) or 0), int(found.get_value(0, 1) or 0)) if found.ntuples else NOTHING_YET


def revision(collection: Collection | None, user: User | AnonymousUser) -> int:
    """The number of that revision, 0 before the first one."""
    return state(collection, user).revision


def changed_at(collections: Iterable[Collection]) -> dict[str, datetime]:
    """When what everybody sees of each collection last changed, by its id; without an entry it never held anything."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [[each.id for each in collections]])
        return dict(cursor.fetchall())


def public_extent(collection: Collection, at: int, user: AnonymousUser) -> Extent:
    """The extent of what everybody sees, computed once for each revision `at`."""
    known = _extents.get(collection.id)
    if known is None or known[0] != at:
        known = (at, _extent(collection, user))
        _extents[collection.id] = known
    return known[1]


def _extent(collection: Collection, user: AnonymousUser) -> Extent:
    source, params = select.visible(collection, user)
    times: sql.Composable = sql.SQL("max(NULL::timestamptz), max(NULL::timestamptz)")
    if collection.datetime:
        first, last = (select.column(collection, name) for name in (collection.datetime[0], collection.datetime[-1]))
        times = sql.SQL("min({}), CASE WHEN bool_and({last} IS NOT NULL) THEN max({last}) END").format(first, last=last)
    statement = sql.SQL(
        "SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box), first, last"
        " FROM (SELECT ST_Extent(t.geom) FROM ({source}) t) a(box), (SELECT {times} FROM ({source}) t) b(first, last)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.format(source=source, times=times), [*params, *params])
        west, south, east, north, start, end = cursor.fetchone()
    box = None if west is None else (west, south, east, north)
    return Extent(box, start, end)
