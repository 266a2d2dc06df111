"""Extent of a collection and its present revision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

from geodata.queries import select
from geodata.queries.raw import prepared
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

PUBLIC = "SELECT max(id) FROM geodata_revision WHERE collection = %s AND public_op IS NOT NULL"
PUBLIC_ALL = "SELECT max(id) FROM geodata_revision WHERE public_op IS NOT NULL"
CHANGED = """
SELECT collection, at FROM geodata_revision WHERE id IN (
  SELECT max(id) FROM geodata_revision WHERE public_op IS NOT NULL AND collection = ANY (%s) GROUP BY collection)
"""
EVERYTHING = "SELECT max(id) FROM geodata_revision"


@dataclass(frozen=True)
class Extent:
    """West, south, east, north in degrees, and the first and last instant; None where nothing is."""

    box: tuple[float, float, float, float] | None
    start: datetime | None
    end: datetime | None


_extents: dict[str, tuple[int, Extent]] = {}


def revision(collection: Collection | None, user: User | AnonymousUser) -> int:
    """The last revision that changes what this person sees of the collection (or of all): one indexed read."""
    with prepared() as cursor:
        if user.is_authenticated:
            cursor.execute(EVERYTHING)
        elif collection is None:
            cursor.execute(PUBLIC_ALL)
        else:
            cursor.execute(PUBLIC, [collection.id])
        (last,) = cursor.fetchone()
    return last or 0


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
