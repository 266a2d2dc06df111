"""Public pages as of an instant: the same views over the rows of then, as everybody saw them (decision 0150)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.utils.cache import patch_vary_headers

from carte.pages.errors import bad_request
from geodata.endpoints.mementos import http_date
from geodata.params.instants import AS_OF, parse_as_of
from geodata.problems import BadParameter
from geodata.queries import past

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

View = Callable[..., "HttpResponse"]


def with_past(view: View) -> View:
    """The view, which with `as-of` shows the state of that instant: not for search engines, nor for editing."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get(AS_OF)
        if not asked:
            return view(request, *args, **kwargs)
        try:
            shown = past.moment(parse_as_of(asked))
            request.user = AnonymousUser()
            with past.showing(shown), past.at(shown.revision):
                response = view(request, *args, **kwargs)
        except BadParameter as refusal:
            return bad_request(request, refusal)
        response["Memento-Datetime"] = http_date(shown.instant)
        response["Link"] = f'<{request.build_absolute_uri(request.path)}>; rel="original"'
        response["X-Robots-Tag"] = "noindex"
        response["Cache-Control"] = "public, no-cache"
        patch_vary_headers(response, ["Cookie"])
        return response

    return wrapped
