"""Paths of webhooks in the OpenAPI document: subscriptions, their log, what one may have sent."""

from collections.abc import Iterable
from typing import Any

from geodata.ogc.openapi_parts import PROBLEM, TEXT, UUID, Document, json, parameter
from geodata.registry import Collection

OPS = ("upsert", "unpublish", "delete", "merge")
NO_CONTENT = "204"
HOOK = parameter("uuid", UUID, "uuid of a subscription", where="path")
MESSAGE = parameter("message", UUID, "uuid of a message", where="path")


def paths(collections: Iterable[Collection], _problem: Document) -> dict[str, Any]:
    """`/webhooks` and what is below it; all of it asks for a token or a session."""
    given = _given([each.id for each in collections])
    changed = {"type": "object", "properties": given | {"state": TEXT | {"enum": ["active", "paused"]}}}
    whole = {"type": "object", "required": ["name", "url"], "properties": given}
    return {
        "/webhooks": {
            "get": _operation("webhooks", "My subscriptions to changes", []),
            "post": _operation("webhooks.subscribe", "Subscribe; answers with the secret, once", [], "201", whole),
        },
        "/webhooks/{uuid}": {
            "get": _operation("webhooks.one", "One of my subscriptions", [HOOK]),
            "patch": _operation("webhooks.change", "Change, pause or resume it", [HOOK], "200", changed),
            "delete": _operation("webhooks.end", "End it", [HOOK], NO_CONTENT),
        },
        "/webhooks/{uuid}/secret": {"post": _operation("webhooks.secret", "A new secret, shown once", [HOOK], "201")},
        "/webhooks/{uuid}/test": {"post": _operation("webhooks.test", "Send a test", [HOOK], "202")},
        "/webhooks/{uuid}/deliveries": {"get": _operation("webhooks.log", "The last messages", [HOOK])},
        "/webhooks/{uuid}/deliveries/{message}/retry": {
            "post": _operation("webhooks.retry", "Send one message again", [HOOK, MESSAGE], "202")
        },
    }


def _given(known: list[str]) -> Document:
    numbers = {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}, "nullable": True}
    return {
        "name": TEXT | {"maxLength": 100},
        "url": TEXT | {"format": "uri", "description": "public, https, port 443 or 8443"},
        "collections": {"type": "array", "items": TEXT | {"enum": known}},
        "bbox": numbers | {"description": "west, south, east, north in degrees"},
        "authority": TEXT | {"nullable": True, "description": "code of an authority"},
        "events": {"type": "array", "items": TEXT | {"enum": list(OPS)}},
        "features": {"type": "boolean", "default": True},
    }


def _operation(
    name: str, summary: str, parameters: list[Document], code: str = "200", body: Document | None = None
) -> Document:
    answer: Document = {"description": "Done"}
    if code != NO_CONTENT:
        answer["content"] = json()
    made: Document = {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "security": [{"bearer": []}],
        "responses": {code: answer, "default": PROBLEM},
    }
    return made | ({"requestBody": {"required": True, "content": json(body)}} if body else {})
