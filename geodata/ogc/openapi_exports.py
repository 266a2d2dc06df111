"""Paths of large files in the OpenAPI document, and what `items` answers in their stead."""

from collections.abc import Iterable

from geodata.ogc.openapi_parts import TEXT, Document
from geodata.registry import Collection

EXPORT: Document = {
    "type": "object",
    "required": ["id", "state", "collection", "format", "rows", "progress", "created", "expires", "links"],
    "properties": {
        "id": TEXT | {"format": "uuid"},
        "state": TEXT | {"enum": ["queued", "writing", "ready", "failed"]},
        "collection": TEXT,
        "format": TEXT,
        "rows": {"type": "integer"},
        "progress": {"type": "number", "minimum": 0, "maximum": 1},
        "size": {"type": "integer", "description": "bytes, once it is ready"},
        "created": TEXT | {"format": "date-time"},
        "expires": TEXT | {"format": "date-time"},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}
UUID: Document = {"name": "uuid", "in": "path", "required": True, "schema": TEXT | {"format": "uuid"}}
TOLD: Document = {"application/json": {"schema": EXPORT}}
BYTES: Document = {"*/*": {"schema": TEXT | {"format": "binary"}}}


def paths(_collections: Iterable[Collection], problem: Document) -> Document:
    """Where a large file stands, and the file."""
    return {
        "/exports/{uuid}": {
            "get": added(
                {
                    "operationId": "export",
                    "summary": "A large file: where it stands; with its own type in Accept it leads to it",
                    "parameters": [UUID],
                    "responses": {"200": {"description": "OK", "content": TOLD}, "default": problem},
                }
            )
        },
        "/exports/{uuid}/file": {
            "get": {
                "operationId": "export.file",
                "summary": "The file, whole or a range of it",
                "parameters": [UUID],
                "responses": {
                    "200": {"description": "OK", "content": BYTES},
                    "206": {"description": "a range", "content": BYTES},
                    "304": {"description": "not modified"},
                    "416": {"description": "no such range"},
                    "default": problem,
                },
            }
        },
    }


def added(operation: Document) -> Document:
    """The same operation, which may also send its reader to a file that is written apart."""
    location = {"Location": {"schema": TEXT | {"format": "uri"}}}
    operation["responses"] |= {
        "202": {"description": "the file is being written", "headers": location, "content": TOLD},
        "303": {"description": "the file is there", "headers": location},
    }
    return operation
