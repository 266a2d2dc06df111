"""Error pages in the person's language.

404 and 403 are ordinary pages. 400, 500, 503 and a form without its token are made without the database, the session and the
context processors: they are shown when one of these is what failed.
"""

import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from geodata.endpoints.answers import unreadable
from geodata.problems import BadParameter, is_down

if TYPE_CHECKING:
    from django.http import HttpRequest

RETRY_AFTER_S = 30


def not_found(request: "HttpRequest", exception: Exception | None = None) -> HttpResponse:
    """404: the search, and the lists."""
    return render(request, "404.html", status=404)


def forbidden(request: "HttpRequest", exception: Exception | None = None) -> HttpResponse:
    """403: what one may not see, and where to sign in."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def refused(request: "HttpRequest", exception: Exception | None = None) -> HttpResponseBase:
    """400 of Django's own: in the form of the API under /api/, else a page."""
    if request.path_info.startswith("/api/"):
        return unreadable(request, exception)
    return bad_request(request, exception)


def bad_request(request: "HttpRequest", exception: Exception | None = None) -> HttpResponse:
    """400: an address that cannot be read, and why, where a parameter of ours was refused."""
    reason = str(exception.detail) if isinstance(exception, BadParameter) else ""
    return HttpResponse(_bare(request, "400.html", reason=reason), status=400)


def without_token(request: "HttpRequest", reason: str = "") -> HttpResponse:
    """403: a form whose token is not the session's; what was typed is still in the browser's previous page."""
    return HttpResponse(_bare(request, "403_csrf.html"), status=403)


def failure(request: "HttpRequest") -> HttpResponse:
    """500 for our fault; 503 and when to try again where the database does not answer.

    Django calls this inside its `except`, so the error is still at hand.
    """
    if is_down(sys.exc_info()[1]):
        return HttpResponse(
            _bare(request, "503.html", again=True), status=503, headers={"Retry-After": str(RETRY_AFTER_S)}
        )
    return HttpResponse(_bare(request, "500.html", again=True), status=500)


def _bare(request: "HttpRequest", template: str, *, again: bool = False, reason: str = "") -> str:
    # A view of ours that refuses speaks the language of its page; where none was reached, that of the browser may be all we know.
    of_page = translation.get_language() if reason else None
    language = of_page or translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        context = {
            "site_name": settings.SITE_NAME,
            "language": language,
            "styles": _styles(),
            "home": reverse("home"),
            "reason": reason,
            "again": request.get_full_path() if again and request.method == "GET" else "",
        }
        return render_to_string(template, context)


def _styles() -> str:
    """The address of the styles; empty where the build itself is what failed."""
    try:
        return static("dist/site.css")
    except ValueError:
        return ""
