"""Geometries typed or pasted by a person, read as EPSG:4326.

A text is GeoJSON (a geometry, a feature or a collection of one feature), or coordinates: one
position a line, latitude first as people say it, or Lambert-93 easting and northing in metres,
recognised by their size. An empty line starts the next ring of a polygon.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.contrib.gis.geos.prototypes.io import WKBWriter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geodata.units import LAMBERT93, WGS84

MAX_TEXT = 4_000_000
RING_MIN = 3
LINE_MIN = 2
MAX_LATITUDE = 90
MAX_LONGITUDE = 180
LAMBERT93_EASTING = (90_000.0, 1_300_000.0)
LAMBERT93_NORTHING = (6_000_000.0, 7_200_000.0)
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")


def read_position(first: str, second: str) -> Point:
    """The position that two typed numbers mean, in EPSG:4326.

    Latitude then longitude in degrees, or Lambert-93 easting then northing in metres.
    A comma is a decimal sign. Raises ValidationError.
    """
    return Point(*_lon_lat(_number(first), _number(second)), srid=WGS84)


def read_geometry(text: str, geom_type: str) -> GEOSGeometry:
    """The geometry of this OGC type that a text means, in EPSG:4326, heights dropped.

    A LineString is accepted for a MultiPolygon when it is closed. Raises ValidationError.
    """
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise ValidationError(_("Ce tracé est trop long. Simplifiez-le ou importez-le par fichier."))
    geometry = _from_geojson(text) if text.startswith("{") else _from_lines(text, geom_type)
    return as_type(geometry, geom_type)


def in_text(geometry: GEOSGeometry) -> str:
    """What a form shows of a geometry in EPSG:4326, to be read again: a point as people say it, else GeoJSON."""
    return f"{geometry.y:.6f}, {geometry.x:.6f}" if isinstance(geometry, Point) else str(geometry.geojson)


def as_type(geometry: GEOSGeometry, geom_type: str) -> GEOSGeometry:
    """The same shape as this OGC type. Raises ValidationError where it can't be."""
    if geom_type.upper() in (geometry.geom_type.upper(), "GEOMETRY"):
        return geometry
    wanted = geom_type.upper()
    if wanted == "MULTIPOLYGON" and isinstance(geometry, Polygon):
        return MultiPolygon(geometry, srid=WGS84)
    if wanted == "MULTIPOLYGON" and isinstance(geometry, LineString) and geometry.closed:
        return MultiPolygon(Polygon(geometry.coords), srid=WGS84)
    if wanted == "LINESTRING" and isinstance(geometry, MultiLineString):
        merged = geometry.merged
        if isinstance(merged, LineString):
            return merged
        raise ValidationError(
            _("Ce tracé est en %(count)d morceaux. Un sentier est une seule ligne : faites-en des étapes.")
            % {"count": len(geometry)}
        )
    names = {"POINT": _("un point"), "LINESTRING": _("une ligne"), "MULTIPOLYGON": _("un contour")}
    raise ValidationError(
        _("Il faut %(wanted)s, le texte donne : %(found)s.")
        % {"wanted": names.get(wanted, geom_type), "found": geometry.geom_type}
    )


def _from_geojson(text: str) -> GEOSGeometry:
    try:
        return flat(_the_geometry(json.loads(text)))
    except (GEOSException, GDALException, ValueError, TypeError, OverflowError, RecursionError):
        raise ValidationError(_("Ce GeoJSON ne se lit pas.")) from None


def _the_geometry(document: Any) -> GEOSGeometry:
    found = list(_geometries(document))
    if len(found) != 1:
        raise ValidationError(_("Il faut une seule géométrie, le texte en contient %(count)d.") % {"count": len(found)})
    if not all(math.isfinite(number) for number in _numbers(found[0].get("coordinates"))):
        raise ValidationError(_("Une coordonnée n’est pas un nombre."))
    return GEOSGeometry(json.dumps(bare(found[0])), srid=WGS84)


def bare(document: dict[str, Any]) -> dict[str, Any]:
    """The GeoJSON geometry without foreign members: a `crs` of GeoJSON 2008 may name an address, which GDAL would fetch.

    Raises TypeError where it holds something that is no geometry.
    """
    found: dict[str, Any] = {name: document[name] for name in ("type", "coordinates") if name in document}
    if "geometries" not in document:
        return found
    if not all(isinstance(each, dict) for each in document["geometries"]):
        raise TypeError
    return found | {"geometries": [bare(each) for each in document["geometries"]]}


def flat(geometry: GEOSGeometry) -> GEOSGeometry:
    """The same shape without heights."""
    if not geometry.hasz:
        return geometry
    return GEOSGeometry(memoryview(WKBWriter(dim=2).write(geometry)), srid=WGS84)


def _geometries(document: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        raise ValidationError(_("Ce GeoJSON ne se lit pas."))
    match document.get("type"):
        case "FeatureCollection":
            for feature in document.get("features") or []:
                yield from _geometries(feature)
        case "Feature":
            yield from _geometries(document.get("geometry"))
        case _:
            yield document


def _numbers(coordinates: Any) -> Iterator[float]:
    if isinstance(coordinates, list):
        for part in coordinates:
            yield from _numbers(part)
    elif isinstance(coordinates, (int, float)) and not isinstance(coordinates, bool):
        yield float(coordinates)
    else:
        yield math.nan


def _from_lines(text: str, geom_type: str) -> GEOSGeometry:
    rings: list[list[tuple[float, float]]] = [[]]
    for row, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            rings.append([])
            continue
        numbers = NUMBER.findall(line)
        if len(numbers) != LINE_MIN:
            raise ValidationError(_("Ligne %(row)d : il faut deux nombres, latitude puis longitude.") % {"row": row})
        try:
            rings[-1].append(_lon_lat(_number(numbers[0]), _number(numbers[1])))
        except ValidationError as error:
            raise ValidationError(
                _("Ligne %(row)d : %(why)s") % {"row": row, "why": " ".join(error.messages)}
            ) from None
    return _build([ring for ring in rings if ring], geom_type.upper())


def _build(rings: Sequence[Sequence[tuple[float, float]]], geom_type: str) -> GEOSGeometry:
    if not rings:
        raise ValidationError(_("Indiquez au moins une position."))
    if geom_type == "GEOMETRY":
        geom_type = _likely(rings)
    if geom_type == "POINT":
        if len(rings) > 1 or len(rings[0]) > 1:
            raise ValidationError(_("Indiquez une seule position."))
        return Point(*rings[0][0], srid=WGS84)
    if geom_type == "LINESTRING":
        if len(rings[0]) < LINE_MIN:
            raise ValidationError(_("Une ligne a au moins deux points."))
        return LineString(*rings[0], srid=WGS84)
    return MultiPolygon([_area(ring) for ring in rings], srid=WGS84)


def _area(ring: Sequence[tuple[float, float]]) -> Polygon:
    closed = [*ring] if ring[0] == ring[-1] else [*ring, ring[0]]
    if len(closed) <= RING_MIN:
        raise ValidationError(_("Un contour a au moins trois points."))
    return Polygon(closed, srid=WGS84)


def _likely(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    """What is meant where any shape will do: one position, a closed ring, else a line."""
    if len(rings) == 1 and len(rings[0]) == 1:
        return "POINT"
    return "MULTIPOLYGON" if len(rings) > 1 or rings[0][0] == rings[0][-1] else "LINESTRING"


def _number(text: str) -> float:
    try:
        value = float(text.strip().replace(",", ".").replace("\N{NO-BREAK SPACE}", "").replace(" ", ""))
    except ValueError:
        raise ValidationError(_("« %(text)s » n’est pas un nombre.") % {"text": text[:40]}) from None
    if not math.isfinite(value):
        raise ValidationError(_("« %(text)s » n’est pas un nombre.") % {"text": text[:40]})
    return value


def _between(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _lon_lat(first: float, second: float) -> tuple[float, float]:
    if _between(first, LAMBERT93_EASTING) and _between(second, LAMBERT93_NORTHING):
        point = Point(first, second, srid=LAMBERT93)
        point.transform(WGS84)
        return (round(point.x, 7), round(point.y, 7))
    if abs(first) > MAX_LATITUDE or abs(second) > MAX_LONGITUDE:
        raise ValidationError(
            _("Ces nombres ne sont ni une latitude et une longitude en degrés, ni des mètres Lambert-93.")
        )
    return (second, first)
