"""What "now" is for a page: the present, or the instant of the past that it shows."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from geodata.queries import past


def moment() -> past.Moment | None:
    """The moment of the past that is shown, None for the present."""
    return past.shown()


def now() -> datetime:
    """The instant that the page speaks of."""
    return past.now()


def today() -> date:
    """Its day, where the network is."""
    return timezone.localdate(now())
