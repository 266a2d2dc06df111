"""Which tiles have something to show: asked of the database, shape by shape, from the top down.

A shape is looked for in the tiles under its bounding box at the zoom where that box is about as large as a tile, then
only in the children of those that it meets. Tiles overlap by their buffer, at each zoom its own. What comes back holds
every tile that is not empty, and few that are.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from psycopg import sql

from geodata.params.bbox import Bbox
from geodata.queries import patience, rows
from geodata.queries.rows import Selection
from geodata.tiles.layers import BUFFER
from geodata.tiles.matrix import HALF_SIDE_M, Tile
from geodata.units import across, down

CURSOR, AT_ONCE = "geodata_occupied", 5_000
SHAPES = sql.SQL("t.id AS id, ST_Transform(t.geom, 3857) AS shape")
# Input: a statement that gives id and shape (EPSG:3857), lowest and highest zoom; sides are in parts of the world, from
# the west and from the north. Output: zoom, column and row, each tile once.
OCCUPIED = """
WITH RECURSIVE shapes AS MATERIALIZED (
  SELECT id, shape, (ST_XMin(shape) + {half}) / {side} AS west, (ST_XMax(shape) + {half}) / {side} AS east,
         ({half} - ST_YMax(shape)) / {side} AS north, ({half} - ST_YMin(shape)) / {side} AS south
  FROM ({selection}) s WHERE NOT ST_IsEmpty(shape)
), measured AS (
  SELECT *, greatest({low}, least({high}, floor(-ln(greatest(east - west, south - north, 1e-12)) / ln(2))))::integer AS own
  FROM shapes
), boxes AS (
  SELECT id, own, z, x, y FROM measured CROSS JOIN LATERAL generate_series({low}, own) z
  CROSS JOIN LATERAL generate_series(
    greatest(0, floor(west * 2 ^ z - {buffer})::integer), least((1 << z) - 1, floor(east * 2 ^ z + {buffer})::integer)) x
  CROSS JOIN LATERAL generate_series(
    greatest(0, floor(north * 2 ^ z - {buffer})::integer), least((1 << z) - 1, floor(south * 2 ^ z + {buffer})::integer)) y
  WHERE {wanted}
), found AS (
  SELECT id, z, x, y FROM boxes WHERE z = own
  UNION ALL
  SELECT id, child.z, child.x, child.y
  FROM found f JOIN shapes USING (id) CROSS JOIN (VALUES (0, 0), (0, 1), (1, 0), (1, 1)) part (right_, down)
  CROSS JOIN LATERAL (SELECT f.z + 1 AS z, 2 * f.x + right_ AS x, 2 * f.y + down AS y) child
  WHERE f.z < {high} AND {wanted_child} AND ST_Intersects(shape, ST_TileEnvelope(child.z, child.x, child.y, margin => {buffer}))
)
SELECT DISTINCT z, x, y FROM (SELECT z, x, y FROM boxes UNION ALL SELECT z, x, y FROM found) tiles LIMIT {most}
"""


def tiles(selection: Selection, zooms: range, within: Bbox | None, most: int) -> Iterator[Tile]:
    """The tiles at these zooms that the selection may be seen in, and that meet a box; `most` at most, in no order.

    Reads on the connection of the transaction that the caller is in. Raises BadParameter: too much of the past.
    """
    raw = connection.connection
    statement, values = _statement(selection, zooms, within, most)
    with patience.bounded(raw, selection.revision, selection.timeout_ms), raw.cursor(CURSOR) as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(statement, values)
        for z, x, y in cursor:
            yield Tile(z, row=y, col=x)


def _statement(selection: Selection, zooms: range, within: Bbox | None, most: int) -> tuple[sql.Composed, list[object]]:
    inner, values = rows.within(selection, SHAPES)
    composed = sql.SQL(OCCUPIED).format(
        selection=inner,
        half=sql.Literal(HALF_SIDE_M),
        side=sql.Literal(2 * HALF_SIDE_M),
        low=sql.Literal(zooms[0]),
        high=sql.Literal(zooms[-1]),
        buffer=sql.Literal(BUFFER),
        wanted=_meets(within, ""),
        wanted_child=_meets(within, "child."),
        most=sql.Literal(most),
    )
    return composed, values


def _meets(within: Bbox | None, of: str) -> sql.Composable:
    """Whether a tile, without its buffer, meets one of the parts of the box."""
    if within is None:
        return sql.SQL("true")
    text = f"({of}x + 1 >= {{}} * 2 ^ {of}z AND {of}x <= {{}} * 2 ^ {of}z AND {of}y + 1 >= {{}} * 2 ^ {of}z AND {of}y <= {{}} * 2 ^ {of}z)"
    parts = [
        sql.SQL(text).format(*map(sql.Literal, (across(west), across(east), down(north), down(south))))
        for west, south, east, north in within.parts
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))
