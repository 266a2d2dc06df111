"""iCalendar (RFC 5545) of dated happenings, with UIDs that stay.

A happening known to the day is a DATE value (no hour is invented); one known to the month only is
not written: a calendar would show a day that nobody announced.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, vRecur

MEDIA_TYPE = "text/calendar"
PRODUCT = "-//chaine-des-parcs//agenda//FR"


@dataclass(frozen=True)
class Happening:
    """One entry. `starts` and `ends` are aware instants, or days (the last one included).

    `status` is CONFIRMED, CANCELLED or TENTATIVE; `place` a name; `at` latitude and longitude.
    """

    uid: str
    title: str
    starts: datetime | date
    ends: datetime | date
    updated_at: datetime
    sequence: int = 0
    status: str = "CONFIRMED"
    description: str = ""
    place: str = ""
    at: tuple[float, float] | None = None
    url: str = ""
    rrule: str = ""


def write(happenings: Iterable[Happening], name: str) -> bytes:
    """The calendar as bytes with CRLF line ends, folded at 75 octets."""
    entries = list(happenings)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for happening in entries:
        calendar.add_component(_event(happening))
    if entries:
        first = min(entry.starts.date() if isinstance(entry.starts, datetime) else entry.starts for entry in entries)
        # The whole history of summer time since 1970 would weigh more than the entries.
        calendar.add_missing_timezones(first_date=first.replace(month=1, day=1))
    return bytes(calendar.to_ical())


def _event(happening: Happening) -> Event:
    event = Event()
    event.add("uid", happening.uid)
    event.add("dtstamp", happening.updated_at)
    event.add("last-modified", happening.updated_at)
    event.add("sequence", happening.sequence)
    event.add("summary", happening.title)
    event.add("dtstart", happening.starts)
    if isinstance(happening.ends, datetime):
        if happening.ends != happening.starts:
            event.add("dtend", happening.ends)
    else:
        # RFC 5545 §3.6.1: the end of an all-day event is the first day after it.
        event.add("dtend", happening.ends + timedelta(days=1))
    event.add("status", happening.status)
    for key, value in (
        ("description", happening.description),
        ("location", happening.place),
        ("url", happening.url),
    ):
        if value:
            event.add(key, value)
    if happening.at is not None:
        event.add("geo", happening.at)
    if happening.rrule:
        event.add("rrule", vRecur.from_ical(happening.rrule))
    return event
