"""GPX 1.1: surveyed trails as tracks with way-points for the cabins along them, points as way-points.

Standard: https://www.topografix.com/GPX/1/1/ — the order of the child elements is the schema's: all way-points come before
the first track, so a selection of trails is read twice. Heights are written only when every point has one (a partial
profile would be drawn as a fall to sea level by several devices). A schematic line guides nobody: one alone is
refused, among others it is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from psycopg import sql

from geodata import licences, registry
from geodata.formats.choice import Format, Omission
from geodata.formats.markup import DECLARATION, degrees, element, quoted, text
from geodata.formats.pieces import gathered
from geodata.formats.telling import spoken, told_since
from geodata.problems import Conflict
from geodata.queries import rows
from geodata.queries.rows import Selection
from geodata.registry import Collection
from geodata.units import COORDINATE_DECIMALS

MEDIA_TYPE = "application/gpx+xml"
NAMESPACE = "http://www.topografix.com/GPX/1/1"
SCHEMA = "http://www.topografix.com/GPX/1/1/gpx.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LINE = "LINESTRING"
FOLLOWED = sql.SQL("t.geom_quality <> 'schematic'")
PLACED = sql.SQL("t.geom IS NOT NULL")
WRITTEN = sql.SQL("ST_AsText(t.geom, {})").format(sql.Literal(COORDINATE_DECIMALS))
SYMBOL = "Scenic Area"
Box = tuple[float, float, float, float]


class Waypoint(NamedTuple):
    """A named place: `at` is its longitude, a blank and its latitude in degrees, `symbol` a name that devices know."""

    at: str
    name: str
    description: str = ""
    link: str = ""
    symbol: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Track:
    """A line in walking direction: points as those of Waypoint, metres above sea beside them or none."""

    name: str
    points: Sequence[str]
    elevations_m: Sequence[float] | None = None
    description: str = ""
    comment: str = ""
    source: str = ""
    link: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Head:
    """What a file says about itself; `licence` is an address, `year` that of the rights, `box` west, south, east, north."""

    creator: str
    name: str
    description: str = ""
    author: str = ""
    licence: str = ""
    year: int | None = None
    link: str = ""
    time: datetime | None = None
    box: Box | None = None


def pieces(head: Head, waypoints: Iterable[Waypoint], tracks: Iterable[Track]) -> Iterator[bytes]:
    """The file in UTF-8. Raises ValueError for a track of fewer than two points."""
    opening = f'{DECLARATION}<gpx xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" xsi:schemaLocation="{NAMESPACE} {SCHEMA}" version="1.1"'
    yield f"{opening} creator={quoted(head.creator)}>{_metadata(head)}".encode()
    for waypoint in waypoints:
        yield _waypoint(waypoint).encode()
    for track in tracks:
        yield _track(track).encode()
    yield b"</gpx>\n"


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """A selection as a file. Raises Conflict for a single trail that is schematic."""
    lines = is_line(selection.collection)
    (left_out,) = omitted(selection)
    if selection.is_one and left_out.count:
        raise Conflict(_("Ce tracé est schématique : il relie les bons lieux, il ne se suit pas au GPS."))
    kept = selection.narrowed(FOLLOWED if lines else PLACED)
    waypoints = _stops(kept, root) if lines else _points(kept, root)
    tracks = _tracks(kept, root) if lines else iter(())
    return gathered(pieces(_head(kept, left_out.told, root), waypoints, tracks))


def omitted(selection: Selection) -> tuple[Omission]:
    """The features of a selection that a GPX leaves out."""
    unfit = sql.SQL("t.geom_quality = 'schematic'") if is_line(selection.collection) else sql.SQL("t.geom IS NULL")
    (count,) = rows.summed(selection, sql.SQL("count(*) FILTER (WHERE {})").format(unfit))
    return (Omission(count, _left_out(count, lines=is_line(selection.collection))),)


def is_line(collection: Collection) -> bool:
    """Whether its features are lines."""
    return bool(collection.geometry.geom_type == LINE)


def _offered(collection: Collection) -> bool:
    return collection.geometry.geom_type in (LINE, "POINT")


def _head(selection: Selection, left_out: str, root: str) -> Head:
    collection = selection.collection
    extent = sql.SQL(
        "ST_XMin(ST_Extent(t.geom)), ST_YMin(ST_Extent(t.geom)), ST_XMax(ST_Extent(t.geom)), ST_YMax(ST_Extent(t.geom))"
    )
    box = rows.summed(selection, extent)
    # Neighbours are told too.
    time = told_since(None, selection.user)
    head = _head_of_one(selection, root) if selection.is_one else None
    head = head or Head(
        creator=str(settings.SITE_NAME),
        name=str(collection.title),
        description=left_out,
        author=str(settings.SITE_PUBLISHER),
        licence=licences.licence_of(licences.OURS).url,
        year=timezone.localdate(time).year,
        link=f"{root}api/collections/{collection.id}",
    )
    return replace(head, time=time, box=None if box[0] is None else box)


def _head_of_one(selection: Selection, root: str) -> Head | None:
    for words, _values in spoken(selection, root):
        return Head(
            creator=str(settings.SITE_NAME),
            name=words.title,
            description=words.description,
            author=words.author,
            licence=words.licence.url,
            year=words.updated_at.year,
            link=words.link,
        )
    return None


def _left_out(count: int, *, lines: bool) -> str:
    if not count:
        return ""
    if lines:
        return schematic_left_out(count)
    said = ngettext(
        "%(count)d fiche sans position n’est pas dans ce fichier.",
        "%(count)d fiches sans position ne sont pas dans ce fichier.",
        count,
    )
    return said % {"count": count}


def schematic_left_out(count: int) -> str:
    """The sentence about trails that are only drawings."""
    said = ngettext(
        "%(count)d tracé schématique n’est pas dans ce fichier : il ne se suit pas au GPS.",
        "%(count)d tracés schématiques ne sont pas dans ce fichier : ils ne se suivent pas au GPS.",
        count,
    )
    return said % {"count": count}


def stops_along(selection: Selection) -> Selection | None:
    """The cabins along the lines of a selection, each once; None where lines name none."""
    if "cabins" not in selection.collection.fields:
        return None
    named, values = rows.within(selection, sql.SQL("unnest(t.cabins)"))
    return rows.among(registry.get("cabanes"), selection, named, values)


def _stops(selection: Selection, root: str) -> Iterator[Waypoint]:
    stops = stops_along(selection)
    return _points(stops, root) if stops is not None else iter(())


def _points(selection: Selection, root: str) -> Iterator[Waypoint]:
    for words, (point,) in spoken(selection, root, WRITTEN):
        yield Waypoint(_positions(point), words.title, words.description, words.link, SYMBOL, words.kind)


def _tracks(selection: Selection, root: str) -> Iterator[Track]:
    for words, (line, elevations) in spoken(selection, root, WRITTEN, _heights(selection.collection)):
        yield Track(
            name=words.title,
            points=_positions(line).split(","),
            elevations_m=[float(each) for each in elevations.split(b",")] if elevations else None,
            description=words.about,
            comment=" ".join(words.notes),
            source=words.feature.source,
            link=words.link,
            kind=words.practice,
        )


def _heights(collection: Collection) -> sql.Composable:
    if not collection.elevations:
        return sql.SQL("NULL")
    return sql.SQL("array_to_string(t.{}, ',')").format(sql.Identifier(collection.elevations))


def _positions(written: bytes | None) -> str:
    """What stands between the brackets of WKT."""
    return (written or b"()").decode().partition("(")[2][:-1]


def _metadata(head: Head) -> str:
    rights = ""
    if head.author and (head.licence or head.year):
        rights = element(
            "copyright", text("year", str(head.year or "")) + text("license", head.licence), {"author": head.author}
        )
    box = ""
    if head.box is not None:
        names = ("minlon", "minlat", "maxlon", "maxlat")
        box = element("bounds", "", {name: degrees(value) for name, value in zip(names, head.box, strict=True)})
    time = head.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if head.time else ""
    inner = text("name", head.name) + text("desc", head.description)
    inner += (element("author", text("name", head.author)) if head.author else "") + rights
    return element("metadata", inner + _link(head.link, head.name) + text("time", time) + box)


def _waypoint(waypoint: Waypoint) -> str:
    name, link = text("name", waypoint.name), _link(waypoint.link, waypoint.name)
    about, symbol, kind = text("desc", waypoint.description), text("sym", waypoint.symbol), text("type", waypoint.kind)
    lon, _blank, lat = waypoint.at.partition(" ")
    return f'<wpt lat="{lat}" lon="{lon}">{name}{about}{link}{symbol}{kind}</wpt>'


def _track(track: Track) -> str:
    if not track.points[1:]:
        raise ValueError("a track has at least two points")
    places = [point.partition(" ") for point in track.points]
    if track.elevations_m and len(track.elevations_m) == len(places):
        points = "".join(
            [
                f'<trkpt lat="{lat}" lon="{lon}"><ele>{height:.1f}</ele></trkpt>'
                for (lon, _blank, lat), height in zip(places, track.elevations_m, strict=True)
            ]
        )
    else:
        points = "".join([f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, _blank, lat in places])
    inner = text("name", track.name) + text("cmt", track.comment) + text("desc", track.description)
    inner += text("src", track.source) + _link(track.link, track.name) + text("type", track.kind)
    return element("trk", inner + element("trkseg", points))


def _link(address: str, said: str) -> str:
    return element("link", text("text", said), {"href": address}) if address else ""


FORMAT = Format(
    name="gpx",
    media_type=MEDIA_TYPE,
    title="GPX",
    extension="gpx",
    told=True,
    degrees=True,
    offered=_offered,
    omitted=omitted,
    write=write,
)
