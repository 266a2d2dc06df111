"""How every address of the API answers: problems, CORS, HEAD, compression, validators."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import wraps
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from geodata.endpoints import deprecating, limiting, negotiation, parameters, validators
from geodata.endpoints.compression import compressed
from geodata.formats.choice import ranges_of
from geodata.problems import (
    NotAuthenticated,
    NotFound,
    Problem,
    QuotaExceeded,
    StaleRevision,
    Unavailable,
    UnsupportedCoding,
    UnsupportedMediaType,
    is_down,
)
from geodata.queries.states import State

View = Callable[..., HttpResponseBase]
PROBLEM_TYPE = "application/problem+json"
READS = ("GET", "HEAD", "OPTIONS")
EXPOSED = (
    "ETag, Link, Content-Crs, Location, Retry-After, Content-Disposition, Changes-Cursor, Preference-Applied, "
    "Omitted-Features, RateLimit, RateLimit-Policy, Deprecation, Sunset, Memento-Datetime, "
    "Accept-Ranges, Content-Range"
)
VARIES = ("Accept", "Accept-Datetime", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie")
VARY = ", ".join(VARIES)
RETRY_AFTER_S = 5
# W3C Linked Data Platform §7.1; RFC 5789 §3.1.
ACCEPTING = {"POST": "Accept-Post", "PATCH": "Accept-Patch"}
logger = logging.getLogger(__name__)


def endpoint(*methods: str, gives: negotiation.Gives, own_options: bool = False) -> Callable[[View], View]:
    """A view of the API for these methods, whose reads give these forms.

    Negotiates, maps problems, adds CORS, compresses, answers HEAD and OPTIONS.
    """
    allowed = tuple(dict.fromkeys([*methods, "HEAD", "OPTIONS"]))

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            language = language_of(request.headers.get("Accept-Language", ""))
            with translation.override(language):
                response = _answer(view, request, allowed, gives, args, kwargs, own_options=own_options)
            if not response.has_header("Content-Language") and response.get("Content-Type", "").startswith(
                PROBLEM_TYPE
            ):
                response["Content-Language"] = language
            if response.status_code == 204:  # noqa: PLR2004
                del response["Content-Type"]
            if request.method in READS or response.status_code >= 400:  # noqa: PLR2004
                patch_vary_headers(response, VARIES)
            if _is_personal(request) and response.get("Cache-Control", "").startswith("public"):
                response["Cache-Control"] = "private, no-cache"
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = EXPOSED
            return limiting.told(request, compressed(request, deprecating.told(request, response)))

        wrapped.csrf_exempt = True  # type: ignore[attr-defined]
        return parameters.asking(wrapped)

    return decorate


def language_of(accepted: str) -> str:
    """fr, en or nl by the value of `Accept-Language`."""
    wanted = (
        (-quality, place, each[:2])
        for place, (each, quality) in enumerate(ranges_of(accepted))
        if each[:2] in ("fr", "en", "nl") and quality > 0
    )
    return min(wanted, default=(0, 0, "fr"))[2]


def _is_personal(request: HttpRequest) -> bool:
    """Whether the request says who asks: its answer may show more, and bear cookies."""
    return "Authorization" in request.headers or settings.SESSION_COOKIE_NAME in request.COOKIES


def _answer(
    view: View,
    request: HttpRequest,
    allowed: tuple[str, ...],
    gives: negotiation.Gives,
    args: Any,
    kwargs: Any,
    *,
    own_options: bool,
) -> HttpResponseBase:
    try:
        limiting.admit(request)
        if request.method == "OPTIONS" and not own_options:
            return preflight(request, allowed)
        if request.method not in allowed:
            refused = problem_document(request, 405, "method-not-allowed", _("Méthode non permise"), "")
            refused["Allow"] = ", ".join(allowed)
            return refused
        parameters.ask_readable(request)
        deprecating.refuse_ended(request)
        negotiation.settle(request, gives, kwargs)
        return _wanted(request, view(request, *args, **kwargs))
    except Problem as error:
        return problem(request, error)
    except (OperationalError, InterfaceError) as error:
        return unavailable(request, error)
    except (SuspiciousOperation, MultiPartParserError) as error:
        return problem_document(request, 400, "bad-request", _("Requête illisible"), _why_unreadable(error))
    except Exception as error:
        if is_down(error):
            return unavailable(request, error)
        logger.exception("unexpected error at %s", request.path)
        return problem_document(
            request, 500, "internal", _("Erreur interne"), _("L’erreur est notée ; réessayez plus tard.")
        )


def _why_unreadable(error: Exception) -> str:
    if isinstance(error, DisallowedHost):
        return _("Nom de site inconnu (en-tête Host).")
    return _("Trop de paramètres, ou un en-tête ou un corps illisible.")


def _wanted(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer to a read, if it is what the request asks for. Raises PreconditionFailed."""
    if not validators.is_bound(request.META):
        return response
    if request.method in ("GET", "HEAD") and (response.status_code == 304 or 200 <= response.status_code < 300):  # noqa: PLR2004
        with ExitStack() as refused:
            # What is not sent gives back what it holds; close() would also tell Django that the request is over.
            for close in response._resource_closers:  # type: ignore[attr-defined]
                refused.callback(close)
            validators.ask_wanted(request, response.get("ETag", ""))
            refused.pop_all()
    return response


def preflight(
    request: HttpRequest, allowed: tuple[str, ...], reads: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> HttpResponse:
    """The answer to OPTIONS, also to a browser that asks before a request from another origin.

    `reads` are the types of the bodies that methods take (/req/create-replace-delete/options-response and what follows it).
    """
    response = HttpResponse()
    del response["Content-Type"]
    response["Allow"] = ", ".join(allowed)
    for method in allowed:
        _tell_types(response, method, reads.get(method, ()))
    if "Access-Control-Request-Method" in request.headers:
        response["Access-Control-Allow-Methods"] = ", ".join(allowed)
        response["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Accept-Language, Authorization, Content-Type, Content-Crs, If-Match, If-None-Match, "
            "If-Unmodified-Since, Prefer, Range, If-Range, X-API-Key"
        )
        response["Access-Control-Max-Age"] = "86400"
    return response


def _tell_types(response: HttpResponse, method: str | None, types: Sequence[str]) -> None:
    if types and method in ACCEPTING:
        response[ACCEPTING[method]] = ", ".join(types)


def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """The problem document of an error (RFC 9457)."""
    response = problem_document(
        request, error.status, error.slug, str(error.title), str(error.detail), **error.extensions
    )
    if isinstance(error, NotAuthenticated):
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    if isinstance(error, QuotaExceeded):
        response["Retry-After"] = str(error.retry_s)
    if isinstance(error, StaleRevision) and error.current is not None and error.at is not None:
        response["ETag"] = validators.of_item(State(error.current, validators.moment_of(error.at)))
    if isinstance(error, UnsupportedMediaType):
        _tell_types(response, request.method, error.types)
    if isinstance(error, UnsupportedCoding):
        response["Accept-Encoding"] = "identity"
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def problem_document(
    request: HttpRequest, status: int, slug: str, title: str, detail: str, **more: object
) -> HttpResponse:
    """`application/problem+json` with a stable type URI."""
    document = {"type": f"{_root(request)}problems/{slug}", "title": title, "status": status}
    if detail:
        document["detail"] = detail
    document["instance"] = request.get_full_path()
    body = json.dumps(document | more, ensure_ascii=False)
    return HttpResponse(body, content_type=PROBLEM_TYPE, status=status)


def _root(request: HttpRequest) -> str:
    """The address of the API; nothing leads to a name that is not ours (RFC 9457 §3.1.1 lets it be relative)."""
    try:
        return request.build_absolute_uri("/api/")
    except DisallowedHost:
        return "/api/"


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 while the database does not answer."""
    logger.error("the database does not answer: %s", error)
    response = problem_document(
        request, 503, "unavailable", _("Service momentanément indisponible"), _("Réessayez dans un instant.")
    )
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


@endpoint("GET", "POST", "PUT", "PATCH", "DELETE", gives=(), own_options=True)
def not_found(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Any other address under /api/. A browser's preflight is let through, so that its script can read the answer."""
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return preflight(request, ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
    raise NotFound(_("Cette adresse n’existe pas."))


@endpoint("GET", "POST", "PUT", "PATCH", "DELETE", gives=(), own_options=True)
def unreadable(_request: HttpRequest, error: Exception | None) -> HttpResponseBase:
    """A request under /api/ that Django refused before it looked at the address."""
    raise error if isinstance(error, SuspiciousOperation) else SuspiciousOperation


def document(request: HttpRequest, content: Any, media_type: str = "application/json") -> HttpResponse:
    """A JSON document."""
    return HttpResponse(json.dumps(content, ensure_ascii=False), content_type=media_type)
