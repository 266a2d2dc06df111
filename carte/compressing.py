"""Pages in br or gzip: a phone with a poor network reads a seventh of the bytes.

The API does so itself (`geodata.endpoints.answers`), static files were compressed when they were collected.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from geodata.endpoints.compression import compressed

API = "/api/"


def pages(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: compress what a page answers. Tokens in forms are masked anew each time (no BREACH)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.streaming or request.path.startswith(API):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        return compressed(request, response)

    return middleware
