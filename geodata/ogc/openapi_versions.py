"""Reading the past in the OpenAPI document: the parameter `as-of` and the paths of versions."""

from collections.abc import Iterable
from typing import Any

from geodata.params.instants import AS_OF
from geodata.params.paging import DEFAULT_LIMIT, MAX_LIMIT
from geodata.registry import Collection

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
OPERATIONS = ["publish", "change", "unpublish", "delete", "merge"]
AS_OF_PARAMETER: Document = {
    "name": AS_OF,
    "in": "query",
    "description": "the state at this instant of the past (RFC 3339), or at the end of this day; draft",
    "required": False,
    "style": "form",
    "explode": False,
    "schema": TEXT,
}
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
        _parameter("id", TEXT | {"format": "uuid"}, "uuid", "path"),
        _parameter("limit", {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT}, f"served up to {MAX_LIMIT}"),
        _parameter("cursor", TEXT, "from a next link"),
        _parameter("f", TEXT | {"enum": ["json", "html", "link"]}, "Format"),
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


def _parameter(name: str, schema: Document, description: str, where: str = "query") -> Document:
    made = {"name": name, "in": where, "description": description, "schema": schema, "required": where == "path"}
    return made | ({"style": "form", "explode": False} if where == "query" else {})
