"""TileJSON 3.0 and the tileset metadata of OGC API Tiles (20-057, §8)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from geodata.queries.extent import Extent
from geodata.registry import Collection
from geodata.tiles.matrix import MATRIX_SET, MATRIX_SET_URI, MAX_ZOOM, limits, zooms
from geodata.tiles.mvt import MEDIA_TYPE
from geodata.tiles.placed import light

Document = dict[str, Any]


def tilejson(template: str, collections: Sequence[Collection], extents: Iterable[Extent], title: str) -> Document:
    """TileJSON of these collections as layers."""
    boxes = [extent.box for extent in extents if extent.box]
    lowest, highest = zooms(collections)
    document: Document = {
        "tilejson": "3.0.0",
        "name": title,
        "scheme": "xyz",
        "attribution": settings.SITE_PUBLISHER,
        "tiles": [template],
        "minzoom": lowest,
        "maxzoom": highest,
        "vector_layers": vector_layers(collections),
    }
    if boxes:
        west, south, east, north = zip(*boxes, strict=True)
        document["bounds"] = [min(west), min(south), max(east), max(north)]
    return document


def vector_layers(collections: Iterable[Collection], most_zoom: int = MAX_ZOOM) -> list[Document]:
    """What each layer holds (TileJSON 3.0 §3.3), up to a zoom."""
    return [
        {
            "id": each.id,
            "description": str(each.description),
            "minzoom": each.min_zoom,
            "maxzoom": min(each.max_zoom, most_zoom),
            "fields": {
                "id": str(each.identifier.verbose_name),
                **{name: str(each.fields[name].verbose_name) for name in light(each)},
                "point_count": gettext("nombre de fiches à cet endroit ; absent d’une seule"),
            },
        }
        for each in collections
    ]


def tileset(base: str, template: str, scheme: str, collections: Sequence[Collection], title: str) -> Document:
    """The metadata of one tileset; `scheme` is the address of its tile matrix set."""
    return {
        "title": title,
        "dataType": "vector",
        "tileMatrixSetURI": MATRIX_SET_URI,
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetLimits": limits(*zooms(collections)),
        "layers": [
            {
                "id": each.id,
                "dataType": "vector",
                "title": str(each.title),
                "minTileMatrix": str(each.min_zoom),
                "maxTileMatrix": str(each.max_zoom),
            }
            for each in collections
        ],
        "links": [
            {"href": f"{base}/{MATRIX_SET}", "rel": "self", "type": "application/json"},
            {
                "href": f"{base}/{MATRIX_SET}/tilejson",
                "rel": "describedby",
                "type": "application/json",
                "title": "TileJSON",
            },
            {"href": template, "rel": "item", "type": MEDIA_TYPE, "templated": True},
            {
                "href": scheme,
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                "type": "application/json",
                "title": MATRIX_SET,
            },
        ],
    }


def tilesets(base: str, title: str) -> Document:
    """The list of tilesets of a collection, or of all."""
    return {
        "links": [{"href": base, "rel": "self", "type": "application/json"}],
        "tilesets": [
            {
                "title": title,
                "dataType": "vector",
                "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
                "tileMatrixSetURI": MATRIX_SET_URI,
                "links": [{"href": f"{base}/{MATRIX_SET}", "rel": "self", "type": "application/json"}],
            }
        ],
    }


def matrix_sets(base: str) -> Document:
    """The list of tile matrix sets: one."""
    own = {"href": f"{base}/{MATRIX_SET}", "rel": "self", "type": "application/json"}
    return {
        "tileMatrixSets": [{"id": MATRIX_SET, "title": MATRIX_SET, "uri": MATRIX_SET_URI, "links": [own]}],
        "links": [{"href": base, "rel": "self", "type": "application/json"}],
    }
