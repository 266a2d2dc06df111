"""What "now" is for a page: the present, or the instant of the past that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from geodata.queries.past import Moment

_shown: ContextVar[Moment | None] = ContextVar("shown", default=None)


def moment() -> Moment | None:
    """The moment of the past that is shown, None for the present."""
    return _shown.get()


def now() -> datetime:
    """The instant that the page speaks of."""
    shown = _shown.get()
    return shown.instant if shown else timezone.now()


def today() -> date:
    """Its day, where the network is."""
    return timezone.localdate(now())


@contextmanager
def showing(shown: Moment) -> Iterator[None]:
    """Let pages speak of this moment."""
    token = _shown.set(shown)
    try:
        yield
    finally:
        _shown.reset(token)
