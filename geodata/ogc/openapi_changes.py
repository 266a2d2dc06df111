"""Paths of the change feed and of the copies in the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from geodata.ogc.openapi_parts import (
    NUMBER,
    PAGES,
    TEXT,
    Document,
    columns_parameters,
    format_of,
    get,
    json,
    limit_parameter,
    parameter,
    with_links,
)
from geodata.registry import CARD, FULL, MAP, Collection

CHANGE: Document = {
    "type": "object",
    "required": ["op", "collection", "uuid", "revision", "at", "reason"],
    "properties": {
        "op": TEXT | {"enum": ["upsert", "unpublish", "delete", "merge"]},
        "collection": TEXT,
        "uuid": TEXT | {"format": "uuid"},
        "revision": NUMBER,
        "at": TEXT | {"format": "date-time"},
        "reason": TEXT | {"description": "why, in the words of who made the change; empty where nothing was said"},
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


def paths(collections: Iterable[Collection], _problem: Document) -> dict[str, Any]:
    """`/changes`, `/snapshot` and one copy a collection."""
    described = list(collections)
    known = [each.id for each in described]
    feed = [
        parameter("since", TEXT, "cursor of a copy or of a page of changes; without it the oldest change kept"),
        parameter("collection", TEXT | {"enum": known}, "one collection; all without it"),
        limit_parameter(),
        parameter("properties", TEXT, "with collection: only these properties, with commas"),
        parameter("profile", TEXT | {"enum": [MAP, CARD, FULL]}, "what is given of each feature"),
        parameter("skipGeometry", {"type": "boolean"}, "features without their geometry"),
        parameter("skipFeature", {"type": "boolean"}, "no features"),
        format_of("json", "html"),
        parameter("Prefer", TEXT, "wait=30: when nothing is new, wait up to 30 s for it", "header"),
    ]
    after = parameter("after", TEXT | {"format": "uuid"}, "leave out what comes up to this feature")
    found = {
        "/changes": get("changes", "Changes after a cursor", feed, json(PAGE) | PAGES),
        "/snapshot": get(
            "snapshots", "Where the copies are", [format_of("json", "html")], json(with_links(title=TEXT)) | PAGES
        ),
    }
    for each in described:
        name, title = f"{each.id}.snapshot", f"{each.id}: a consistent copy with its cursor"
        chosen = [after, *columns_parameters(each), format_of("geojson", "json")]
        found[f"/snapshot/{each.id}"] = get(name, title, chosen, json(COPY, "application/geo+json"))
    return found
