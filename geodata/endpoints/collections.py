"""Collections, one collection, its queryables, sortables, schema and code lists."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from geodata import registry
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.landing import root_of
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import link_header, show
from geodata.formats.choice import HTML, Format
from geodata.ogc import documents, schema
from geodata.ogc.links import selves
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


@endpoint("GET", gives=documents.SCHEMA_FORMATS)
def queryables(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties that filter (Part 3 §6.2)."""
    return _schema(request, collection_id, schema.queryables, _("Propriétés qui filtrent"))


@endpoint("GET", gives=documents.SCHEMA_FORMATS)
def sortables(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties that sort (Part 5, requirements class Sortables)."""
    return _schema(request, collection_id, schema.sortables, _("Propriétés qui trient"))


@endpoint("GET", gives=documents.SCHEMA_FORMATS)
def feature_schema(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The schema of the properties (Part 5)."""
    return _schema(request, collection_id, schema.schema, _("Schéma"))


def _schema(
    request: HttpRequest, collection_id: str, make: Callable[[Collection, str], schema.Schema], heading: str
) -> HttpResponseBase:
    ask_nothing_else(request)
    described, chosen = registry.get(collection_id), chosen_of(request)
    address = request.build_absolute_uri(request.path)
    found = make(described, address)
    if chosen is HTML:
        rows = [_row(*each) for each in found["properties"].items()]
        context = {"heading": heading, "collection": described, "rows": rows}
        response: HttpResponse = render(request, "geodata/schema.html", context)
    else:
        response = document(request, found, chosen.content_type)
    response["Link"] = link_header(selves(address, {}, chosen, documents.SCHEMA_FORMATS))
    return response


def _row(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """A property of a schema, for a line of a table."""
    kind = told.get("format", "").removeprefix("geometry-") or told.get("type", "")
    return {
        "name": name,
        "title": told.get("title", ""),
        "description": told.get("description", ""),
        "kind": "/".join(kind) if isinstance(kind, list) else kind,
        "unit": told.get("x-ogc-unit", ""),
        "codes": told.get("x-ogc-codelistUri", ""),
    }


@endpoint("GET", gives=documents.DOCUMENT_FORMATS)
def codelist(request: HttpRequest, collection_id: str, name: str) -> HttpResponseBase:
    """The codes of a property, explained in each language (`x-ogc-codelistUri`)."""
    ask_nothing_else(request)
    collection = registry.get(collection_id)
    told = schema.codelist(collection, name)
    return show(request, chosen_of(request), told, "geodata/codelist.html", collection=collection)
