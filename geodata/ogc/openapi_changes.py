"""Paths of the change feed and of the copies in the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from geodata.params.paging import DEFAULT_LIMIT, MAX_LIMIT
from geodata.registry import Collection

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
NUMBER: Document = {"type": "integer"}
CHANGE: Document = {
    "type": "object",
    "required": ["op", "collection", "uuid", "revision", "at", "reason"],
    "properties": {
        "op": TEXT | {"enum": ["upsert", "unpublish", "delete", "merge"]},
        "collection": TEXT,
        "uuid": TEXT | {"format": "uuid"},
        "revision": NUMBER,
        "at": TEXT | {"format": "date-time"},
        "reason": TEXT,
        "successor": TEXT | {"format": "uuid"},
        "feature": {"type": "object", "nullable": True, "description": "as it was right after this revision"},
    },
}
PAGE: Document = {
    "type": "object",
    "required": ["changes", "cursor", "more", "numberReturned", "links"],
    "properties": {
        "changes": {"type": "array", "items": CHANGE},
        "cursor": TEXT | {"description": "the next `since`"},
        "more": {"type": "boolean"},
        "numberReturned": NUMBER,
        "timeStamp": TEXT | {"format": "date-time"},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}
COPY: Document = {
    "type": "object",
    "required": ["type", "collection", "cursor", "features", "numberReturned"],
    "properties": {
        "type": TEXT | {"enum": ["FeatureCollection"]},
        "collection": TEXT,
        "cursor": TEXT | {"description": "the first `since`"},
        "features": {"type": "array", "items": {"type": "object"}},
        "numberReturned": NUMBER,
    },
}


def paths(collections: Iterable[Collection], problem: Document) -> dict[str, Any]:
    """`/changes`, `/snapshot` and one copy a collection."""
    known = [each.id for each in collections]
    feed = [
        _parameter("since", TEXT, "cursor of a copy or of a page of changes; without it the oldest change kept"),
        _parameter("collection", TEXT | {"enum": known}, "one collection; all without it"),
        _parameter("limit", NUMBER | {"minimum": 1, "default": DEFAULT_LIMIT}, f"served up to {MAX_LIMIT}"),
        _parameter("skipGeometry", {"type": "boolean"}, "features without their geometry"),
        _parameter("skipFeature", {"type": "boolean"}, "no features"),
        _parameter("f", TEXT | {"enum": ["json"]}, "Format"),
        _parameter("Prefer", TEXT, "wait=30: when nothing is new, wait up to 30 s for it", "header"),
    ]
    after = _parameter("after", TEXT | {"format": "uuid"}, "leave out what comes up to this feature")
    found = {
        "/changes": _get("changes", "Changes after a cursor", feed, "application/json", PAGE, problem),
        "/snapshot": _get("snapshots", "Where the copies are", [], "application/json", {"type": "object"}, problem),
    }
    for each in known:
        name, title = f"{each}.snapshot", f"{each}: a consistent copy with its cursor"
        found[f"/snapshot/{each}"] = _get(name, title, [after], "application/geo+json", COPY, problem)
    return found


def _parameter(name: str, schema: Document, description: str, where: str = "query") -> Document:
    return {"name": name, "in": where, "description": description, "schema": schema}


def _get(
    operation: str, summary: str, parameters: list[Document], media: str, schema: Document, problem: Document
) -> Document:
    ok = {"description": "OK", "content": {media: {"schema": schema}}}
    told = {"operationId": operation, "summary": summary, "parameters": parameters}
    return {"get": told | {"responses": {"200": ok, "default": problem}}}
