"""Public features counted by squares, kept by the database itself: a low zoom costs as little as a high one.

A square is a tile of zoom 14 (1.5 km across at 50° north). A statement trigger adds to the squares what a
change brings and takes from them what it removes, in its transaction; writers come one after the other
(decision 0002), so the sums stay right. As stored texts do, tables and triggers follow the code, and are
filled from the rows when they are made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, partial

from psycopg import sql

from geodata import registry
from geodata.queries import following, keeping, past, reader, select
from geodata.registry import Collection
from geodata.units import across, down

SQUARE_ZOOM = 14
SIDES = 1 << SQUARE_ZOOM
# Input: the first and last column, the first and last row. Index: the primary key.
WITHIN = "SELECT coalesce(sum(n), 0) FROM {} WHERE x BETWEEN $1 AND $2 AND y BETWEEN $3 AND $4"
CHANGED = """AND t.id IN (
  SELECT s.id FROM stale s JOIN fresh f USING (id) WHERE (s.geom, s.status, s.deleted_at) IS DISTINCT FROM (f.geom, f.status, f.deleted_at))"""
# Output: the column and row of the square, and what the public rows of {rows} bring to it ({sign} 1 or -1).
BROUGHT = """
SELECT geodata_square(ST_X(spot)) AS x, geodata_square(-ST_Y(spot)) AS y,
       {sign} AS n, {sign} * ST_X(spot) AS sum_x, {sign} * ST_Y(spot) AS sum_y, {sign} * t.id AS sum_id
FROM ({rows}) t CROSS JOIN LATERAL (SELECT geodata_spot(t.geom) AS spot OFFSET 0) placed
WHERE t.geom IS NOT NULL {changed}"""
ADD = """
INSERT INTO {table} AS q (x, y, n, sum_x, sum_y, sum_id)
SELECT x, y, sum(n), sum(sum_x), sum(sum_y), sum(sum_id) FROM ({brought}) b GROUP BY x, y
ON CONFLICT (x, y) DO UPDATE SET n = q.n + excluded.n, sum_x = q.sum_x + excluded.sum_x,
  sum_y = q.sum_y + excluded.sum_y, sum_id = q.sum_id + excluded.sum_id;"""
# A square that everything has left stays, and holds nothing: it is left out before anybody divides by it (OFFSET).
NOW = "SELECT x, y, n, sum_x, sum_y FROM {table} WHERE n > 0 OFFSET 0"
# As they were right after a revision: what changed since is taken out, what it was then is put in. Indexes: the revision of the
# table, and of the history its primary key or geodata_revision_since.
AS_OF = """
SELECT x, y, sum(n) AS n, sum(sum_x) AS sum_x, sum(sum_y) AS sum_y FROM (
  ({now})
  UNION ALL
  SELECT geodata_square(ST_X(spot)), geodata_square(-ST_Y(spot)), sign, sign * ST_X(spot), sign * ST_Y(spot)
  FROM (
    SELECT -1 AS sign, t.geom FROM {rows} t WHERE t.revision > {revision} AND {public}
    UNION ALL
    SELECT 1, (n.before->>'geom')::geometry FROM public.geodata_revision n
    WHERE n.collection = {collection} AND n.since <= {revision} AND n.id > {revision}
  ) changed CROSS JOIN LATERAL (SELECT geodata_spot(geom) AS spot OFFSET 0) placed WHERE geom IS NOT NULL
) each GROUP BY x, y HAVING sum(n) > 0 OFFSET 0
"""
INSTALL = """
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} (x integer, y integer, n bigint NOT NULL, sum_x float8 NOT NULL, sum_y float8 NOT NULL,
  sum_id bigint NOT NULL, PRIMARY KEY (x, y));
{fill}
{triggers}
"""


def table(collection: Collection) -> sql.Identifier:
    """The table of a collection's squares: x, y, n, sums of positions (EPSG:3857) and of ids."""
    return sql.Identifier(_name(collection))


def as_of(collection: Collection, revision: int | None) -> sql.SQL:
    """The squares (x, y, n, sum_x, sum_y) of what everybody saw right after a revision or sees now, as a sub-select without parameters."""
    if revision is None:
        return select.flat(sql.SQL(NOW).format(table=table(collection)))
    return select.flat(
        sql.SQL(AS_OF).format(
            now=sql.SQL(NOW).format(table=table(collection)),
            rows=sql.Identifier("public", collection.table),
            collection=sql.Literal(collection.id),
            revision=sql.SQL(f"{revision:d}::bigint"),
            public=past.PUBLIC,
        )
    )


def _name(collection: Collection) -> str:
    return "geodata_squares_" + collection.id.replace("-", "_")


def within(collection: Collection, boxes: Iterable[tuple[float, float, float, float]]) -> int:
    """How many public features stand in squares that lie whole in these boxes (west, south, east, north in degrees).

    Each of them meets its box, and others may: the point that stands for a feature is a point of it.
    """
    total = 0
    for west, south, east, north in boxes:
        first, last = math.ceil(across(west) * SIDES), math.floor(across(east) * SIDES) - 1
        top, bottom = math.ceil(down(north) * SIDES), math.floor(down(south) * SIDES) - 1
        if first <= last and top <= bottom:
            total += int(reader.read(_within(collection), (first, last, top, bottom)).get_value(0, 0) or 0)
    return total


@cache
def _within(collection: Collection) -> str:
    return sql.SQL(WITHIN).format(table(collection)).as_string()


def _add(collection: Collection, tables: tuple[str, ...]) -> sql.Composed:
    both = sql.SQL(CHANGED) if len(tables) > 1 else sql.SQL("")
    brought = [
        sql.SQL(BROUGHT).format(
            sign=sql.SQL("-1" if rows == following.STALE else "1"),
            rows=following.public(collection, rows),
            changed=both,
        )
        for rows in tables
    ]
    return sql.SQL(ADD).format(table=table(collection), brought=sql.SQL(" UNION ALL ").join(brought))


def _install(collection: Collection) -> sql.SQL:
    return select.flat(
        sql.SQL(INSTALL).format(
            table=table(collection),
            fill=_add(collection, ("",)),
            triggers=following.triggers(collection, "squares", _name(collection), partial(_add, collection)),
        )
    )


def ensure() -> list[str]:
    """Make and fill what is absent or of another release; gives the ids of its collections."""
    return [each.id for each in registry.collections() if keeping.table(each, _name(each), _install(each), locks=True)]
