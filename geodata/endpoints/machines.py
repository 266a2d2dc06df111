"""Who reads the API: anybody's machine, a person who says who they are, or a browser that wants a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings

PAGES = ("text/html", "text/*", "xhtml")


def is_public_read(environ: Mapping[str, Any]) -> bool:
    """Whether a request of the API reads as anybody would: without a session and without a token."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and environ["PATH_INFO"].startswith("/api/")
        and "HTTP_AUTHORIZATION" not in environ
        and f"{settings.SESSION_COOKIE_NAME}=" not in environ.get("HTTP_COOKIE", "")
    )


def is_for_a_browser(environ: Mapping[str, Any]) -> bool:
    """Whether the answer may be a page, which takes all the steps that pages take."""
    accept, query = environ.get("HTTP_ACCEPT", "").lower(), unquote(environ.get("QUERY_STRING", "")).lower()
    wants = any(each in accept for each in PAGES) or "html" in query
    return wants or environ["PATH_INFO"] == "/api/docs"
