"""Tiles of the past, by the rules of those of the present; counted from the rows, as no squares are kept of it."""

from __future__ import annotations

import math
from dataclasses import replace

from geodata.params.bbox import Bbox
from geodata.params.items import ItemsQuery
from geodata.tiles.matrix import Tile

# A little more than the buffer of a tile (64 of 4096): what is drawn is decided by the tile itself.
MARGIN = 0.02


def within(query: ItemsQuery, tile: Tile) -> ItemsQuery:
    """The same query of what a tile can show, so that the indexes of shapes serve; of a box they serve already."""
    if query.bbox is not None:
        return query
    side = 1 / 2**tile.z
    west, east = ((tile.col + add) * side * 360 - 180 for add in (-MARGIN, 1 + MARGIN))
    north, south = (_latitude((tile.row + add) * side) for add in (-MARGIN, 1 + MARGIN))
    part = (max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))
    return replace(query, bbox=Bbox((part,)))


def _latitude(down: float) -> float:
    """The latitude of a share of the height of the map, from the north."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
