"""Pages whose address holds a parameter that is no UTF-8: 400 with a sentence, where Django would put U+FFFD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from carte.pages.errors import bad_request
from geodata.endpoints.parameters import ask_readable, is_asked_by
from geodata.problems import BadParameter

Handler = Callable[[HttpRequest], HttpResponseBase]


class Pages:
    """Middleware: ask it of every view that does not ask it itself, to refuse in a form of its own."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponseBase | None:
        """The page of a refusal, or None: the view answers."""
        if is_asked_by(view):
            return None
        try:
            ask_readable(request)
        except BadParameter as refusal:
            words = {"name": refusal.parameter, "told": refusal.detail}
            return bad_request(request, BadParameter(refusal.parameter, _("%(name)s : %(told)s") % words))
        return None
