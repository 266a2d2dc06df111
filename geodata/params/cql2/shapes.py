"""A geometry of a filter (GeoJSON or a box) → PostGIS' hexadecimal text in EPSG:4326."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException
from shapely.geometry import box, shape

from geodata.params.bbox import read_box
from geodata.params.cql2 import PARAMETER, refusal
from geodata.params.crs import Crs
from geodata.units import WGS84

MAX_VERTICES = 5_000
MIXED = "GeometryCollection"
MAX_MEMBERS = 100
# How many lists are around a position.
LISTS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
AREAS = ("Polygon", "MultiPolygon")
PLANE, SPACE = 2, 3
# Corners and the first again (RFC 7946 §3.1.6).
LEAST_IN_RING = 4
QUARTER_TURN = 90.0
UNREADABLE = _("Cette géométrie ne se lit pas (GeoJSON ou WKT).")


@dataclass(frozen=True)
class Shape:
    """A geometry: `mixed` when it holds points, lines and areas together, which few comparisons take."""

    hexewkb: str
    vertices: int
    mixed: bool = False


def read_shape(document: dict[str, Any], crs: Crs) -> Shape:
    """The shape of a document. Raises BadParameter: unreadable, invalid, too large, outside `crs`."""
    if "bbox" in document and "type" not in document:
        return Shape(_boxed(document["bbox"], crs), 4)
    vertices = sum(1 for _position in _positions(document, crs, 0))
    try:
        found = _upright(shapely.force_2d(shape(document)), crs)
    except (GEOSException, ValueError, TypeError, AttributeError, IndexError, KeyError):
        raise refusal(UNREADABLE) from None
    if found.is_empty:
        raise refusal(UNREADABLE)
    if not found.is_valid:
        raise refusal(_("Géométrie non valide : un contour se croise."))
    if found.geom_type == MIXED:
        found = shapely.union_all(found)
    return Shape(_in_degrees(found.wkb_hex, crs), vertices, found.geom_type == MIXED)


def _boxed(numbers: Any, crs: Crs) -> str:
    if not isinstance(numbers, list) or not all(_is_number(number) for number in numbers):
        raise refusal(_("Il faut quatre ou six nombres séparés par des virgules."))
    parts = read_box([float(number) for number in numbers], crs, PARAMETER).parts
    made = shapely.union_all([box(*part) for part in parts]) if len(parts) > 1 else box(*parts[0])
    # A box without width or height is a line or a point.
    return _in_degrees(shapely.make_valid(made).wkb_hex, None)


def _positions(document: Any, crs: Crs, depth: int) -> Iterator[list[float]]:
    """Every position of a shape, judged before anything is built from it."""
    if not isinstance(document, dict) or depth > PLANE:
        raise refusal(UNREADABLE)
    kind = document.get("type")
    if kind == MIXED:
        members = document.get("geometries")
        if not isinstance(members, list) or not 0 < len(members) <= MAX_MEMBERS:
            raise refusal(UNREADABLE)
        for member in members:
            yield from _positions(member, crs, depth + 1)
    elif kind in LISTS:
        for count, position in enumerate(_flat(document.get("coordinates"), LISTS[kind], closed=kind in AREAS)):
            if count > MAX_VERTICES:
                raise refusal(_("Une géométrie de %(most)d points au plus.") % {"most": MAX_VERTICES})
            yield _judged(position, crs)
    else:
        raise refusal(UNREADABLE)


def _flat(coordinates: Any, lists: int, *, closed: bool) -> Iterator[Any]:
    if lists == 0:
        yield coordinates
        return
    if not isinstance(coordinates, list) or not coordinates:
        raise refusal(UNREADABLE)
    if closed and lists == 1 and (len(coordinates) < LEAST_IN_RING or coordinates[0] != coordinates[-1]):
        raise refusal(_("Un contour a au moins quatre positions, et finit par celle où il commence."))
    for each in coordinates:
        yield from _flat(each, lists - 1, closed=closed)


def _judged(position: Any, crs: Crs) -> list[float]:
    fits = isinstance(position, list) and len(position) in (PLANE, SPACE) and all(map(_is_number, position))
    if not fits:
        raise refusal(UNREADABLE)
    first, second = position[:PLANE]
    north = first if crs.flipped else second
    if max(abs(first), abs(second)) > crs.size or (crs.srid == WGS84 and abs(north) > QUARTER_TURN):
        raise refusal(_("Un nombre sort du système de coordonnées."))
    return [float(number) for number in position]


def _is_number(number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _upright(found: Any, crs: Crs) -> Any:
    return shapely.transform(found, lambda points: points[:, ::-1]) if crs.flipped else found


def _in_degrees(wkb: str, crs: Crs | None) -> str:
    made = GEOSGeometry(wkb, srid=crs.srid if crs else WGS84)
    if made.srid != WGS84:
        made.transform(WGS84)
        if not all(map(math.isfinite, made.extent)):
            raise refusal(_("Un nombre sort du système de coordonnées."))
    return str(made.hexewkb.decode())
