"""A selection drawn as SVG by PostGIS on the ground of communes and parks; its places are numbered as in the list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from carte.home import lettering, picture
from carte.integrer.selection import Shown
from geodata import registry
from geodata.queries import states

if TYPE_CHECKING:
    from geodata.registry import Collection

WIDTH, HEIGHT = 720, 480
ROUND, EDGE = 17, 2
SIGN = {"parcs": "#1f6b45", "cabanes": "#7a2e12", "sentiers": "#9a3b12", "fermetures": "#8c1d18"}
OTHER = "#1b5e86"
# Metres around a single point, so that its surroundings are seen.
SMALLEST_M = 3_000
SPOTS = """
SELECT ST_X(p), ST_Y(p), ST_AsSVG(ST_Scale(ST_Translate(ST_SimplifyPreserveTopology(g, 1 / %(scale)s::float8),
       -%(west)s, -%(north)s), %(scale)s, %(scale)s), 1, 1), ST_Dimension(g)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
JOIN {table} USING (id), ST_Transform(geom, 3857) AS g, ST_PointOnSurface(g) AS p
ORDER BY wanted.place
"""
METRES = "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857) b"


class Spot(NamedTuple):
    """A place on the picture in pixels, and its number in the list."""

    x: float
    y: float
    number: int


def draw(shown: Shown) -> bytes:
    """The picture of a selection, WIDTH by HEIGHT pixels."""
    box = shown.box()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#efe9dc"/>'
    )
    if box is None:
        return f"{head}</svg>".encode()
    frame = picture.fitted(_metres(box), WIDTH, HEIGHT, room=ROUND + EDGE)
    ids = shown.ids()
    ground, towns = _ground(tuple(frame.items()), revision())
    shapes, spots = _places(shown, ids, frame)
    names = map(picture.label, lettering.placed(towns, (WIDTH, HEIGHT), spots, ROUND + EDGE))
    return "".join(
        (head, ground, *shapes, *names, *_signs(spots, SIGN.get(shown.collection.id, OTHER)), "</svg>")
    ).encode()


def revision(*more: Collection) -> int:
    """The revision of the ground, and of what more is drawn on it."""
    drawn = (registry.get("communes"), registry.get("parcs"), *more)
    return max(states.revision(each, AnonymousUser()) for each in drawn)


@lru_cache(maxsize=8)
def _ground(frame: tuple[tuple[str, float], ...], _revision: int) -> tuple[str, list[tuple[str, float, float]]]:
    """Communes and parks, and the largest towns with where they lie."""
    drawn = (
        f'<path {picture.STYLE[name]} d="{" ".join(picture.paths(name, dict(frame)))}"/>'
        for name in ("communes", "parcs")
    )
    return "".join(drawn), picture.names(dict(frame))


def _metres(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    with connection.cursor() as cursor:
        cursor.execute(METRES, list(box))
        west, south, east, north = cursor.fetchone()
    wide, high = max(SMALLEST_M - (east - west), 0) / 2, max(SMALLEST_M - (north - south), 0) / 2
    return west - wide, south - high, east + wide, north + high


def _places(shown: Shown, ids: list[int], frame: dict[str, float]) -> tuple[list[str], list[Spot]]:
    """The shapes of the selection, and where the sign of each stands."""
    colour = SIGN.get(shown.collection.id, OTHER)
    statement = sql.SQL(SPOTS).format(table=sql.Identifier(shown.collection.table))
    with connection.cursor() as cursor:
        cursor.execute(statement, frame | {"ids": ids})
        rows = cursor.fetchall()
    shapes, spots = [], []
    for number, (x, y, path, dimension) in enumerate(rows, start=1):
        if path is None or x is None:
            continue
        if dimension:
            fill = f'"{colour}" fill-opacity=".25"' if dimension > 1 else '"none"'
            shapes.append(f'<path d="{path}" fill={fill} stroke="{colour}" stroke-width="3"/>')
        spots.append(Spot((x - frame["west"]) * frame["scale"], (frame["north"] - y) * frame["scale"], number))
    return shapes, spots


def _signs(spots: list[Spot], colour: str) -> Iterator[str]:
    """The numbered signs; the first of the list lies on top."""
    for left, top, number in reversed(spots):
        yield (
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="{ROUND}" fill="{colour}" stroke="#fff" stroke-width="{EDGE}"/>'
            f'<text x="{left:.1f}" y="{top + 6.5:.1f}" font-family="sans-serif" font-size="19" font-weight="700" '
            f'fill="#fff" text-anchor="middle">{number}</text>'
        )
