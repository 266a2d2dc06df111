"""Collections, one collection, its queryables, sortables, schema and code lists."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from geodata import registry
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.landing import root_of
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import show
from geodata.formats.choice import JSON, JSON_SCHEMA, Format
from geodata.ogc import documents, schema
from geodata.queries import extent
from geodata.registry import Collection


def _described(request: HttpRequest, collection: Collection, chosen: Format) -> dict[str, Any]:
    return documents.collection(root_of(request), chosen, collection, extent.public_extent(collection))


@endpoint("GET", gives=documents.DOCUMENT_FORMATS)
def collections(request: HttpRequest) -> HttpResponseBase:
    """All collections (OGC API Features §7.13)."""
    ask_nothing_else(request)
    chosen = chosen_of(request)
    described = [_described(request, each, chosen) for each in registry.collections()]
    content = documents.collections(root_of(request), chosen, described)
    return show(request, chosen, content, "geodata/collections.html")


@endpoint("GET", gives=documents.DOCUMENT_FORMATS)
def collection(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """One collection (§7.14)."""
    found = registry.get(collection_id)
    ask_nothing_else(request)
    chosen = chosen_of(request)
    content = _described(request, found, chosen)
    return show(request, chosen, content, "geodata/collection.html", collection=found)


@endpoint("GET", gives=(JSON_SCHEMA,))
def queryables(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties that filter (Part 3 §6.2)."""
    return _schema(request, collection_id, schema.queryables)


@endpoint("GET", gives=(JSON_SCHEMA,))
def sortables(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties that sort (Part 5, requirements class Sortables)."""
    return _schema(request, collection_id, schema.sortables)


@endpoint("GET", gives=(JSON_SCHEMA,))
def feature_schema(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The schema of the properties (Part 5)."""
    return _schema(request, collection_id, schema.schema)


def _schema(
    request: HttpRequest, collection_id: str, make: Callable[[Collection, str], schema.Schema]
) -> HttpResponseBase:
    ask_nothing_else(request)
    found = make(registry.get(collection_id), request.build_absolute_uri(request.path))
    return document(request, found, documents.SCHEMA_TYPE)


@endpoint("GET", gives=(JSON,))
def codelist(request: HttpRequest, collection_id: str, name: str) -> HttpResponseBase:
    """The codes of a property, explained in each language (`x-ogc-codelist`)."""
    ask_nothing_else(request)
    return document(request, schema.codelist(registry.get(collection_id), name))
