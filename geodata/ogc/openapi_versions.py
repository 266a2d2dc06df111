"""Reading the past in the OpenAPI document: the parameter `as-of` and the paths of versions."""

from collections.abc import Iterable
from typing import Any

from geodata.ogc.openapi_parts import TEXT, Document, limit_parameter, parameter
from geodata.params.instants import AS_OF
from geodata.registry import Collection

OPERATIONS = ["publish", "change", "unpublish", "delete", "merge"]
AS_OF_PARAMETER = parameter(
    AS_OF, TEXT, "the state at this instant of the past (RFC 3339), or at the end of this day; draft"
)
VERSION: Document = {
    "type": "object",
    "required": ["revision", "at", "op", "reason", "authority", "changed"],
    "properties": {
        "revision": {"type": "integer"},
        "at": TEXT | {"format": "date-time"},
        "op": TEXT | {"enum": OPERATIONS},
        "reason": TEXT,
        "authority": TEXT,
        "changed": {"type": "array", "items": TEXT},
        "successor": TEXT | {"format": "uuid"},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}
PAGE: Document = {
    "type": "object",
    "required": ["collection", "uuid", "versions", "links"],
    "properties": {
        "collection": TEXT,
        "uuid": TEXT | {"format": "uuid"},
        "versions": {"type": "array", "items": VERSION},
        "numberReturned": {"type": "integer"},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}


def paths(collections: Iterable[Collection], problem: Document) -> dict[str, Any]:
    """The list of versions of the features of each collection."""
    fixed = [
        parameter("id", TEXT | {"format": "uuid"}, "uuid", "path"),
        limit_parameter(),
        parameter("cursor", TEXT, "from a next link"),
        parameter("f", TEXT | {"enum": ["json", "html", "link"]}, "Format"),
    ]
    content = {"application/json": {"schema": PAGE}, "text/html": {"schema": TEXT}}
    content["application/link-format"] = {"schema": TEXT}
    ok = {"description": "OK", "content": content}
    return {
        f"/collections/{each.id}/items/{{id}}/versions": {
            "get": {
                "operationId": f"{each.id}.versions",
                "summary": f"{each.title}: public versions of a feature, newest first",
                "parameters": fixed,
                "responses": {"200": ok, "default": problem},
            }
        }
        for each in collections
    }
