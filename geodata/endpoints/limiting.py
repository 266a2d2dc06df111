"""Quotas around an answer of the API: asked before it is made, told in its headers, counted when its last byte is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from geodata.limits.guard import Ticket, guard
from geodata.live.broadcast import UNNAMED
from geodata.problems import Forbidden, QuotaExceeded

logger = logging.getLogger(__name__)
KEY_HEADER = "X-API-Key"
TICKET = "geodata.ticket"
KINDS = ("items", "tiles", "changes", "snapshot")


def admit(request: HttpRequest) -> None:
    """Take a request from the caller's quota. Raises QuotaExceeded, and Forbidden for a key that is not in use."""
    if request.method == "OPTIONS":
        return
    ticket = ticket_of(request.META)
    request.ticket = ticket  # type: ignore[attr-defined]
    if ticket.refused:
        told = (
            _("Attendez %(seconds)s s, ou espacez vos requêtes ; une clé d’API (gratuite) a un quota plus large.")
            if ticket.key is None
            else _("Attendez %(seconds)s s, ou espacez vos requêtes : cette clé d’API a pris son quota.")
        )
        raise QuotaExceeded(told % {"seconds": ticket.retry_s}, ticket.policy, ticket.retry_s)
    if ticket.unknown_key:
        raise Forbidden(_("La clé de X-API-Key est inconnue ou révoquée. Sans clé, la lecture est ouverte aussi."))


def ticket_of(environ: dict[str, Any]) -> Ticket:
    """The ticket of a request, taken once."""
    found: Ticket | None = environ.get(TICKET)
    if found is None:
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        found = environ[TICKET] = guard().admit(peer, forwarded, environ.get("HTTP_X_API_KEY", ""))
    return found


def count(ticket: Ticket, path: str, size: int) -> None:
    """Count an answer of so many bytes, where a key was shown."""
    if ticket.key is not None:
        ticket.count(kind_of(path), size)


def neighbour(request: HttpRequest) -> bytes:
    """What the network of a request is told apart by from others; UNNAMED for this machine."""
    meta = request.META
    who, local = guard().who(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))
    if local and "HTTP_X_FORWARDED_PROTO" in meta and "HTTP_X_FORWARDED_FOR" not in meta:
        _say_that_nobody_is_named()
    return UNNAMED if local else who


@cache
def _say_that_nobody_is_named() -> None:
    """Once in a process."""
    logger.warning("The proxy sends no X-Forwarded-For: all visitors count as one (decision 0191).")


def told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with the fields of its quota; what a key was sent is counted once it is known."""
    ticket: Ticket | None = getattr(request, "ticket", None)
    if ticket is None:
        return response
    for name, value in ticket.headers:
        response[name] = value
    if ticket.key is not None:
        _count(response, lambda size: ticket.count(kind_of(request.path), size))
    return response


def kind_of(path: str) -> str:
    """What kind of address it is in the usage of a key: items, tiles, changes, snapshot or other."""
    parts = path.split("/")
    return next((kind for kind in KINDS if kind in parts), "other")


def _count(response: HttpResponseBase, count: Callable[[int], None]) -> None:
    if isinstance(response, HttpResponse):
        count(len(response.content))
    elif isinstance(response, StreamingHttpResponse):
        response.streaming_content = _Counted(response.streaming_content, count)  # type: ignore[arg-type]


class _Counted(Iterator[bytes]):
    """The same pieces; their size is known when the response is closed, also in the middle."""

    def __init__(self, pieces: Iterable[bytes], count: Callable[[int], None]) -> None:
        self._pieces, self._count, self._size = iter(pieces), count, 0

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self._size += len(piece)
        return piece

    def close(self) -> None:
        """Count what was sent."""
        self._count(self._size)
