"""The network drawn as SVG by PostGIS: communes, parks, trails, cabins, the larger towns. No script, no font."""

from __future__ import annotations

from xml.sax.saxutils import escape

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import reverse
from psycopg import sql

from carte import clock
from carte.home import lettering
from carte.home.lettering import Name, Spot
from geodata import registry
from geodata.endpoints.mementos import written
from geodata.queries import select, squares, states
from geodata.queries.indexes import SIZE
from geodata.queries.kept import Kept

WIDTH, HEIGHT = 1200, 800
MARGIN = 0.04
TOWNS = 9
# Metres of Web Mercator that two pixels stand for at this size: what is smaller is not drawn.
TOLERANCE_M = 90
FRAME = """
SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
FROM (SELECT ST_Extent(ST_Transform(t.geom, 3857)) FROM ({parks}) t) b(e)
"""
# So many outlines of a collection, the largest, and so many cabins one by one: the picture weighs 200 kB at most, whatever the network
# holds. More cabins are counted by cells of so many pixels.
MOST_DRAWN = 600
CELL = 100
# Inputs: scale, west, north in EPSG:3857; output: path data in pixels. Areas in square degrees and lengths in degrees
# only tell which are the largest.
PATHS = """
SELECT ST_AsSVG(ST_Scale(ST_Translate(
  ST_SimplifyPreserveTopology(ST_Transform(t.geom, 3857), %(tolerance)s), -%(west)s, -%(north)s), %(scale)s, %(scale)s), 1, 0)
FROM (
  SELECT id, geom FROM ({source}) t WHERE geom IS NOT NULL ORDER BY {size} DESC, id LIMIT %(most)s
) t ORDER BY t.id
"""
POINTS = """
SELECT round((ST_X(p) - %(west)s) * %(scale)s)::int, round((%(north)s - ST_Y(p)) * %(scale)s)::int, count(*)
FROM (SELECT ST_Transform(t.geom, 3857) FROM ({source}) t ORDER BY t.id LIMIT %(most)s + 1) drawn (p) GROUP BY 1, 2 ORDER BY 1, 2
"""
# The same of cells: the middle of what stands in each. A square belongs to the cell in which its own middle lies.
CELLS = """
SELECT round(sum(s.x * s.n) / sum(s.n))::int, round(sum(s.y * s.n) / sum(s.n))::int, sum(s.n)::bigint
FROM (SELECT (sum_x / n - %(west)s) * %(scale)s, (%(north)s - sum_y / n) * %(scale)s, n FROM ({squares}) q) s (x, y, n)
WHERE s.x BETWEEN 0 AND %(width)s AND s.y BETWEEN 0 AND %(height)s GROUP BY floor(s.x / %(cell)s), floor(s.y / %(cell)s) ORDER BY 1, 2
"""
NAMES = """
SELECT t.name_fr, (ST_X(ST_Transform(t.centre, 3857)) - %(west)s) * %(scale)s,
       (%(north)s - ST_Y(ST_Transform(t.centre, 3857))) * %(scale)s
FROM ({source}) t WHERE t.centre IS NOT NULL ORDER BY t.population DESC NULLS LAST LIMIT %(towns)s
"""
STYLE = {
    "communes": 'fill="#faf6ec" stroke="#d9d2c0" stroke-width="1"',
    "parcs": 'fill="#9cca92" stroke="#1f6b45" stroke-width="1.5"',
    "sentiers": 'fill="none" stroke="#9a3b12" stroke-width="2" stroke-dasharray="5 4" stroke-opacity=".75"',
}
CABINS = "cabanes"
DRAWN = (*STYLE, CABINS)
# A cabin is a line without length, whose round ends make the dot; as large as it must be to be seen on a phone.
DOT = 22
ROUND, EDGE = 40, 3
BROWN = "#7a2e12"
THOUSAND = 1000
DOTS = 'fill="none" stroke-linecap="round" stroke="{}" stroke-width="{}"'


def revision() -> int:
    """The revision of what is drawn."""
    nobody = AnonymousUser()
    return max(states.revision(registry.get(name), nobody) for name in DRAWN)


def address() -> str:
    """Where the picture is; the revision in it lets browsers keep it."""
    shown = clock.moment()
    return f"{reverse('picture')}?" + (f"as-of={written(shown.instant)}" if shown else f"r={revision()}")


def draw() -> bytes:
    """The picture, made once for each public state; of the past each time."""
    return _drawn.get()


def _draw() -> bytes:
    frame = _frame()
    body = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#efe9dc"/>']
    if frame:
        for name, style in STYLE.items():
            body.append(f'<path {style} d="{" ".join(paths(name, frame))}"/>')
        cabins = points(CABINS, frame)
        counted = [each for each in cabins if each[2] > 1]
        dots = "".join(f"M{x} {y}h0" for x, y, n in cabins if n == 1)
        for colour, size in (("#fff", DOT + 6), (BROWN, DOT)):
            body.append(f'<path {DOTS.format(colour, size)} d="{dots}"/>')
        body += [cluster(*each) for each in counted]
        room = ROUND if counted else DOT / 2
        body += [label(name) for name in lettering.placed(names(frame), (WIDTH, HEIGHT), cabins, room + EDGE)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return f"{head}{''.join(body)}</svg>".encode()


_drawn = Kept(_draw, *DRAWN)


def _frame() -> dict[str, float] | None:
    """West, north and pixels a metre such that all parks fit."""
    source, params = select.visible(registry.get("parcs"), AnonymousUser())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(FRAME).format(parks=source), params)
        west, south, east, north = cursor.fetchone()
    return None if west is None else fitted((west, south, east, north), WIDTH, HEIGHT)


def fitted(box: tuple[float, float, float, float], width: int, height: int, room: int = 0) -> dict[str, float]:
    """West, north (EPSG:3857) and pixels a metre such that a box fits into a picture, with a margin and so many pixels of room."""
    west, south, east, north = box
    wide, high = max(east - west, 1000) * (1 + 2 * MARGIN), max(north - south, 1000) * (1 + 2 * MARGIN)
    scale = min((width - 2 * room) / wide, (height - 2 * room) / high)
    return {
        "scale": scale,
        "west": (west + east) / 2 - width / scale / 2,
        "north": (south + north) / 2 + height / scale / 2,
    }


def paths(name: str, frame: dict[str, float]) -> list[str]:
    """The largest outlines of a collection as path data, in pixels of the frame."""
    source, params = select.visible(registry.get(name), AnonymousUser())
    text, values = select.named(source, params)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(PATHS).format(source=text, size=sql.SQL(SIZE)),
            values | frame | {"tolerance": TOLERANCE_M, "most": MOST_DRAWN},
        )
        return [row[0] for row in cursor.fetchall() if row[0]]


def points(name: str, frame: dict[str, float]) -> list[Spot]:
    """Where the points of a collection lie, in pixels of the frame, and how many: each place once, or cells where they are many."""
    collection, shown = registry.get(name), clock.moment()
    text, values = select.named(*select.visible(collection, AnonymousUser()))
    squared = squares.as_of(collection, shown.revision if shown else None)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(POINTS).format(source=text), values | frame | {"most": MOST_DRAWN})
        found = cursor.fetchall()
        if sum(n for _x, _y, n in found) > MOST_DRAWN:
            size = {"cell": float(CELL), "width": float(WIDTH), "height": float(HEIGHT)}
            cursor.execute(sql.SQL(CELLS).format(squares=squared), frame | size)
            return list(cursor.fetchall())
    return [(x, y, 1) for x, y, _n in found]


def names(frame: dict[str, float]) -> list[tuple[str, float, float]]:
    """The largest towns and where they lie, in pixels of the frame."""
    source, params = select.visible(registry.get("communes"), AnonymousUser())
    text, values = select.named(source, params)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(NAMES).format(source=text), values | frame | {"towns": TOWNS})
        return list(cursor.fetchall())


def cluster(x: float, y: float, n: int) -> str:
    """So many points as SVG: a disc with their number, in thousands where it is long."""
    told = str(n) if n < THOUSAND else f"{n / THOUSAND:.0f}k"
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{ROUND}" fill="{BROWN}" fill-opacity=".85" stroke="#fff" stroke-width="{EDGE}"/>'
        f'<text x="{x:.0f}" y="{y + 11:.0f}" font-family="sans-serif" font-size="32" font-weight="700" fill="#fff" '
        f'text-anchor="middle">{told}</text>'
    )


def label(name: Name) -> str:
    """The name of a town as SVG."""
    return (
        f'<text x="{name.x:.0f}" y="{name.y:.0f}" font-family="sans-serif" font-size="{lettering.SIZE}" font-weight="700" '
        f'fill="#1e2a2e" stroke="#faf6ec" stroke-width="5" paint-order="stroke" text-anchor="middle">{escape(name.text)}</text>'
    )
