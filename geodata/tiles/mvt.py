"""Mapbox Vector Tiles 2.1 made by PostGIS from the same queryset that items use.

At every zoom each feature is there: a shape too small to be drawn becomes a point, and points
below zoom 14 are counted by cells of an eighth of a tile, so that nothing vanishes. So are lines
and areas where a tile of zoom 11 or less would hold more than MOST_SHAPES of them. Up to zoom 11
the counts that everybody may see come from the squares that the database keeps.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import filtering, items, reader, select
from geodata.registry import MAP, Collection
from geodata.tiles import bygone, squares
from geodata.tiles.matrix import Tile

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
CLUSTERS_BELOW = 14
EVERYTHING = ItemsQuery()
CELLS = 8
SQUARES_UP_TO = squares.SQUARE_ZOOM - 3  # a cell of such a tile is a square
MOST_SHAPES = 500
SQUARE = ("x", "y", "side", "shift")

# Inputs: z, col, row; output: one MVT layer named after the collection, extent 4096, buffer 64.
# Counts on the GiST index of geom (EPSG:4326).
SHAPES = """
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer, margin => 0.015625), 4326) AS wide
), found AS (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, ST_Transform(t.geom, 3857) AS shape
  FROM ({source}) t, tile WHERE t.geom && tile.wide
)
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT {columns}, coalesce(
    ST_AsMVTGeom(shape, tile.box, 4096, 64, true),
    CASE WHEN ST_Intersects(ST_PointOnSurface(shape), tile.box) THEN ST_AsMVTGeom(ST_PointOnSurface(shape), tile.box, 4096, 64, true) END
  ) AS geom FROM found, tile
) layer WHERE layer.geom IS NOT NULL
"""
# As above for points: a cell with one feature holds it, a cell with more holds their count.
CLUSTERS = """
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer), 4326) AS wide
), found AS (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, ST_Transform(t.geom, 3857) AS shape, tile.box,
         (ST_XMax(tile.box) - ST_XMin(tile.box)) / {cells} AS step
  FROM ({source}) t, tile WHERE t.geom && tile.wide
), placed AS (
  SELECT *, least(floor((ST_X(shape) - ST_XMin(box)) / step), {cells} - 1) AS east,
         least(floor((ST_Y(shape) - ST_YMin(box)) / step), {cells} - 1) AS north FROM found
), counted AS (
  SELECT *, count(*) OVER cell AS point_count, row_number() OVER (cell ORDER BY number) AS place,
         ST_SetSRID(ST_MakePoint(avg(ST_X(shape)) OVER cell, avg(ST_Y(shape)) OVER cell), 3857) AS middle
  FROM placed WHERE east >= 0 AND north >= 0 WINDOW cell AS (PARTITION BY east, north)
)
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT number, {clustered}, nullif(point_count, 1) AS point_count,
         ST_AsMVTGeom(CASE WHEN point_count = 1 THEN shape ELSE middle END, box, 4096, 64, false) AS geom
  FROM counted WHERE place = 1
) layer WHERE layer.geom IS NOT NULL
"""


# Inputs: corners of the tile in squares (x, y, beyond), shift from squares to cells; one indexed range.
INSIDE = "x >= %(x)s::integer AND x < %(x)s::integer + %(side)s::integer AND y >= %(y)s::integer AND y < %(y)s::integer + %(side)s::integer AND n > 0"
SUMMED = """
WITH cells AS (
  SELECT sum(n)::bigint AS point_count, sum(sum_x) / sum(n) AS middle_x, sum(sum_y) / sum(n) AS middle_y,
         sum(sum_id)::bigint AS lead
  FROM {squares} WHERE {inside} GROUP BY x >> %(shift)s::integer, y >> %(shift)s::integer
)
SELECT ST_AsMVT(layer, {name}, 4096, 'geom', 'number') FROM (
  SELECT t.id AS number, t.uuid::text AS id, {properties}, nullif(point_count, 1) AS point_count,
         ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(middle_x, middle_y), 3857),
                      ST_TileEnvelope(%(z)s::integer, %(col)s::integer, %(row)s::integer), 4096, 64, false) AS geom
  FROM cells LEFT JOIN ({source}) t ON point_count = 1 AND t.id = cells.lead
) layer WHERE layer.geom IS NOT NULL
"""


def light(collection: Collection) -> tuple[str, ...]:
    """The properties a tile carries: those of the profile `map`."""
    return collection.profiles[MAP].properties


def _statement(collection: Collection, *, clusters: bool, source: sql.SQL) -> sql.Composed:
    names = light(collection)
    columns = [sql.Identifier(name) for name in ("id", *names)]
    return sql.SQL(CLUSTERS if clusters else SHAPES).format(
        source=source,
        name=sql.Literal(collection.id),
        cells=sql.Literal(CELLS),
        properties=_properties(collection),
        columns=sql.SQL(", ").join([sql.Identifier("number"), *columns]),
        clustered=sql.SQL(", ").join(
            sql.SQL("CASE WHEN point_count = 1 THEN {0} END AS {0}").format(column) for column in columns
        ),
    )


def _properties(collection: Collection) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(select.column(collection, name), sql.Identifier(name)) for name in light(collection)
    )


def render(collection: Collection, user: User | AnonymousUser, tile: Tile, query: ItemsQuery = EVERYTHING) -> bytes:
    """The layer of a collection in this tile, of what the query selects; no bytes when it is empty."""
    if query.revision is not None:
        with filtering.limits(query):
            return _bygone(collection, user, tile, query)
    if query.selects:
        with filtering.limits(query):
            source, params = _selected(collection, user, query)
            return _drawn(collection, tile, source, params, is_rare=query.condition is not None)
    if user.is_anonymous and tile.z <= SQUARES_UP_TO and (_is_point(collection) or _crowded(collection, tile)):
        return _summed(collection, user, tile)
    return _drawn(collection, tile, *select.visible(collection, user))


def _bygone(collection: Collection, user: User | AnonymousUser, tile: Tile, query: ItemsQuery) -> bytes:
    source, params = _selected(collection, user, bygone.within(query, tile))
    if not query.narrows and tile.z <= SQUARES_UP_TO:
        named, values = select.named(source, params)
        values |= _in_squares(tile) | _place(tile)
        crowded = bygone.CROWDED.format(source=named, most=sql.Literal(MOST_SHAPES))
        if _is_point(collection) or _asked(crowded, values):
            return bytes(_asked(_sum(collection, bygone.SUMMED, named), values))
    return _drawn(collection, tile, source, params, is_rare=True)


def _asked(statement: sql.Composed, values: dict[str, Any]) -> Any:
    """What a statement that hardly comes back gives: it is not prepared."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def _place(tile: Tile) -> dict[str, int]:
    return {"z": tile.z, "col": tile.col, "row": tile.row}


def _selected(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> tuple[sql.SQL, tuple[Any, ...]]:
    source, where, params = items.conditions(collection, user, query)
    return select.flat(sql.SQL("SELECT * FROM ({}) t WHERE {}").format(source, where)), tuple(params)


def _drawn(
    collection: Collection, tile: Tile, source: sql.SQL, params: tuple[Any, ...], *, is_rare: bool = False
) -> bytes:
    clusters = _is_point(collection) and tile.z < CLUSTERS_BELOW
    if is_rare:
        named, values = select.named(source, params)
        return bytes(_asked(_statement(collection, clusters=clusters, source=named), values | _place(tile)))
    # Tiles of what everybody sees come back: their statements are prepared.
    return _made(_text(collection, clusters, source.as_string()), [tile.z, tile.col, tile.row, *params])


def _made(text: str, values: list[Any]) -> bytes:
    """The tile that a statement makes."""
    return bytes.fromhex((reader.read(text, values).get_value(0, 0) or b"\\x")[2:].decode())


@lru_cache(200)
def _text(collection: Collection, clusters: bool, source: str) -> str:
    named, values = select.named(sql.SQL(source), ("",) * source.count("%s"))
    return _placed(_statement(collection, clusters=clusters, source=named).as_string(), ("z", "col", "row", *values))


def _placed(text: str, names: tuple[str, ...]) -> str:
    """A statement with $1, $2, … for its named parameters."""
    for number, name in enumerate(names, start=1):
        text = text.replace(f"%({name})s", f"${number}")
    return text.replace("%%", "%")


def _is_point(collection: Collection) -> bool:
    return bool(collection.geometry.geom_type == "POINT")


def _in_squares(tile: Tile) -> dict[str, int]:
    deeper = squares.SQUARE_ZOOM - tile.z
    return {"x": tile.col << deeper, "y": tile.row << deeper, "side": 1 << deeper, "shift": SQUARES_UP_TO - tile.z}


def _crowded(collection: Collection, tile: Tile) -> bool:
    found = reader.read(_count(collection), list(_in_squares(tile).values()))
    return int(found.get_value(0, 0) or 0) > MOST_SHAPES


@cache
def _count(collection: Collection) -> str:
    text = "SELECT sum(n) FROM {} WHERE {} AND %(shift)s::integer IS NOT NULL"
    composed = sql.SQL(text).format(squares.table(collection), sql.SQL(INSIDE))
    return _placed(composed.as_string(), SQUARE)


def _summed(collection: Collection, user: User | AnonymousUser, tile: Tile) -> bytes:
    source, params = select.visible(collection, user)
    values = [*_in_squares(tile).values(), tile.z, tile.col, tile.row, *params]
    return _made(_sums(collection, source.as_string()), values)


@lru_cache(200)
def _sums(collection: Collection, source: str) -> str:
    named, values = select.named(sql.SQL(source), ("",) * source.count("%s"))
    return _placed(_sum(collection, SUMMED, named).as_string(), (*SQUARE, "z", "col", "row", *values))


def _sum(collection: Collection, text: str, named: sql.SQL) -> sql.Composed:
    """Counts by cells, from the squares or, as `text` has it, from the rows of the source."""
    return sql.SQL(text).format(
        squares=squares.table(collection),
        inside=sql.SQL(INSIDE),
        name=sql.Literal(collection.id),
        properties=_properties(collection),
        source=named,
    )
