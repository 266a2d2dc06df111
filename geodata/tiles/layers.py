"""The SQL of a layer of a tile: each shape, or counts by cells; of the rows of any source, or of the squares.

Every statement takes z, col and row by name, gives one MVT layer named after the collection (extent 4096, buffer 64) and
finds its rows by the GiST index of geom (EPSG:4326). Each OFFSET 0 has a shape made once, however often it is used.
"""

from __future__ import annotations

from psycopg import sql

from geodata.queries import select, squares
from geodata.registry import Collection
from geodata.tiles import drawn, placed
from geodata.tiles.matrix import HALF_SIDE_M

# 64 of 4096: what is drawn beyond the edge of a tile.
BUFFER = 0.015625
# A tile and what is around it, in degrees.
WIDE = """ST_MakeEnvelope(
  (%(col)s::integer - {margin}) / 2 ^ %(z)s::integer * 360 - 180,
  degrees(atan(sinh(pi() * (1 - 2 * (%(row)s::integer + 1 + {margin}) / 2 ^ %(z)s::integer)))),
  (%(col)s::integer + 1 + {margin}) / 2 ^ %(z)s::integer * 360 - 180,
  degrees(atan(sinh(pi() * (1 - 2 * (%(row)s::integer - {margin}) / 2 ^ %(z)s::integer)))), 4326)"""
TILE = """
tile AS MATERIALIZED (SELECT ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer) AS box, {wide} AS wide)"""
SHAPES = """
WITH {tile}
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, shown.geom
  FROM tile CROSS JOIN ({source}) t{join}
  CROSS JOIN LATERAL (SELECT {shape} AS shape OFFSET 0) made
  CROSS JOIN LATERAL (SELECT coalesce(ST_AsMVTGeom(made.shape, tile.box, 4096, 64, true), {small}) AS geom OFFSET 0) shown
  WHERE t.geom && tile.wide AND shown.geom IS NOT NULL
) layer
"""
# Points by arithmetic: the grid of a tile divides the world evenly. The box of its buffer leaves out what would be cut off.
POINTS = """
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, ST_MakePoint(
    round(({across} * 2 ^ %(z)s::integer - %(col)s::integer) * 4096), round(({down} * 2 ^ %(z)s::integer - %(row)s::integer) * 4096)) AS geom
  FROM ({source}) t WHERE t.geom && {wide}
) layer
"""
# The same of what everybody sees, from what is made ready.
PLACED = """
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, ST_MakePoint(
    round((t.spot[0] * 2 ^ %(z)s::integer - %(col)s::integer) * 4096), round((t.spot[1] * 2 ^ %(z)s::integer - %(row)s::integer) * 4096)) AS geom
  FROM {table} t WHERE t.spot <@ box(
    point((%(col)s::integer - {margin}) / 2 ^ %(z)s::integer, (%(row)s::integer - {margin}) / 2 ^ %(z)s::integer),
    point((%(col)s::integer + 1 + {margin}) / 2 ^ %(z)s::integer, (%(row)s::integer + 1 + {margin}) / 2 ^ %(z)s::integer))
) layer
"""
# What is too small for the grid of the tile is drawn as the point inside it.
SMALL = """(SELECT ST_AsMVTGeom(spot, tile.box, 4096, 64, true)
    FROM (SELECT ST_PointOnSurface(made.shape) AS spot OFFSET 0) inner_point WHERE ST_Intersects(spot, tile.box))"""
# As above for what is counted: a cell with one feature holds it, a cell with more holds their count.
COUNTED = """
WITH {tile}, cells AS ({cells})
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, nullif(point_count, 1) AS point_count,
         ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(middle_x, middle_y), 3857), tile.box, 4096, 64, false) AS geom
  FROM tile CROSS JOIN cells
  LEFT JOIN LATERAL (SELECT * FROM ({source}) t WHERE t.id = cells.lead AND point_count = 1 OFFSET 0) t ON true
  ORDER BY middle_x, middle_y
) layer WHERE layer.geom IS NOT NULL
"""
# Cells of the rows of a source: an eighth of a tile, of the whole number of which nothing is left out or counted twice.
CELLS = """
  SELECT count(*) AS point_count, sum(x) / count(*) AS middle_x, sum(y) / count(*) AS middle_y, min(id) AS lead
  FROM (
    SELECT id, x, y, floor((x + {half}) / {whole} * 2 ^ (%(z)s::integer + 3))::integer - (%(col)s::integer << 3) AS east,
           floor(({half} - y) / {whole} * 2 ^ (%(z)s::integer + 3))::integer - (%(row)s::integer << 3) AS south
    FROM (SELECT t.id, {x} AS x, {y} AS y FROM tile CROSS JOIN ({source}) t{spot} WHERE t.geom && tile.wide OFFSET 0) spots
  ) placed WHERE east BETWEEN 0 AND 7 AND south BETWEEN 0 AND 7 GROUP BY east, south"""
# Inputs: corners of the tile in squares (x, y, beyond), shift from squares to cells; one indexed range.
INSIDE = "x >= %(x)s::integer AND x < %(x)s::integer + %(side)s::integer AND y >= %(y)s::integer AND y < %(y)s::integer + %(side)s::integer AND n > 0"
SUMS = """
  SELECT sum(n)::bigint AS point_count, sum(sum_x) / sum(n) AS middle_x, sum(sum_y) / sum(n) AS middle_y,
         sum(sum_id)::bigint AS lead
  FROM {squares} WHERE {inside} GROUP BY x >> %(shift)s::integer, y >> %(shift)s::integer"""
# For lines and areas the point that stands for them is counted.
SPOT = " CROSS JOIN LATERAL (SELECT geodata_spot(t.geom) AS spot OFFSET 0) standing"


def each_shape(collection: Collection, source: sql.SQL, zoom: int, *, kept: bool) -> sql.Composed:
    """Every feature of the source with its shape; `kept` where these are the present rows."""
    if collection.is_point:
        return _points(collection, source)
    shape, join = drawn.shape(collection, zoom, kept=kept)
    return sql.SQL(SHAPES).format(
        tile=_tile(BUFFER),
        name=sql.Literal(collection.id),
        properties=_properties(collection),
        source=source,
        join=join,
        shape=shape,
        small=sql.SQL(SMALL),
    )


def _points(collection: Collection, source: sql.SQL) -> sql.Composed:
    return sql.SQL(POINTS).format(
        name=sql.Literal(collection.id),
        properties=_properties(collection),
        across=drawn.ACROSS,
        down=drawn.DOWN,
        source=source,
        wide=_wide(BUFFER),
    )


def standing(collection: Collection) -> sql.Composed:
    """Every public point, from what is made ready."""
    return sql.SQL(PLACED).format(
        name=sql.Literal(collection.id),
        properties=_properties(collection),
        table=placed.table(collection),
        margin=sql.Literal(BUFFER),
    )


def counted(collection: Collection, source: sql.SQL, spots: sql.SQL | None = None) -> sql.Composed:
    """Counts by cells of the features of the source, and each that is alone in its cell.

    `spots` gives id and geom of the same features where that is sooner.
    """
    return _counted(collection, source, _cells(collection, spots or source))


def summed(collection: Collection, source: sql.SQL) -> sql.Composed:
    """The same of what everybody sees, from the squares; up to the zoom whose cells are squares."""
    cells = sql.SQL(SUMS).format(squares=squares.table(collection), inside=sql.SQL(INSIDE))
    return _counted(collection, source, cells)


def crowd(collection: Collection, source: sql.SQL) -> sql.Composed:
    """How many features of the source the tile holds."""
    text = sql.SQL("WITH {tile} SELECT coalesce(sum(point_count), 0) FROM ({cells}) cells")
    return text.format(tile=_tile(), cells=_cells(collection, source))


def crowd_of_squares(collection: Collection) -> sql.Composed:
    """The same of what everybody sees, from the squares."""
    text = "SELECT coalesce(sum(n), 0) FROM {} WHERE {} AND %(shift)s::integer IS NOT NULL"
    return sql.SQL(text).format(squares.table(collection), sql.SQL(INSIDE))


def _tile(margin: float = 0) -> sql.Composed:
    return sql.SQL(TILE).format(wide=_wide(margin))


def _wide(margin: float) -> sql.Composed:
    return sql.SQL(WIDE).format(margin=sql.Literal(margin))


def _counted(collection: Collection, source: sql.SQL, cells: sql.Composable) -> sql.Composed:
    return sql.SQL(COUNTED).format(
        tile=_tile(), cells=cells, name=sql.Literal(collection.id), properties=_properties(collection), source=source
    )


def _cells(collection: Collection, source: sql.SQL) -> sql.Composed:
    x, y, spot = drawn.EASTING, drawn.NORTHING, ""
    if not collection.is_point:
        x, y, spot = sql.SQL("ST_X(spot)"), sql.SQL("ST_Y(spot)"), SPOT
    half, whole = sql.Literal(HALF_SIDE_M), sql.Literal(2 * HALF_SIDE_M)
    return sql.SQL(CELLS).format(half=half, whole=whole, source=source, x=x, y=y, spot=sql.SQL(spot))


def _properties(collection: Collection) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(select.column(collection, name), sql.Identifier(name))
        for name in placed.light(collection)
    )
