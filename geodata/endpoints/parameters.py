"""The parameters of a request: read nowhere before it is known that all their letters can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, QueryDict

from geodata.params import letters

View = TypeVar("View", bound=Callable[..., Any])
OWN = "asks_readable"


def asking(view: View) -> View:
    """The view, known as one that asks it itself: its refusals have a form of their own. The others are asked on the way to them."""
    setattr(view, OWN, True)
    return view


def is_asked_by(view: Callable[..., Any]) -> bool:
    """Whether a view asks it itself."""
    return hasattr(view, OWN)


def ask_readable(request: HttpRequest) -> None:
    """Raises BadParameter, with the name of the first parameter that is no UTF-8."""
    letters.ask_readable(request.META.get("QUERY_STRING", ""))


def given(request: HttpRequest) -> QueryDict:
    """The parameters. Raises BadParameter, with the name of the first that is no UTF-8."""
    ask_readable(request)
    return request.GET
