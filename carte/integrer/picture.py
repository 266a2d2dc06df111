"""A selection drawn as SVG by PostGIS on the ground of communes and parks; its places are numbered as in the list."""

from __future__ import annotations

from functools import lru_cache

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from carte.home import picture
from carte.integrer.selection import Shown
from geodata import registry
from geodata.queries import extent

WIDTH, HEIGHT = 720, 480
ROUND = 17
SIGN = {"parcs": "#1f6b45", "cabanes": "#7a2e12", "sentiers": "#9a3b12", "fermetures": "#8c1d18"}
OTHER = "#1b5e86"
# Metres around a single point, so that its surroundings are seen.
SMALLEST_M = 3_000
SPOTS = """
SELECT ST_X(p), ST_Y(p), ST_AsSVG(ST_Scale(ST_Translate(ST_SimplifyPreserveTopology(g, 1 / %(scale)s::float8),
       -%(west)s, -%(north)s), %(scale)s, %(scale)s), 1, 1), ST_Dimension(g)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
JOIN {table} USING (id), ST_Transform(geom, 3857) AS g, ST_PointOnSurface(g) AS p
ORDER BY place
"""
METRES = "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857) b"


def draw(shown: Shown) -> bytes:
    """The picture of a selection, WIDTH by HEIGHT pixels."""
    box = shown.box()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#efe9dc"/>'
    )
    if box is None:
        return f"{head}</svg>".encode()
    frame = picture.fitted(_metres(box), WIDTH, HEIGHT)
    places = _places(shown, shown.ids(), frame)
    return f"{head}{_ground(tuple(frame.items()), _revision())}{''.join(places)}</svg>".encode()


def _revision() -> int:
    return max(extent.revision(registry.get(name), AnonymousUser()) for name in ("communes", "parcs"))


@lru_cache(maxsize=8)
def _ground(frame: tuple[tuple[str, float], ...], _revision: int) -> str:
    drawn = [
        f'<path {picture.STYLE[name]} d="{" ".join(picture.paths(name, dict(frame)))}"/>'
        for name in ("communes", "parcs")
    ]
    return "".join(drawn + [picture.label(*town) for town in picture.names(dict(frame))])


def _metres(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    with connection.cursor() as cursor:
        cursor.execute(METRES, list(box))
        west, south, east, north = cursor.fetchone()
    wide, high = max(SMALLEST_M - (east - west), 0) / 2, max(SMALLEST_M - (north - south), 0) / 2
    return west - wide, south - high, east + wide, north + high


def _places(shown: Shown, ids: list[int], frame: dict[str, float]) -> list[str]:
    colour = SIGN.get(shown.collection.id, OTHER)
    statement = sql.SQL(SPOTS).format(table=sql.Identifier(shown.collection.table))
    with connection.cursor() as cursor:
        cursor.execute(statement, frame | {"ids": ids})
        rows = cursor.fetchall()
    shapes, signs = [], []
    for number, (x, y, path, dimension) in enumerate(rows, start=1):
        if path is None or x is None:
            continue
        if dimension:
            fill = f'"{colour}" fill-opacity=".25"' if dimension > 1 else '"none"'
            shapes.append(f'<path d="{path}" fill={fill} stroke="{colour}" stroke-width="3"/>')
        left, top = (x - frame["west"]) * frame["scale"], (frame["north"] - y) * frame["scale"]
        signs.append(
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="{ROUND}" fill="{colour}" stroke="#fff" stroke-width="2"/>'
            f'<text x="{left:.1f}" y="{top + 6.5:.1f}" font-family="sans-serif" font-size="19" font-weight="700" '
            f'fill="#fff" text-anchor="middle">{number}</text>'
        )
    # The first of the list lies on top.
    return shapes + signs[::-1]
