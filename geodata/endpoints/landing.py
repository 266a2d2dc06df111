"""Landing page, conformance, OpenAPI and its human page."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from geodata import deprecations, registry
from geodata.endpoints.answers import endpoint
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import show
from geodata.endpoints.validators import not_modified
from geodata.formats.choice import HTML
from geodata.ogc import documents, openapi
from geodata.registry import Collection

# Names of the site by languages.
DEFINITIONS = 16


def root_of(request: HttpRequest) -> str:
    """The absolute address of the landing page."""
    return request.build_absolute_uri("/api/")


@endpoint("GET", gives=documents.DOCUMENT_FORMATS)
def landing(request: HttpRequest) -> HttpResponseBase:
    """The landing page (OGC API Features §7.2)."""
    ask_nothing_else(request)
    chosen = chosen_of(request)
    return show(request, chosen, documents.landing(root_of(request), chosen), "geodata/landing.html")


@endpoint("GET", gives=documents.DOCUMENT_FORMATS)
def conformance(request: HttpRequest) -> HttpResponseBase:
    """The conformance classes (§7.4)."""
    ask_nothing_else(request)
    chosen = chosen_of(request)
    return show(request, chosen, documents.conformance(root_of(request), chosen), "geodata/conformance.html")


@endpoint("GET", gives=(documents.OPENAPI,))
def openapi_json(request: HttpRequest) -> HttpResponseBase:
    """The API definition (§7.3)."""
    ask_nothing_else(request)
    made = _definition(request)
    response = not_modified(request, made.etag) or HttpResponse(made.body, content_type=documents.OPENAPI.content_type)
    response["ETag"] = made.etag
    return response


@endpoint("GET", gives=(HTML,))
def docs(request: HttpRequest) -> HttpResponseBase:
    """The human page of the API definition."""
    ask_nothing_else(request)
    return render(request, "geodata/docs.html", {"document": _definition(request).document})


@dataclass(frozen=True)
class Definition:
    """The API definition, its text and its validator."""

    document: dict[str, Any]
    body: bytes
    etag: str


def _definition(request: HttpRequest) -> Definition:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return _made(root_of(request), language, tuple(registry.collections()), _announced())


def _announced() -> object:
    return deprecations.declared(), deprecations.over(timezone.now())


@lru_cache(DEFINITIONS)
def _made(root: str, _language: str, collections: tuple[Collection, ...], _going: object) -> Definition:
    """The definition under a name of the site in a language: it takes 0.4 s and is the same for a release."""
    made = openapi.document(root, collections)
    body = json.dumps(made, ensure_ascii=False).encode()
    return Definition(made, body, f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')
