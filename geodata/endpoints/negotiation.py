"""Which form a read answers in: the one place that hears `f` and `Accept`.

Every endpoint declares the forms that it gives, so that none can forget to listen (`answers.endpoint`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from geodata.formats.choice import Format, choose
from geodata.params.items import single

# The forms of an address, the first one for who has no preference; a function of the request and of what is in its
# address where they differ. Without any, all that is answered is a problem, which goes to everybody.
Gives = Sequence[Format] | Callable[..., Sequence[Format]]


def settle(request: HttpRequest, gives: Gives, address: Mapping[str, Any]) -> None:
    """Choose the form of a read. Raises BadParameter for `f`, NotAcceptable for `Accept`, and what `gives` raises."""
    if request.method not in ("GET", "HEAD"):
        return
    offered = gives(request, **address) if callable(gives) else gives
    if offered:
        request.chosen = choose(request.headers.get("Accept", ""), request.GET.get("f"), offered)  # type: ignore[attr-defined]


def chosen_of(request: HttpRequest) -> Format:
    """The form that was chosen for a read."""
    found: Format = request.chosen  # type: ignore[attr-defined]
    return found


def ask_nothing_else(request: HttpRequest) -> None:
    """Refuse every parameter but `f`. Raises BadParameter."""
    single(request.GET, ("f",))
