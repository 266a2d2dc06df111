"""PMTiles 3: one file with the tiles of a selection, from the lowest zoom of its collection to 14.

Tiles are those that the tile endpoint gives for the same conditions, compressed with gzip, equal ones kept once, in the order of
the Hilbert curve (a clustered archive). All of them show the same state: they are drawn in one transaction. Which ones
there are is asked of the database first. Specification: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

from __future__ import annotations

import gzip
import html
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from pmtiles import tile as archive
from pmtiles.writer import Writer
from psycopg import sql

from geodata import licences
from geodata.formats.choice import Format, Seen
from geodata.params import sorting
from geodata.params.items import ItemsQuery
from geodata.problems import BadParameter, Unavailable
from geodata.queries import apart, rows
from geodata.queries.rows import Selection
from geodata.registry import Collection
from geodata.tiles import mvt, occupied
from geodata.tiles.matrix import Tile
from geodata.tiles.tilejson import vector_layers

MAX_ZOOM = 14
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
E7 = 10_000_000
EXTENT = sql.SQL(
    "ST_XMin(ST_Extent(t.geom)), ST_YMin(ST_Extent(t.geom)), ST_XMax(ST_Extent(t.geom)), ST_YMax(ST_Extent(t.geom))"
)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tiled(Selection):
    """A selection that can be drawn: `query` is what was asked."""

    query: ItemsQuery = mvt.EVERYTHING


def prepare(selection: Selection, query: ItemsQuery) -> Tiled:
    """The selection with its query."""
    return Tiled(**{each.name: getattr(selection, each.name) for each in fields(Selection)}, query=query)


def zooms(collection: Collection) -> range:
    """The zooms of an archive of this collection."""
    return range(collection.min_zoom, min(MAX_ZOOM, collection.max_zoom) + 1)


def takes_long(selection: Selection) -> bool:
    """Whether it has more tiles than a reader waits for."""
    most: int = settings.GEODATA_TILES_ABOVE
    with _snapshot():
        return sum(1 for _tile in _tiles(selection, most + 1)) > most


def make(selection: Selection, path: Path, seen: Seen) -> None:
    """The archive. Raises BadParameter: too many tiles; Unavailable: too large a file."""
    if not isinstance(selection, Tiled):
        raise TypeError("tiles are drawn of a selection with its query")
    most = settings.GEODATA_TILES_MOST
    try:
        with _snapshot(), path.open("wb") as file, tempfile.TemporaryFile(dir=path.parent) as held:
            found = sorted(archive.zxy_to_tileid(each.z, each.col, each.row) for each in _tiles(selection, most + 1))
            if len(found) > most:
                told = _("Plus de %(most)d tuiles : ajoutez une emprise (bbox) ou un filtre.")
                raise BadParameter("bbox", told % {"most": most})
            _write(selection, found, _Archive(file, held), seen)
    finally:
        # Nobody waits for the connection while the file is read.
        apart.hand_back()


def _write(selection: Tiled, found: list[int], into: _Archive, seen: Seen) -> None:
    count = rows.count(selection, settings.GEODATA_EXPORT_MOST)
    for done, number in enumerate(found, start=1):
        z, col, row = archive.tileid_to_zxy(number)
        drawn = mvt.render(selection.collection, selection.user, Tile(z, row, col), selection.query)
        if drawn:
            into.add(number, drawn)
        seen(count * done // len(found))
    if not into.holds_any:
        # The specification has no directory without an entry.
        into.add(archive.zxy_to_tileid(zooms(selection.collection)[0], 0, 0), b"")
    into.end(_header(_box(selection)), _metadata(selection.collection))


class _Archive:
    """An archive that is being written into a file; `held` holds its tiles until their number is known."""

    def __init__(self, file: IO[bytes], held: IO[bytes]) -> None:
        self._writer = cast("Any", Writer(file))
        # The library would hold them where the system keeps temporary files, which may be in memory.
        self._writer.tile_f.close()
        self._writer.tile_f = held

    @property
    def holds_any(self) -> bool:
        """Whether a tile is in it."""
        return bool(self._writer.tile_entries)

    def add(self, number: int, drawn: bytes) -> None:
        """The next tile; numbers rise. Raises Unavailable: the file is too large."""
        # Without an instant in its head, so that equal tiles are equal bytes.
        self._writer.write_tile(number, gzip.compress(drawn, mtime=0))
        if self._writer.offset > settings.GEODATA_FILE_BYTES:
            raise Unavailable(_("Ce fichier n’a pas pu être écrit. Demandez une plus petite sélection."))

    def end(self, header: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Write the head, the directories and the tiles."""
        self._writer.finalize(header, metadata)


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state for all that is read on this thread's connection; where a transaction has begun already, its own."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute(SNAPSHOT)
        yield


def _tiles(selection: Selection, most: int) -> Iterator[Tile]:
    within = selection.query.bbox if isinstance(selection, Tiled) else None
    return occupied.tiles(selection, zooms(selection.collection), within, most)


def _box(selection: Tiled) -> Box:
    """West, south, east, north of what is shown; the territory where nothing is."""
    found: Box = rows.summed(selection, EXTENT)
    if found[0] is None:
        return settings.GEODATA_EXTENT
    within = selection.query.bbox
    if within is None or len(within.parts) > 1:
        return found
    west, south, east, north = within.parts[0]
    return (max(west, found[0]), max(south, found[1]), min(east, found[2]), min(north, found[3]))


def _header(box: Box) -> dict[str, Any]:
    west, south, east, north = box
    side = max(east - west, north - south, 360 / 2**MAX_ZOOM)
    return {
        "tile_type": archive.TileType.MVT,
        "tile_compression": archive.Compression.GZIP,
        "min_lon_e7": round(west * E7),
        "min_lat_e7": round(south * E7),
        "max_lon_e7": round(east * E7),
        "max_lat_e7": round(north * E7),
        "center_lon_e7": round((west + east) / 2 * E7),
        "center_lat_e7": round((south + north) / 2 * E7),
        # Where all of it is about as large as a tile.
        "center_zoom": min(MAX_ZOOM, max(0, math.floor(math.log2(360 / side)))),
    }


def _metadata(collection: Collection) -> dict[str, Any]:
    """What TileJSON says, in one more place (specification §5)."""
    licence = licences.licence_of(licences.OURS)
    owner = html.escape(f"{settings.SITE_NAME}, {settings.SITE_PUBLISHER}")
    return {
        "name": f"{settings.SITE_NAME} · {collection.title}",
        "description": str(collection.description),
        "attribution": f'{owner} (<a href="{licence.url}">{html.escape(licence.name)}</a>)',
        "license": f"{licence.name} {licence.url}",
        "type": "overlay",
        "vector_layers": vector_layers([collection], zooms(collection)[-1]),
    }


FORMAT = Format(
    name="pmtiles",
    media_type="application/vnd.pmtiles",
    title=_("PMTiles (tuiles)"),
    extension="pmtiles",
    degrees=True,
    loses=("limit", "cursor", sorting.PARAMETER),
    prepare=prepare,
    takes_long=takes_long,
    make=make,
)
