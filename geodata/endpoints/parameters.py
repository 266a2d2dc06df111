"""The parameters of a request: read nowhere before it is known that all their letters can be."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

from geodata.params import letters


def ask_readable(request: HttpRequest) -> None:
    """Raises BadParameter, with the name of the first parameter that is no UTF-8."""
    letters.ask_readable(request.META.get("QUERY_STRING", ""))


def given(request: HttpRequest) -> QueryDict:
    """The parameters. Raises BadParameter, with the name of the first that is no UTF-8."""
    ask_readable(request)
    return request.GET
