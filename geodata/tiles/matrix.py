"""WebMercatorQuad: which tiles exist (OGC Two Dimensional Tile Matrix Set, annex D.1)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from geodata.problems import NotFound

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MAX_ZOOM = 20
MAX_DIGITS = 8


@dataclass(frozen=True)
class Tile:
    """Zoom, row from the north, column from the west."""

    z: int
    row: int
    col: int


def parse_tile(z: str, row: str, col: str, *, min_zoom: int = 0, max_zoom: int = MAX_ZOOM) -> Tile:
    """The tile of these path segments. Raises NotFound: no numbers, outside the matrix or the zooms served."""
    if not all(part.isascii() and part.isdigit() and len(part) <= MAX_DIGITS for part in (z, row, col)):
        raise NotFound(_("Une tuile s’adresse par trois nombres : matrice, ligne, colonne."))
    tile = Tile(int(z), int(row), int(col))
    if not min_zoom <= tile.z <= max_zoom:
        words = {"low": min_zoom, "high": max_zoom}
        raise NotFound(_("Zooms servis : de %(low)d à %(high)d.") % words)
    if tile.row >= 2**tile.z or tile.col >= 2**tile.z:
        raise NotFound(_("Cette tuile n’existe pas."))
    return tile
