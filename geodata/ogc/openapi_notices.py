"""What goes away, marked in the OpenAPI document; and the change log's own path."""

from collections.abc import Iterable
from typing import Any

from geodata import deprecations
from geodata.ogc.openapi_parts import Document
from geodata.registry import Collection

METHODS = ("get", "post", "put", "patch", "delete")


def paths(_collections: Iterable[Collection], problem: Document) -> dict[str, Any]:
    """`/changelog`."""
    ok = {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
    told = {"operationId": "changelog", "summary": "Releases, and what goes away", "parameters": []}
    return {"/changelog": {"get": told | {"responses": {"200": ok, "default": problem}}}}


def marked(paths: dict[str, Any]) -> dict[str, Any]:
    """The same paths; operations and parameters that are announced to end have `deprecated: true`."""
    for each in deprecations.declared():
        for path, item in paths.items():
            if each.pattern.fullmatch(f"/api{path}"):
                for operation in (item[method] for method in METHODS if method in item):
                    _mark(operation, each)
    return paths


def _mark(operation: Document, announced: deprecations.Deprecation) -> None:
    if announced.kind == deprecations.ADDRESS:
        operation["deprecated"] = True
    for parameter in operation.get("parameters", ()):
        if announced.kind == deprecations.PARAMETER and parameter["name"] == announced.name:
            parameter["deprecated"] = True
