"""Events as visitors read them: what comes, what was, what comes back each year without a date."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext

from agenda.codes import EvenementDatePrecision, EvenementKind, EvenementState
from carte import clock, wording
from geodata import registry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# A year as a word of a title, bracketed or not.
YEAR = re.compile(r"\(?(19|20)\d{2}\)?")
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
    return list(for_visitors(user).filter(ends_at__gte=clock.now(), **place).order_by("starts_at", "id")[:20])


def programme(user: "User | AnonymousUser", now: datetime | None = None, past_limit: int = 60) -> Programme:
    """The whole agenda at `now`.

    Of a yearly event only the last edition says "date à confirmer", and only while no later
    edition with the same title and place is announced.
    """
    now = now or clock.now()
    coming = list(for_visitors(user).filter(ends_at__gte=now).order_by("starts_at", "id"))
    past = list(for_visitors(user).filter(ends_at__lt=now).order_by("-starts_at", "-id")[:past_limit])
    announced = {series(event) for event in coming}
    to_confirm: list[Any] = []
    for event in past:
        if (event.yearly or _is_yearly(event.rrule)) and series(event) not in announced:
            announced.add(series(event))
            to_confirm.append(event)
    return Programme(coming, to_confirm, past)


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
    """The dates of an event in words, never more precise than what is known."""
    start, end = wording.local(event.starts_at), wording.local(event.ends_at)
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
    return "FREQ=YEARLY" in rrule.upper()
