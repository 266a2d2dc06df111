"""Tiles of the past, by the rules of those of the present; counted from the rows, as no squares are kept of it."""

from __future__ import annotations

import math
from dataclasses import replace

from psycopg import sql

from geodata.params.bbox import Bbox
from geodata.params.items import ItemsQuery
from geodata.tiles.matrix import Tile

# A little more than the buffer of a tile (64 of 4096): what is drawn is decided by the tile itself.
MARGIN = 0.02
# As the squares are summed, but from the rows of the source: geodata_square() gives the column or row of a shape.
SUMMED = """
WITH placed AS (
  SELECT t.id, ST_X(spot) AS spot_x, ST_Y(spot) AS spot_y, geodata_square(ST_X(spot)) AS x, geodata_square(-ST_Y(spot)) AS y
  FROM ({source}) t CROSS JOIN LATERAL (SELECT geodata_spot(t.geom) AS spot OFFSET 0) at
), cells AS (
  SELECT count(*) AS point_count, sum(spot_x) / count(*) AS middle_x, sum(spot_y) / count(*) AS middle_y, min(id) AS lead
  FROM placed WHERE x >= %(x)s AND x < %(x)s + %(side)s AND y >= %(y)s AND y < %(y)s + %(side)s
  GROUP BY x >> %(shift)s, y >> %(shift)s
)
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, nullif(point_count, 1) AS point_count,
         ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(middle_x, middle_y), 3857),
                      ST_TileEnvelope(%(z)s, %(col)s, %(row)s), 4096, 64, false) AS geom
  FROM cells LEFT JOIN ({source}) t ON point_count = 1 AND t.id = cells.lead
) layer WHERE layer.geom IS NOT NULL
"""
CROWDED = sql.SQL("""
SELECT count(*) > {most} FROM (
  SELECT geodata_square(ST_X(spot)) AS x, geodata_square(-ST_Y(spot)) AS y
  FROM ({source}) t CROSS JOIN LATERAL (SELECT geodata_spot(t.geom) AS spot OFFSET 0) at
) placed WHERE x >= %(x)s AND x < %(x)s + %(side)s AND y >= %(y)s AND y < %(y)s + %(side)s
""")


def within(query: ItemsQuery, tile: Tile) -> ItemsQuery:
    """The same query of what a tile can show, so that the indexes of shapes serve; of a box they serve already."""
    if query.bbox is not None:
        return query
    side = 1 / 2**tile.z
    west, east = ((tile.col + add) * side * 360 - 180 for add in (-MARGIN, 1 + MARGIN))
    north, south = (_latitude((tile.row + add) * side) for add in (-MARGIN, 1 + MARGIN))
    part = (max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    return replace(query, bbox=Bbox((part,)))


def _latitude(down: float) -> float:
    """The latitude of a share of the height of the map, from the north."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
