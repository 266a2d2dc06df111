"""Reference systems, units and precision used by every room.

EPSG codes are those of the EPSG register; stored geometries are EPSG:4326 and metres
always come from EPSG:2154 (RGF93 / Lambert-93).
"""

from typing import Final

WGS84: Final = 4326
LAMBERT93: Final = 2154
WEB_MERCATOR: Final = 3857

# RFC 7946 §11.2 suggests 6 decimals (10 cm); the contract allows 7 at most.
COORDINATE_DECIMALS: Final = 7

MAX_POLYGON_VERTICES: Final = 20_000
MAX_LINE_VERTICES: Final = 50_000
# A region has several hundred thousand vertices once dissolved from communes in full detail.
MAX_AREA_VERTICES: Final = 200_000
