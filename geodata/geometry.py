"""What is wrong with a shape, in a sentence that says where. The database judges again."""

import math
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, LineString, Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geodata.units import MAX_AREA_VERTICES, MAX_LINE_VERTICES, MAX_POLYGON_VERTICES

LIMITS = {
    "Point": 1,
    "LineString": MAX_LINE_VERTICES,
    "MultiPolygon": MAX_POLYGON_VERTICES,
    "Polygon": MAX_POLYGON_VERTICES,
}
LINE_MIN = 2


def check_geometry(shape: GEOSGeometry) -> None:
    """Raise ValidationError for an empty, infinite, misplaced, too long or invalid shape in EPSG:4326."""
    if shape.empty:
        raise ValidationError(_("La géométrie est vide."))
    if not all(math.isfinite(number) for number in shape.extent):
        raise ValidationError(_("Une coordonnée n’est pas un nombre."))
    limit = LIMITS.get(shape.geom_type, MAX_AREA_VERTICES)
    if shape.num_coords > limit:
        raise ValidationError(
            _("La géométrie a %(count)d sommets, %(limit)d au plus. Simplifiez-la.")
            % {"count": shape.num_coords, "limit": limit}
        )
    _check_extent(shape)
    if isinstance(shape, LineString) and len({*shape.coords}) < LINE_MIN:
        raise ValidationError(_("Une ligne a au moins deux points différents."))
    if not shape.valid:
        raise ValidationError(_invalid(shape))


def _inside(west: float, south: float, east: float, north: float) -> bool:
    bounds = settings.GEODATA_EXTENT
    return bool(bounds[0] <= west and bounds[1] <= south and east <= bounds[2] and north <= bounds[3])


def _check_extent(shape: GEOSGeometry) -> None:
    west, south, east, north = shape.extent
    if _inside(west, south, east, north):
        return
    if _inside(south, west, north, east):
        raise ValidationError(_("Latitude et longitude semblent inversées."))
    if isinstance(shape, Point):
        told = {"latitude": shape.y, "longitude": shape.x}
        raise ValidationError(_("La position sort du territoire : %(latitude).4f, %(longitude).4f.") % told)
    where = _("du %(west).4f, %(south).4f au %(east).4f, %(north).4f") % {
        "west": west, "south": south, "east": east, "north": north,
    }  # fmt: skip
    raise ValidationError(_("La géométrie sort du territoire : elle va %(where)s.") % {"where": where})


def _invalid(shape: GEOSGeometry) -> str:
    reason: Any = shape.valid_reason
    place = reason[reason.find("[") + 1 : reason.find("]")] if "[" in reason else ""
    if reason.startswith(("Self-intersection", "Ring Self-intersection")) and place:
        return _("Le contour se croise à la longitude et latitude %(place)s. Déplacez un point.") % {"place": place}
    return _("La géométrie n’est pas valide : %(reason)s.") % {"reason": reason}
