"""The one list of representations: what negotiation, links, OpenAPI, downloads, pages and the contract tests walk."""

from functools import cache

from django.utils.module_loading import import_string

from geodata.formats import atom, csv, geojsonseq, gpx, ical, jsonld, kml, pmtiles, vectorfiles
from geodata.formats.choice import GEOJSON, HTML, Format
from geodata.registry import Collection

FORMATS: tuple[Format, ...] = (
    GEOJSON,
    HTML,
    geojsonseq.FORMAT,
    csv.FORMAT,
    gpx.FORMAT,
    kml.FORMAT,
    *vectorfiles.FORMATS,
    pmtiles.FORMAT,
    ical.FORMAT,
    atom.FORMAT,
    jsonld.FORMAT,
)


@cache
def of(collection: Collection) -> tuple[Format, ...]:
    """The representations of the items of a collection; the first one answers a client without preference."""
    own = tuple(import_string(path) for path in collection.formats)
    return (*(each for each in FORMATS if each.offered(collection)), *own)


def downloads(collection: Collection) -> tuple[Format, ...]:
    """Those that give a whole selection as a file."""
    return tuple(each for each in of(collection) if each.is_download)
