"""`bbox`: a box, read as one or two boxes in EPSG:4326."""

import math
from dataclasses import dataclass

from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext_lazy as _

from geodata.params.crs import CRS84, Crs
from geodata.params.numbers import ascii_number
from geodata.problems import BadParameter
from geodata.units import WGS84

PLAIN, WITH_HEIGHTS = 4, 6
HALF_TURN, QUARTER_TURN = 180.0, 90.0
EDGE_POINTS = 8
OUTSIDE = _("Un nombre sort du système de coordonnées.")
OUTSIDE_DEGREES = _(
    "Un nombre dépasse 180 degrés. Des mètres demandent leur système de coordonnées : bbox-crs, ou filter-crs dans un filtre."
)

Part = tuple[float, float, float, float]


@dataclass(frozen=True)
class Bbox:
    """West, south, east, north in degrees; two parts when it crosses the antimeridian."""

    parts: tuple[Part, ...]


def parse_bbox(text: str, crs: Crs = CRS84) -> Bbox:
    """Read a `bbox` parameter as a box in EPSG:4326, longitude first.

    Takes 4 numbers in the axis order of `crs` (degrees or metres), or 6: heights are
    checked, then dropped. West may exceed east: the box crosses the antimeridian and
    `Bbox.parts` holds its two halves.

    Raises BadParameter: other counts, not finite, south above north, outside `crs`.
    Source: OGC API Features /req/core/fc-bbox-definition, /req/crs/fc-bbox-crs-definition.
    """
    return read_box(_numbers(text), crs)


def read_box(numbers: list[float], crs: Crs, parameter: str = "bbox") -> Bbox:
    """The same for numbers that are finite, found in the parameter that a problem shall name."""
    if len(numbers) == WITH_HEIGHTS:
        if numbers[2] > numbers[5]:
            raise BadParameter(parameter, _("La hauteur basse dépasse la hauteur haute."))
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != PLAIN:
        raise BadParameter(parameter, _("Il faut quatre ou six nombres séparés par des virgules."))
    west, south, east, north = (numbers[i] for i in (1, 0, 3, 2)) if crs.flipped else numbers
    return _box((west, south, east, north), crs, parameter)


def _box(numbers: Part, crs: Crs, parameter: str) -> Bbox:
    west, south, east, north = numbers
    if south > north:
        raise BadParameter(parameter, _("Le sud dépasse le nord."))
    if max(map(abs, numbers)) > crs.size:
        raise BadParameter(parameter, OUTSIDE_DEGREES if crs.srid == WGS84 else OUTSIDE)
    if crs.srid != WGS84:
        if west > east:
            raise BadParameter(parameter, _("L’ouest dépasse l’est."))
        west, south, east, north = _to_degrees((west, south, east, north), crs, parameter)
    elif max(abs(south), abs(north)) > QUARTER_TURN:
        raise BadParameter(parameter, _("Une latitude dépasse 90 degrés."))
    if west > east:
        return Bbox(((west, south, HALF_TURN, north), (-HALF_TURN, south, east, north)))
    return Bbox(((west, south, east, north),))


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(ascii_number(part)) for part in text.split(",")]
    except ValueError:
        raise BadParameter("bbox", _("Il faut des nombres séparés par des virgules.")) from None
    if not all(map(math.isfinite, numbers)):
        raise BadParameter("bbox", _("Les nombres doivent être finis."))
    return numbers


def _to_degrees(numbers: Part, crs: Crs, parameter: str) -> Part:
    west, south, east, north = numbers
    steps = [index / EDGE_POINTS for index in range(EDGE_POINTS)]
    ring = [(west + (east - west) * step, south) for step in steps]
    ring += [(east, south + (north - south) * step) for step in steps]
    ring += [(east - (east - west) * step, north) for step in steps]
    ring += [(west, north - (north - south) * step) for step in steps]
    box = Polygon([*ring, ring[0]], srid=crs.srid)
    box.transform(WGS84)
    extent = box.extent
    if not all(map(math.isfinite, extent)):
        raise BadParameter(parameter, OUTSIDE)
    return extent[0], extent[1], extent[2], extent[3]
