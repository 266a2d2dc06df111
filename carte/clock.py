"""What "now" is for a page: the present, or the instant of the past that it shows."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone

from geodata.queries import past


def moment() -> past.Moment | None:
    """The moment of the past that is shown, None for the present."""
    return past.shown()


def is_within_a_day() -> bool:
    """Whether a moment of the past is shown that is not the last of its day, which stands for the whole day."""
    shown = past.shown()
    return shown is not None and timezone.localtime(shown.instant).time() != time.max


def now() -> datetime:
    """The instant that the page speaks of."""
    return past.now()


def today() -> date:
    """Its day, where the network is."""
    return timezone.localdate(now())
