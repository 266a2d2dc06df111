"""Paths of tiles in the OpenAPI document (OGC API Tiles 20-057)."""

from collections.abc import Iterable, Sequence
from typing import Any

from geodata.ogc.openapi_parts import (
    EITHER,
    PAGES,
    TEXT,
    Document,
    format_of,
    get,
    json,
    parameter,
    property_parameters,
    with_links,
)
from geodata.ogc.openapi_versions import AS_OF_PARAMETER
from geodata.params.crs import KNOWN
from geodata.params.filters import LANGUAGES
from geodata.registry import Collection
from geodata.tiles.matrix import MATRIX_SET, NUMBER
from geodata.tiles.mvt import MEDIA_TYPE

COLUMN = TEXT | {"pattern": f"^({NUMBER.pattern})$"}
TILEJSON: Document = {
    "type": "object",
    "required": ["tilejson", "tiles", "vector_layers"],
    "properties": {
        "tilejson": TEXT | {"enum": ["3.0.0"]},
        "tiles": {"type": "array", "minItems": 1, "items": TEXT},
        "vector_layers": {"type": "array", "items": {"type": "object", "required": ["id", "fields"]}},
        "minzoom": {"type": "integer"},
        "maxzoom": {"type": "integer"},
        "bounds": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
    },
}
TILESET = with_links(dataType=TEXT | {"enum": ["vector"]}, crs=TEXT, tileMatrixSetURI=TEXT)
BINARY: Document = {"schema": TEXT | {"format": "binary"}}


def paths(collections: Iterable[Collection], _problem: Document) -> dict[str, Any]:
    """The tilesets of each collection and of all together, and the matrix set they lie in."""
    sets = get("tileMatrixSets", "Tile matrix sets", [EITHER], json(with_links_of_sets()) | PAGES)
    matrix = get("tileMatrixSet", "WebMercatorQuad", [EITHER], json() | PAGES)
    layers = list(collections)
    found = {"/tileMatrixSets": sets, f"/tileMatrixSets/{MATRIX_SET}": matrix} | _of("all", "", _conditions(layers))
    for each in layers:
        found |= _of(each.id, f"/collections/{each.id}", _conditions([each]))
    return found


def with_links_of_sets() -> Document:
    """The schema of the list of tile matrix sets."""
    one = with_links(id=TEXT, title=TEXT, uri=TEXT)
    return {
        "type": "object",
        "required": ["tileMatrixSets"],
        "properties": {"tileMatrixSets": {"type": "array", "items": one}},
    }


def _conditions(layers: Sequence[Collection]) -> list[Document]:
    return [
        parameter("datetime", TEXT, "RFC 3339 instant or interval"),
        AS_OF_PARAMETER,
        parameter("q", TEXT, "words"),
        parameter("filter", TEXT, "CQL2 on the queryables (of all layers)"),
        parameter("filter-lang", TEXT | {"enum": list(LANGUAGES), "default": LANGUAGES[0]}, "its encoding"),
        parameter("filter-crs", TEXT | {"enum": list(KNOWN)}, "CRS of its geometries"),
        *property_parameters(layers),
    ]


def _of(name: str, base: str, conditions: Sequence[Document]) -> dict[str, Any]:
    inner = f"{base}/tiles/{MATRIX_SET}"
    address = [parameter(each, COLUMN, each, where="path") for each in ("tileMatrix", "tileRow", "tileCol")]
    listed = with_links(tilesets={"type": "array", "items": TILESET})
    return {
        f"{base}/tiles": get(f"{name}.tilesets", f"Tilesets: {name}", [EITHER], json(listed) | PAGES),
        inner: get(f"{name}.tileset", f"Tileset: {name}", [EITHER], json(TILESET) | PAGES),
        f"{inner}/tilejson": get(
            f"{name}.tilejson", f"TileJSON: {name}", [*conditions, format_of("json", "tilejson")], json(TILEJSON)
        ),
        f"{inner}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": get(
            f"{name}.tile",
            f"Vector tile: {name}",
            [*address, *conditions, format_of("mvt")],
            {MEDIA_TYPE: BINARY},
            empty=True,
        ),
    }
