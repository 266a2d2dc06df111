"""GPX 1.1 of surveyed trails: one track, way-points for what lies along it.

Standard: https://www.topografix.com/GPX/1/1/ — the order of the child elements is the schema's.
Heights are written only when every point has one (a partial profile would be drawn as a fall to
sea level by several devices).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from geodata.units import COORDINATE_DECIMALS

MEDIA_TYPE = "application/gpx+xml"
NAMESPACE = "http://www.topografix.com/GPX/1/1"
SCHEMA = "http://www.topografix.com/GPX/1/1/gpx.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# XML 1.0 §2.2: these characters cannot be written, escaped or not.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("", NAMESPACE)
register_namespace("xsi", XSI)


@dataclass(frozen=True)
class Waypoint:
    """A named place: longitude and latitude in degrees, a symbol name that devices know."""

    lon: float
    lat: float
    name: str
    description: str = ""
    link: str = ""
    symbol: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Track:
    """A line in walking direction: (longitude, latitude) in degrees, metres above sea beside it or none."""

    name: str
    points: Sequence[tuple[float, float]]
    elevations_m: Sequence[float] | None = None
    description: str = ""
    comment: str = ""
    source: str = ""
    link: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Document:
    """What one file says about itself; `licence` is an address, `year` that of the rights."""

    creator: str
    name: str
    tracks: Sequence[Track]
    waypoints: Sequence[Waypoint] = ()
    description: str = ""
    author: str = ""
    licence: str = ""
    year: int | None = None
    link: str = ""
    time: datetime | None = None


def write(document: Document) -> bytes:
    """The file in UTF-8. Raises ValueError for a track of fewer than two points."""
    root = Element(_name("gpx"), {"version": "1.1", "creator": _clean(document.creator)})
    root.set(f"{{{XSI}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    _metadata(root, document)
    for waypoint in document.waypoints:
        _waypoint(root, waypoint)
    for track in document.tracks:
        _track(root, track)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _metadata(root: Element, document: Document) -> None:
    node = SubElement(root, _name("metadata"))
    _text(node, "name", document.name)
    _text(node, "desc", document.description)
    if document.author:
        _text(SubElement(node, _name("author")), "name", document.author)
    if document.author and (document.licence or document.year):
        rights = SubElement(node, _name("copyright"), {"author": _clean(document.author)})
        _text(rights, "year", str(document.year or ""))
        _text(rights, "license", document.licence)
    _link(node, document.link, document.name)
    if document.time is not None:
        _text(node, "time", document.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    points = [point for track in document.tracks for point in track.points]
    points += [(waypoint.lon, waypoint.lat) for waypoint in document.waypoints]
    if points:
        lons, lats = [lon for lon, _lat in points], [lat for _lon, lat in points]
        box = {"minlat": min(lats), "minlon": min(lons), "maxlat": max(lats), "maxlon": max(lons)}
        SubElement(node, _name("bounds"), {key: _degrees(value) for key, value in box.items()})


def _waypoint(root: Element, waypoint: Waypoint) -> None:
    node = SubElement(root, _name("wpt"), {"lat": _degrees(waypoint.lat), "lon": _degrees(waypoint.lon)})
    _text(node, "name", waypoint.name)
    _text(node, "desc", waypoint.description)
    _link(node, waypoint.link, waypoint.name)
    _text(node, "sym", waypoint.symbol)
    _text(node, "type", waypoint.kind)


def _track(root: Element, track: Track) -> None:
    if not track.points[1:]:
        raise ValueError("a track has at least two points")
    node = SubElement(root, _name("trk"))
    _text(node, "name", track.name)
    _text(node, "cmt", track.comment)
    _text(node, "desc", track.description)
    _text(node, "src", track.source)
    _link(node, track.link, track.name)
    _text(node, "type", track.kind)
    segment = SubElement(node, _name("trkseg"))
    for (lon, lat), height in zip(track.points, _heights(track), strict=True):
        point = SubElement(segment, _name("trkpt"), {"lat": _degrees(lat), "lon": _degrees(lon)})
        if height is not None:
            _text(point, "ele", f"{height:.1f}")


def _heights(track: Track) -> Iterable[float | None]:
    if track.elevations_m and len(track.elevations_m) == len(track.points):
        return track.elevations_m
    return [None] * len(track.points)


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _clean(text: str) -> str:
    return UNWRITABLE.sub("", text)


def _text(parent: Element, tag: str, text: str) -> None:
    if text:
        SubElement(parent, _name(tag)).text = _clean(text)


def _link(parent: Element, address: str, text: str) -> None:
    if address:
        _text(SubElement(parent, _name("link"), {"href": _clean(address)}), "text", text)


def _degrees(value: float) -> str:
    return f"{value:.{COORDINATE_DECIMALS}f}".rstrip("0").rstrip(".")
