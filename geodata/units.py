"""Reference systems, units and precision used by every room.

EPSG codes are those of the EPSG register; stored geometries are EPSG:4326 and metres
always come from EPSG:2154 (RGF93 / Lambert-93).
"""

import math
from typing import Final

WGS84: Final = 4326
LAMBERT93: Final = 2154
WEB_MERCATOR: Final = 3857
# The latitude at which the square of Web Mercator ends.
MAX_LATITUDE: Final = 85.0511287798066

# RFC 7946 §11.2 suggests 6 decimals (10 cm); the contract allows 7 at most.
COORDINATE_DECIMALS: Final = 7

MAX_POLYGON_VERTICES: Final = 20_000
MAX_LINE_VERTICES: Final = 50_000
# A region has several hundred thousand vertices once dissolved from communes in full detail.
MAX_AREA_VERTICES: Final = 200_000
# What a list that people write may hold: materials, communes.
MAX_LIST: Final = 200


def across(longitude: float) -> float:
    """How much of the square of Web Mercator lies west of a longitude in degrees, between 0 and 1."""
    return (longitude + 180) / 360


def down(latitude: float) -> float:
    """How much of it lies north of a latitude in degrees, between 0 and 1: what is beyond it counts as its edge."""
    bounded = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude)))
    return (1 - math.asinh(math.tan(bounded)) / math.pi) / 2
