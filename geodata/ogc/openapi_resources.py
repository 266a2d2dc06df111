"""Paths of what stands beside the features in the OpenAPI document: code lists, catalogue, ground, documentation."""

from collections.abc import Iterable
from typing import Any

from geodata.ogc.openapi_parts import EITHER, PAGES, TEXT, UUID, Document, format_of, get, json, parameter
from geodata.ogc.openapi_tiles import COLUMN
from geodata.ogc.schema import codelists
from geodata.problems import types
from geodata.registry import Collection
from geodata.tiles.mvt import MEDIA_TYPE

CODES: Document = {
    "type": "object",
    "required": ["collection", "property", "title", "codes"],
    "properties": {
        "codes": {
            "type": "array",
            "items": {"type": "object", "required": ["code", "title_fr", "title_en", "title_nl"]},
        },
    },
}
RDF = ("application/ld+json", "text/turtle", "application/rdf+xml")
LIVE = [
    parameter("collection", TEXT, "one collection; all without it"),
    parameter("since", TEXT, "cursor of a copy or of a page of changes"),
    format_of("sse"),
]


def paths(collections: Iterable[Collection], _problem: Document) -> dict[str, Any]:
    """Every address that is neither a feature, a change nor a tile of features."""
    forms = {media: {"schema": {} if media.endswith("json") else TEXT} for media in RDF} | PAGES
    place = [parameter(each, COLUMN, each, where="path") for each in ("z", "row", "col")]
    waiting = get(
        "proposition", "A change that waits", [parameter("id", UUID, "uuid", where="path"), format_of("json")], json()
    )
    waiting["get"]["security"] = [{"bearer": []}]
    found = {
        "/openapi.json": get("openapi", "This document", [format_of("json")], json(media="application/vnd.oai.openapi+json;version=3.0")),
        "/docs": get("docs", "This document for people", [format_of("html")], PAGES),
        "/catalogue": get("catalogue", "DCAT-AP", [format_of("jsonld", "ttl", "rdf", "html")], forms),
        "/fond/tuiles/{z}/{row}/{col}": get(
            "ground", "Vector tile of the ground", [*place, format_of("mvt")], {MEDIA_TYPE: {"schema": TEXT}}, empty=True
        ),
        "/fond/plan-ign/{z}/{row}/{col}.png": get(
            "plan-ign", "Plan IGN, while it can be had", [*place, format_of("png")], {"image/png": {"schema": TEXT}}
        ),
        "/live": get("live", "What changes, as server-sent events", LIVE, {"text/event-stream": {"schema": TEXT}}, empty=True),
        "/problems/{slug}": get(
            "problem", "What a type of problem means",
            [parameter("slug", TEXT | {"enum": sorted(types())}, "last part of its address", where="path"), EITHER],
            json() | PAGES,
        ),
        "/propositions/{id}": waiting,
    }  # fmt: skip
    for each in collections:
        names = codelists(each)
        name = parameter("name", TEXT | {"enum": names}, "a property with codes", where="path")
        if names:
            found[f"/collections/{each.id}/codelists/{{name}}"] = get(
                f"{each.id}.codelist", "What the codes of a property mean", [name, EITHER], json(CODES) | PAGES
            )
    return found
