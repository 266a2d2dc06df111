"""Events as visitors read them: what comes, what was, what comes back each year without a date."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
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
AT_A_PLACE = 20
CHUNK = 200
RELATED = ("park", "cabin", "trail", "commune", "authority")


@dataclass(frozen=True)
class Occurrence:
    """An event at one of its times, on the wall clock of the instance."""

    event: Any
    start: datetime
    end: datetime

    @property
    def when(self) -> str:
        """The dates in words, never more precise than what is known."""
        if self.event.date_precision == EvenementDatePrecision.MONTH:
            return _months(self.start, self.end)
        if self.start.date() == self.end.date():
            return _one_day(self.event, self.start, self.end)
        return wording.period(self.start.date(), self.end.date())


@dataclass(frozen=True)
class Programme:
    """The agenda at a moment.

    `coming` by date, `to_confirm` yearly ones whose next date is not known, `past` newest first; the last two at their first time.
    """

    coming: list[Occurrence]
    to_confirm: list[Occurrence]
    past: list[Occurrence]


def for_visitors(user: "User | AnonymousUser") -> Any:
    """Visible events; institutional meetings are not on the visitors' agenda (decisions 3)."""
    rows = registry.get("evenements").visible_to(user).exclude(kind=EvenementKind.INSTITUTION)
    return rows.select_related(*RELATED)


def upcoming(user: "User | AnonymousUser", **place: Any) -> list[Occurrence]:
    """Events that are not over, at a place, soonest first."""
    now = clock.now()
    return soonest(for_visitors(user).filter(coming(now), **place), now, AT_A_PLACE)


def programme(user: "User | AnonymousUser", now: datetime | None = None, past_limit: int = 60) -> Programme:
    """The whole agenda at `now`.

    An event that repeats comes until its last time. Of a yearly one only the last edition says
    "date à confirmer", and only while no later edition with the same title and place is announced.
    """
    now = now or clock.now()
    rows = for_visitors(user)
    announced_times = soonest(rows.filter(coming(now)), now)
    past = [first_time(event) for event in rows.exclude(coming(now)).order_by("-starts_at", "-id")[:past_limit]]
    announced = {series(each.event) for each in announced_times}
    to_confirm: list[Occurrence] = []
    for each in past:
        if (each.event.yearly or _is_yearly(each.event.rrule)) and series(each.event) not in announced:
            announced.add(series(each.event))
            to_confirm.append(each)
    return Programme(announced_times, to_confirm, past)


def lasting(since: datetime) -> Q:
    """The events whose last time is not over at an instant."""
    return Q(last_ends_at__isnull=True) | Q(last_ends_at__gte=since)


def coming(now: datetime) -> Q:
    """The events that are announced at an instant: `is_over` of none."""
    return lasting(now) & ~Q(rrule__icontains=YEARLY, ends_at__lt=now)


def coming_filter(now: datetime) -> str:
    """What `coming` asks beyond `lasting` at a minute, in the language of filters of the API (CQL2 text)."""
    return f"NOT (CASEI(rrule) LIKE CASEI('%{YEARLY}%') AND ends_at < TIMESTAMP('{now.astimezone(UTC):%Y-%m-%dT%H:%M}:00Z'))"


def is_over(event: Any, now: datetime) -> bool:
    """Whether no time of it is announced: its last one is over, or of a yearly one the edition whose date is known."""
    last = event.ends_at if _is_yearly(event.rrule) else event.last_ends_at
    return last is not None and last < now


def first_time(event: Any) -> Occurrence:
    """An event at the time that its dates tell, the first where it repeats."""
    return Occurrence(event, wording.local(event.starts_at), wording.local(event.ends_at))


def next_time(event: Any, now: datetime | None = None) -> Occurrence:
    """An event at the first time that is not over; at the first of all where none is announced."""
    first, here = first_time(event), wording.local(now or clock.now())
    if not event.rrule or first.end >= here or is_over(event, here):
        return first
    since = here.replace(tzinfo=None) - (first.end.replace(tzinfo=None) - event.first_start)
    start = next(starts_of(event.rrule, event.first_start, since=since), event.first_start)
    ahead = start - event.first_start
    return Occurrence(event, first.start + ahead, first.end + ahead)


def soonest(rows: Any, now: datetime, most: int | None = None) -> list[Occurrence]:
    """The events by the time that comes, as many as asked.

    Those under way that repeat are looked at one by one, as only their rule tells when they come (decision 0246); of the others
    the database finds the soonest.
    """
    if most is not None:
        is_repeating = ~Q(rrule="") & Q(ends_at__lt=now)
        others = rows.exclude(is_repeating).order_by("starts_at", "id").values("pk")[:most]
        rows = rows.filter(is_repeating | Q(pk__in=others))
    found = (next_time(event, now) for event in rows.order_by("starts_at", "id").iterator(CHUNK))

    def by_time(each: Occurrence) -> tuple[datetime, datetime, int]:
        return each.start, each.event.starts_at, each.event.pk

    return sorted(found, key=by_time) if most is None else nsmallest(most, found, key=by_time)


def at_place(place: Q, user: "User | AnonymousUser") -> list[Occurrence]:
    """Events of a place at the time that comes, past ones included, newest first."""
    return [next_time(event) for event in for_visitors(user).filter(place).order_by("-starts_at", "-id")[:60]]


def series(event: Any) -> str:
    """What the editions of one event have in common: the title without its year."""
    return " ".join(series_name(event.title_fr).lower().split())


def series_name(title: str) -> str:
    """A title without its year: "Trail des Pyramides Noires 2026" → "Trail des Pyramides Noires"."""
    return " ".join(word for word in title.split() if not YEAR.fullmatch(word)) or title


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
