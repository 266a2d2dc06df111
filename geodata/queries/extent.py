"""Extent of what everybody sees of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from geodata.queries import past, select
from geodata.queries.kept import Kept
from geodata.registry import Collection

# Four neighbours of the edges of the world, each by the GiST index of the shapes: reading all of them would take longer
# with each one. What is nearest to an edge is what reaches farthest.
EDGES = """
SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (
  SELECT ST_Extent(n.geom) FROM (VALUES ({west}), ({south}), ({east}), ({north})) edge(line)
  CROSS JOIN LATERAL (SELECT t.geom FROM ({source}) t ORDER BY t.geom <-> edge.line LIMIT 1) n
) e(b)
"""
LINE = "ST_SetSRID(ST_MakeLine(ST_MakePoint({}, {}), ST_MakePoint({}, {})), 4326)"
WORLD = {
    "west": LINE.format(-180, -90, -180, 90),
    "south": LINE.format(-180, -90, 180, -90),
    "east": LINE.format(180, -90, 180, 90),
    "north": LINE.format(-180, 90, 180, 90),
}
# The shapes themselves, of so many rows at most; output: their number, and the box.
WHOLE = """
SELECT n, ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)
FROM (SELECT count(*), ST_Extent(f.geom) FROM (SELECT t.geom FROM ({source}) t LIMIT %s) f) e(n, b)
"""
# So many rows are read sooner than the index is searched for few that lie scattered among others.
FEW = 1_000

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Extent:
    """West, south, east, north in degrees, and the first and last instant; None where nothing is."""

    box: Box | None
    start: datetime | None
    end: datetime | None


def public_extent(collection: Collection) -> Extent:
    """The extent of what everybody sees, of the past if that is spoken of."""
    return _kept(collection).get()


@cache
def _kept(collection: Collection) -> Kept[Extent]:
    return Kept(lambda: _measured(collection), collection.id)


def _measured(collection: Collection) -> Extent:
    source, params = select.visible(collection, AnonymousUser())
    box = _reached(source, params) if past.shown() is None else _of_each(source, params, None)[1]
    return Extent(box, *_times(collection, source, params))


def box_of(source: sql.Composable, params: Sequence[Any], *, are_many: bool = False) -> Box | None:
    """The box of the present rows of a sub-select, in degrees; `are_many`: they are known to be more than FEW."""
    if are_many:
        return _reached(source, params)
    count, box = _of_each(source, params, FEW + 1)
    return box if count <= FEW else _reached(source, params)


def _reached(source: sql.Composable, params: Sequence[Any]) -> Box | None:
    edges = {name: sql.SQL(line) for name, line in WORLD.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(EDGES).format(source=source, **edges), params)
        return _box(*cursor.fetchone())


def _of_each(source: sql.Composable, params: Sequence[Any], most: int | None) -> tuple[int, Box | None]:
    """How many rows there are, `most` at most, and the box of their shapes."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(WHOLE).format(source=source), [*params, most])
        count, *edges = cursor.fetchone()
    return count, _box(*edges)


def _box(west: float | None, south: float, east: float, north: float) -> Box | None:
    return None if west is None else (west, south, east, north)


def _times(
    collection: Collection, source: sql.Composable, params: Sequence[Any]
) -> tuple[datetime | None, datetime | None]:
    """The first and the last instant; no last one where something has no end."""
    if not collection.datetime:
        return None, None
    first, last = (select.column(collection, name) for name in (collection.datetime[0], collection.datetime[-1]))
    text = "SELECT min({first}), CASE WHEN bool_and({last} IS NOT NULL) THEN max({last}) END FROM ({source}) t"
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(text).format(first=first, last=last, source=source), params)
        start, end = cursor.fetchone()
    return start, end
