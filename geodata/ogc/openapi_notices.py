"""What goes away, marked in the OpenAPI document; and the change log's own path."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from geodata import deprecations
from geodata.ogc.openapi_parts import EITHER, PAGES, Document, get, json
from geodata.registry import Collection

METHODS = ("get", "post", "put", "patch", "delete")


def paths(_collections: Iterable[Collection], _problem: Document) -> dict[str, Any]:
    """`/changelog`."""
    told = "Releases, and what goes away"
    return {"/changelog": get("changelog", told, [EITHER], json() | PAGES)}


def marked(paths: dict[str, Any]) -> dict[str, Any]:
    """The same paths; operations and parameters that are announced to end have `deprecated: true`, those that ended are gone."""
    now = timezone.now()
    for each in deprecations.declared():
        concerned = [path for path in paths if each.pattern.fullmatch(f"/api{path}")]
        if each.kind == deprecations.ADDRESS and each.has_ended(now):
            paths = {path: item for path, item in paths.items() if path not in concerned}
            continue
        for item in (paths[path] for path in concerned):
            for operation in (item[method] for method in METHODS if method in item):
                _mark(operation, each, now)
    return paths


def _mark(operation: Document, announced: deprecations.Deprecation, now: datetime) -> None:
    if announced.kind == deprecations.ADDRESS:
        operation["deprecated"] = True
    if announced.kind != deprecations.PARAMETER:
        return
    kept = []
    for each in operation.get("parameters", []):
        if each["name"] != announced.name:
            kept.append(each)
        elif not announced.has_ended(now):
            # A copy: other operations share it.
            kept.append(each | {"deprecated": True})
    operation["parameters"] = kept
