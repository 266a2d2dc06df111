"""Vector tiles of the ground: what a zoom needs, simplified to half a pixel."""

from django.db import connection

from geodata.tiles.matrix import Tile

# The last rank that is drawn at a zoom, and from which zoom a kind is drawn at all.
RANKS = ((9, 0), (11, 1), (13, 2))
LAST_RANK = 9
FROM_ZOOM = {"built": 9, "wood": 9, "water": 8, "road": 8, "rail": 10, "place": 8}
# Inputs: z, row, col, rank, kinds, tolerance (metres); output: MVT with one layer a kind. Counts on the GiST index of geom.
SQL = """
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s, %(col)s, %(row)s) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s, %(col)s, %(row)s, margin => 0.03), 4326) AS wide
), piece AS (
  SELECT g.kind, g.rank, g.name, ST_AsMVTGeom(ST_Simplify(ST_Transform(g.geom, 3857), %(tolerance)s, true), tile.box, 4096, 96, true) AS geom
  FROM geodata_ground g, tile
  WHERE g.geom && tile.wide AND g.kind = ANY (%(kinds)s) AND g.rank <= %(rank)s
), layer AS (
  SELECT kind, ST_AsMVT(piece, kind, 4096, 'geom') AS bytes FROM piece WHERE geom IS NOT NULL GROUP BY kind
)
SELECT coalesce(string_agg(bytes, ''::bytea ORDER BY kind), ''::bytea) FROM layer
"""
EQUATOR_M = 40_075_016.7
HALF_PIXEL = 512


def render(tile: Tile) -> bytes:
    """The ground of a tile; no bytes when there is none."""
    rank = next((last for zoom, last in RANKS if tile.z <= zoom), LAST_RANK)
    values = {
        "z": tile.z,
        "row": tile.row,
        "col": tile.col,
        "rank": rank,
        "kinds": [kind for kind, zoom in FROM_ZOOM.items() if tile.z >= zoom],
        "tolerance": EQUATOR_M / 2**tile.z / HALF_PIXEL,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, values)
        (made,) = cursor.fetchone()
    return bytes(made)
