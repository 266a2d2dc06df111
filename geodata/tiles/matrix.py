"""WebMercatorQuad: which tiles exist (OGC Two Dimensional Tile Matrix Set, annex D.1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from geodata.problems import NotFound
from geodata.registry import Collection

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MAX_ZOOM = 20
# The identifiers of matrices, rows and columns: no zeros before them.
NUMBER = re.compile(r"0|[1-9]\d{0,7}", re.ASCII)


# Web Mercator: half the side of the square in metres; a pixel of the standard is 0.28 mm wide.
HALF_SIDE_M = 20_037_508.342789244
PIXEL_M = 0.00028
TILE_PX = 256


def matrix_set(address: str) -> dict[str, Any]:
    """The definition of WebMercatorQuad (OGC 17-083r4, §6.2 and annex D.1) with its own address."""
    return {
        "id": MATRIX_SET,
        "title": "Google Maps Compatible for the World",
        "uri": MATRIX_SET_URI,
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(MAX_ZOOM + 1)],
        "links": [{"href": address, "rel": "self", "type": "application/json"}],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell = 2 * HALF_SIDE_M / TILE_PX / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_SIDE_M, HALF_SIDE_M],
        "tileWidth": TILE_PX,
        "tileHeight": TILE_PX,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def limits(min_zoom: int, max_zoom: int) -> list[dict[str, Any]]:
    """The tiles that are served at these zooms: all of each matrix (OGC 17-083r4, §6.3)."""
    return [
        {
            "tileMatrix": str(zoom),
            "minTileRow": 0,
            "maxTileRow": 2**zoom - 1,
            "minTileCol": 0,
            "maxTileCol": 2**zoom - 1,
        }
        for zoom in range(min_zoom, max_zoom + 1)
    ]


def zooms(layers: Iterable[Collection]) -> tuple[int, int]:
    """The lowest and highest zoom at which one of these layers is served."""
    served = [(each.min_zoom, each.max_zoom) for each in layers]
    return min(low for low, _high in served), max(high for _low, high in served)


@dataclass(frozen=True)
class Tile:
    """Zoom, row from the north, column from the west."""

    z: int
    row: int
    col: int


def parse_tile(z: str, row: str, col: str, min_zoom: int = 0, max_zoom: int = MAX_ZOOM) -> Tile:
    """The tile of these path segments. Raises NotFound: no numbers, outside the matrix or the zooms served."""
    if not all(NUMBER.fullmatch(part) for part in (z, row, col)):
        raise NotFound(_("Une tuile s’adresse par trois nombres : matrice, ligne, colonne."))
    tile = Tile(int(z), int(row), int(col))
    if not min_zoom <= tile.z <= max_zoom:
        words = {"low": min_zoom, "high": max_zoom}
        raise NotFound(_("Zooms servis : de %(low)d à %(high)d.") % words)
    if tile.row >= 2**tile.z or tile.col >= 2**tile.z:
        raise NotFound(_("Cette tuile n’existe pas."))
    return tile
