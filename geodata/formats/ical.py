"""iCalendar (RFC 5545) of dated happenings, with UIDs that stay.

A happening known to the day is a DATE value (no hour is invented); one known to the month only is
not written but counted: a calendar would show a day that nobody announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from icalendar import Calendar, Event, Timezone, vRecur
from psycopg import sql

from geodata.formats.atom import dated
from geodata.formats.choice import Format, Omission
from geodata.formats.pieces import gathered
from geodata.formats.telling import read, teller
from geodata.problems import Conflict
from geodata.queries import rows, select
from geodata.queries.rows import Selection

MEDIA_TYPE = "text/calendar"
END = b"END:VCALENDAR\r\n"
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


def pieces(happenings: Iterable[Happening], name: str, first: date | None) -> Iterator[bytes]:
    """The calendar with CRLF line ends, folded at 75 octets, entry after entry; nothing in it is before `first`."""
    head = Calendar()
    head.add("prodid", PRODUCT)
    head.add("version", "2.0")
    head.add("calscale", "GREGORIAN")
    head.add("method", "PUBLISH")
    head.add("x-wr-calname", name)
    # The whole history of summer time since 1970 would weigh more than the entries; without any entry the zone is the
    # one component that a calendar has at least (RFC 5545 §3.6).
    since = first or timezone.localdate()
    head.add_component(Timezone.from_tzid(settings.TIME_ZONE, first_date=since.replace(month=1, day=1)))
    yield bytes(head.to_ical()).removesuffix(END)
    for happening in happenings:
        yield bytes(_event(happening).to_ical())
    yield END


def write(selection: Selection, root: str) -> Iterator[bytes]:
    """A selection as a calendar. Raises Conflict for a single happening whose day is not known."""
    collection = selection.collection
    if selection.is_one and any(each.count for each in omitted(selection)):
        raise Conflict(_("Le jour n’est pas encore annoncé : un calendrier en montrerait un que personne n’a dit."))
    (first,) = rows.summed(selection, sql.SQL("min({})").format(select.column(collection, collection.datetime[0])))
    return gathered(pieces(_told(selection, root), str(collection.title), first and timezone.localtime(first).date()))


def omitted(selection: Selection) -> tuple[Omission, ...]:
    """The happenings of a selection that have no day yet."""
    undated = teller().undated(selection.collection)
    if undated is None:
        return ()
    (count,) = rows.summed(selection, sql.SQL("count(*) FILTER (WHERE {})").format(undated))
    said = ngettext(
        "%(count)d fiche n’est pas dans ce calendrier : son jour n’est pas encore annoncé.",
        "%(count)d fiches ne sont pas dans ce calendrier : leur jour n’est pas encore annoncé.",
        count,
    )
    return (Omission(count, said % {"count": count}),)


def _told(selection: Selection, root: str) -> Iterator[Happening]:
    collection = selection.collection
    for batch in read(selection):
        for feature in batch.features:
            happening = teller().happening(collection, feature, root)
            if happening is not None:
                yield happening


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


FORMAT = Format(
    name="ical",
    media_type=MEDIA_TYPE,
    parameters="; charset=utf-8",
    title=_("Calendrier (iCal)"),
    extension="ics",
    told=True,
    inline=True,
    degrees=True,
    offered=dated,
    omitted=omitted,
    write=write,
)
