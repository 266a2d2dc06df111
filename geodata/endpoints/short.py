"""The short way to the API: reads of machines need no session, no message, no page language, no static file.

Those steps cost several times what a small answer does. Browsers (who ask for HTML), sessions and writes go the long
way, through all of them; both ways end in the same views.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_resolver

from geodata.endpoints.machines import is_for_a_browser, is_public_read

Handler = Callable[[HttpRequest], HttpResponseBase]


def api(get_response: Handler) -> Handler:
    """Middleware: answer reads of the API here, hand on everything else."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_public_read(request.META) or is_for_a_browser(request.META):
            return get_response(request)
        # Raises DisallowedHost, as CommonMiddleware does.
        request.get_host()
        request.user = AnonymousUser()
        found = get_resolver().resolve(request.path_info)
        request.resolver_match = found
        response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        return response

    return middleware
