"""Files for desktop tools: GeoPackage, FlatGeobuf, Shapefile and GeoParquet, written by a child process.

Coordinates are x, y in every one of them, as their readers expect, whatever the order of the axes of the system
that was asked for; heights stay in GeoJSON and GPX. Lists are joined by `|` (real lists in GeoParquet). A Shapefile
holds one kind of shape and names of ten characters: see decision 0111.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata import licences, vectorwriting
from geodata.formats.choice import Format, Seen
from geodata.formats.shortening import shortened
from geodata.queries import apart, flat, rows
from geodata.queries.rows import Selection
from geodata.vectorwriting import Layout

TYPES = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOLYGON": "MultiPolygon",
    "GEOMETRY": "Unknown",
}
MIXED = "GEOMETRY"
NOTED_EVERY = 1_000


@dataclass(frozen=True)
class Part:
    """One Shapefile of those that hold a collection of shapes of any kind: its rows by the dimension of their shape."""

    suffix: str
    geometry_type: str
    condition: sql.SQL


PARTS = (
    Part("-points", "MultiPoint", sql.SQL("(t.geom IS NULL OR ST_Dimension(t.geom) = 0)")),
    Part("-lignes", "LineString", sql.SQL("ST_Dimension(t.geom) = 1")),
    Part("-surfaces", "Polygon", sql.SQL("ST_Dimension(t.geom) = 2")),
)
README = """{title}
{site} — {licence}

Texte en UTF-8 (.cpg). Noms de champs : dix caractères au plus, longs de 254 octets au plus.
Les formes d’une collection qui en mélange plusieurs sont dans autant de fichiers ; une fiche sans forme est parmi les points.

champ       propriété
{fields}
"""


def make_geopackage(selection: Selection, path: Path, seen: Seen) -> None:
    """A GeoPackage with one layer named after the collection."""
    _write(selection, path, "GPKG", seen, {"GEOMETRY_NAME": "geom", "DESCRIPTION": str(selection.collection.title)})


def make_flatgeobuf(selection: Selection, path: Path, seen: Seen) -> None:
    """A FlatGeobuf with its spatial index; a feature without a shape is in the file, and in no box."""
    _write(selection, path, "FlatGeobuf", seen, {"SPATIAL_INDEX": "YES"})


def make_geoparquet(selection: Selection, path: Path, seen: Seen) -> None:
    """A GeoParquet 1.1."""
    _write(selection, path, "Parquet", seen, {})


def make_shapefile(selection: Selection, path: Path, seen: Seen) -> None:
    """A ZIP of one Shapefile, or of one for each kind of shape that there is, and of a text that says what the short names mean."""
    collection = selection.collection
    parts = PARTS if collection.geometry.geom_type == MIXED else (None,)
    table = flat.table(collection, selection.columns)
    names = shortened([each.name for each in table])
    columns = [(names[each.name], each.kind.value) for each in table]
    is_written = False
    with apart.snapshot() as raw, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in parts:
            stem = collection.id + (part.suffix if part else "")
            lines = rows.copied(
                raw,
                selection.narrowed(part.condition) if part else selection,
                flat.file_row(collection, selection.crs, selection.columns, multi=part is not None),
            )
            first = next(lines, None)
            # Of nothing at all an empty one is written, which tools open.
            if part is not None and first is None and (is_written or part is not parts[-1]):
                continue
            is_written = True
            layout = _layout(selection, "ESRI Shapefile", columns, part.geometry_type if part else None, {})
            held = path.with_name(f"{path.name}-{stem}.shp")
            vectorwriting.write(
                held, layout, _noted(chain([first] if first else [], lines), seen), settings.GEODATA_FILE_BYTES
            )
            for piece in sorted(held.parent.glob(f"{held.stem}.*")):
                packed.write(piece, stem + piece.suffix)
                piece.unlink()
        packed.writestr("LISEZMOI.txt", _readme(selection, names))


def _write(selection: Selection, path: Path, driver: str, seen: Seen, options: dict[str, str]) -> None:
    columns = [(each.name, each.kind.value) for each in flat.table(selection.collection, selection.columns)]
    layout = _layout(selection, driver, columns, None, options)
    with apart.snapshot() as raw:
        lines = rows.copied(raw, selection, flat.file_row(selection.collection, selection.crs, selection.columns))
        vectorwriting.write(path, layout, _noted(lines, seen), settings.GEODATA_FILE_BYTES)


def _layout(
    selection: Selection,
    driver: str,
    columns: list[tuple[str, str]],
    geometry_type: str | None,
    options: dict[str, str],
) -> Layout:
    collection = selection.collection
    licence = licences.licence_of(licences.OURS)
    return Layout(
        driver=driver,
        layer=collection.id,
        columns=columns,
        geometry_type=geometry_type or TYPES[collection.geometry.geom_type],
        srid=selection.crs.srid,
        told={
            "title": str(collection.title),
            "attribution": f"{settings.SITE_NAME}, {settings.SITE_PUBLISHER}",
            "license": f"{licence.name} {licence.url}",
        },
        options=options,
    )


def _noted(lines: Iterator[bytes], seen: Seen) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        if number % NOTED_EVERY == 0:
            seen(number)
        yield line


def _readme(selection: Selection, names: dict[str, str]) -> str:
    fields = "\n".join(f"{short:<11} {name}" for name, short in names.items())
    licence = licences.licence_of(licences.OURS)
    return README.format(
        title=selection.collection.title,
        site=settings.SITE_NAME,
        licence=f"{licence.name}, {licence.url}",
        fields=fields,
    )


# Tables of what is wanted, with their shapes.
_vector = partial(Format, chooses=True, shaped=True)
GEOPACKAGE = _vector(
    name="gpkg",
    media_type="application/geopackage+sqlite3",
    title="GeoPackage",
    extension="gpkg",
    make=make_geopackage,
)
FLATGEOBUF = _vector(
    name="fgb",
    media_type="application/vnd.fgb",
    title="FlatGeobuf",
    accepts=("application/vnd.flatgeobuf", "application/flatgeobuf"),
    extension="fgb",
    make=make_flatgeobuf,
)
GEOPARQUET = _vector(
    name="parquet",
    media_type="application/vnd.apache.parquet",
    title="GeoParquet",
    extension="parquet",
    degrees=True,
    make=make_geoparquet,
)
SHAPEFILE = _vector(
    name="shp",
    media_type="application/zip",
    title=_("Shapefile (ZIP)"),
    accepts=("application/vnd.shp",),
    extension="shp.zip",
    make=make_shapefile,
)
FORMATS = (GEOPACKAGE, FLATGEOBUF, GEOPARQUET, SHAPEFILE)
