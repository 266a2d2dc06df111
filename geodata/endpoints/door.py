"""The door before Django: what a client has already is known to be unchanged after one indexed read.

A validator that carries the seal of this request proves that its address was read, accepted and answered before
(`validators`). An item needs no seal: its address says all. Whoever signs in or sends a token goes on to Django, and
so does every doubt: this module only ever says 304.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import Error

from geodata import registry
from geodata.endpoints import validators
from geodata.endpoints.answers import EXPOSED, VARY
from geodata.problems import NotFound
from geodata.queries import extent
from geodata.queries import item as items

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
CODING = r'(?:-(?:br|gzip))?"'
SEALED = re.compile(rf'(?:W/)?"(t?([0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+)-[a-z0-9]+)\.([\w-]{{12}}){CODING}')
ITEM = re.compile(rf'"(r\d{{1,18}}\.[0-9a-z]+\.[0-9a-z]+){CODING}')
COLLECTIONS = "/api/collections/"
ITEM_PATH = re.compile(r"/api/collections/([a-z-]+)/items/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
ANY_JSON = ("", "*/*", "application/geo+json", "application/json")
HEADERS = [
    ("Cache-Control", "public, no-cache"),
    ("Vary", VARY),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
]


def door(application: Application) -> Application:
    """The application behind the door."""

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given and is_public_read(environ) and _is_unchanged(environ, given):
            start_response("304 Not Modified", [("ETag", given), *HEADERS])
            return []
        return application(environ, start_response)

    return serve


def is_public_read(environ: Environ) -> bool:
    """Whether a request of the API reads as anybody would: without a session and without a token."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and environ["PATH_INFO"].startswith("/api/")
        and "HTTP_AUTHORIZATION" not in environ
        and f"{settings.SESSION_COOKIE_NAME}=" not in environ.get("HTTP_COOKIE", "")
    )


def _is_unchanged(environ: Environ, given: str) -> bool:
    try:
        sealed = SEALED.fullmatch(given)
        if sealed:
            body, state, seal = sealed.groups()
            made = validators.seal(environ, body)
            return hmac.compare_digest(made, seal) and validators.told(_state(environ["PATH_INFO"])) == state
        plain = ITEM.fullmatch(given)
        return plain is not None and plain[1] == _item(environ)
    except (NotFound, Error):
        return False


def _state(path: str) -> extent.State:
    if path.startswith(COLLECTIONS):
        return extent.public_state(registry.get(path.split("/")[3]).id)
    return extent.public_state(None)


def _item(environ: Environ) -> str | None:
    """What the validator of the item at this address tells, None when the request asks for anything special."""
    path = ITEM_PATH.fullmatch(environ["PATH_INFO"])
    is_special = environ.get("QUERY_STRING") or "HTTP_ACCEPT_DATETIME" in environ
    if not path or is_special or environ.get("HTTP_ACCEPT", "") not in ANY_JSON:
        return None
    known = items.public_state(registry.get(path[1]), path[2])
    return validators.told_of_item(known) if known else None
