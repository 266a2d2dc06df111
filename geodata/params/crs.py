"""Coordinate reference systems that items speak (OGC API Features Part 2, /req/crs)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter
from geodata.units import LAMBERT93, WEB_MERCATOR, WGS84


@dataclass(frozen=True)
class Crs:
    """A CRS by its URI; `flipped` when its first axis is latitude; `size` bounds |coordinate|."""

    uri: str
    srid: int
    flipped: bool
    size: float


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WGS84, False, 180)
EPSG4326 = Crs(f"http://www.opengis.net/def/crs/EPSG/0/{WGS84}", WGS84, True, 180)
EPSG3857 = Crs(f"http://www.opengis.net/def/crs/EPSG/0/{WEB_MERCATOR}", WEB_MERCATOR, False, 20_037_509)
EPSG2154 = Crs(f"http://www.opengis.net/def/crs/EPSG/0/{LAMBERT93}", LAMBERT93, False, 20_000_000)
KNOWN = {crs.uri: crs for crs in (CRS84, EPSG4326, EPSG3857, EPSG2154)}


def parse_crs(text: str, parameter: str = "crs") -> Crs:
    """The CRS of this URI. Raises BadParameter. Source: /req/crs/fc-crs-definition."""
    try:
        return KNOWN[text.strip("<>")]
    except KeyError:
        detail = _("Système de coordonnées inconnu. Connus : %(known)s.") % {"known": ", ".join(KNOWN)}
        raise BadParameter(parameter, detail) from None
