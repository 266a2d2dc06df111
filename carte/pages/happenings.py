"""Events as visitors read them: what comes, what was, what comes back each year without a date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext

from agenda.codes import EvenementDatePrecision, EvenementKind, EvenementState
from carte import clock, wording
from geodata import registry
from geodata.editing.recurrence import starts_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# A year as a word of a title, bracketed or not.
YEAR = re.compile(r"\(?(19|20)\d{2}\)?")
YEARLY = "FREQ=YEARLY"
RELATED = ("park", "cabin", "trail", "commune", "authority")


@dataclass(frozen=True)
class Programme:
    """The agenda at a moment.

    `coming` by date, `to_confirm` yearly ones whose next date is not known, `past` newest first.
    """

    coming: list[Any]
    to_confirm: list[Any]
    past: list[Any]


def for_visitors(user: "User | AnonymousUser") -> Any:
    """Visible events; institutional meetings are not on the visitors' agenda (decisions 3)."""
    rows = registry.get("evenements").visible_to(user).exclude(kind=EvenementKind.INSTITUTION)
    return rows.select_related(*RELATED)


def upcoming(user: "User | AnonymousUser", **place: Any) -> list[Any]:
    """Events that are not over, at a place, soonest first."""
    now = clock.now()
    return _by_next(for_visitors(user).filter(lasting(now), **place).order_by("starts_at", "id"), now)[:20]


def programme(user: "User | AnonymousUser", now: datetime | None = None, past_limit: int = 60) -> Programme:
    """The whole agenda at `now`.

    An event that repeats comes until its last time. Of a yearly one only the last edition says
    "date à confirmer", and only while no later edition with the same title and place is announced.
    """
    now = now or clock.now()
    rows = for_visitors(user)
    is_coming = lasting(now) & ~Q(rrule__icontains=YEARLY, ends_at__lt=now)
    coming = _by_next(rows.filter(is_coming).order_by("starts_at", "id"), now)
    past = list(rows.exclude(is_coming).order_by("-starts_at", "-id")[:past_limit])
    announced = {series(event) for event in coming}
    to_confirm: list[Any] = []
    for event in past:
        if (event.yearly or _is_yearly(event.rrule)) and series(event) not in announced:
            announced.add(series(event))
            to_confirm.append(event)
    return Programme(coming, to_confirm, past)


def lasting(since: datetime) -> Q:
    """The events whose last time is not over at an instant."""
    return Q(last_ends_at__isnull=True) | Q(last_ends_at__gte=since)


def next_time(event: Any, now: datetime | None = None) -> tuple[datetime, datetime]:
    """Local start and end of the first time that is not over; of the first of all where there is none."""
    start, end = wording.local(event.starts_at), wording.local(event.ends_at)
    here = wording.local(now or clock.now())
    if not event.rrule or end >= here:
        return start, end
    first, lasts = start.replace(tzinfo=None), end.replace(tzinfo=None) - start.replace(tzinfo=None)
    if event.all_day:
        first = first.replace(hour=0, minute=0, second=0)
    since = here.replace(tzinfo=None) - lasts
    days = (each - first for each in starts_of(event.rrule, first) if each >= since)
    ahead = next(days, timedelta(0))
    return start + ahead, end + ahead


def _by_next(events: Iterable[Any], now: datetime) -> list[Any]:
    """Soonest first; those that repeat by the time that comes."""
    return sorted(events, key=lambda event: next_time(event, now)[0])


def at_place(place: Q, user: "User | AnonymousUser") -> list[Any]:
    """Events of a place, past ones included, newest first."""
    return list(for_visitors(user).filter(place).order_by("-starts_at", "-id")[:60])


def series(event: Any) -> str:
    """What the editions of one event have in common: the title without its year."""
    return " ".join(series_name(event.title_fr).lower().split())


def series_name(title: str) -> str:
    """A title without its year: "Trail des Pyramides Noires 2026" → "Trail des Pyramides Noires"."""
    return " ".join(word for word in title.split() if not YEAR.fullmatch(word)) or title


def when(event: Any) -> str:
    """The dates of an event in words, never more precise than what is known: the first time of one that repeats."""
    return _said(event, wording.local(event.starts_at), wording.local(event.ends_at))


def when_next(event: Any) -> str:
    """The same of the time that comes, the first where all are over."""
    return _said(event, *next_time(event))


def _said(event: Any, start: datetime, end: datetime) -> str:
    if event.date_precision == EvenementDatePrecision.MONTH:
        return _months(start, end)
    if start.date() == end.date():
        return _one_day(event, start, end)
    return wording.period(start.date(), end.date())


def state(event: Any) -> str:
    """What to say first about an event that does not take place as planned; empty otherwise."""
    return "" if event.state == EvenementState.SCHEDULED else str(event.get_state_display())


def _months(start: datetime, end: datetime) -> str:
    if (start.year, start.month) == (end.year, end.month):
        return gettext("%(month)s, jour à confirmer") % {"month": wording.month(start)}
    return wording.months(start.date(), end.date())


def _one_day(event: Any, start: datetime, end: datetime) -> str:
    if event.all_day:
        return wording.weekday(start)
    if start == end:
        return gettext("%(day)s à %(start)s") % {"day": wording.weekday(start), "start": wording.hour(start)}
    words = {"day": wording.weekday(start), "start": wording.hour(start), "end": wording.hour(end)}
    return gettext("%(day)s de %(start)s à %(end)s") % words


def _is_yearly(rrule: str) -> bool:
    return YEARLY in rrule.upper()
