"""`datetime`: an instant or an interval (OGC API Features /req/core/fc-time-definition, RFC 3339); `as-of`: an instant; how one is written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

OPEN = ("", "..")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(DAY.pattern + r"[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
# Where the seconds of an instant are, and the one that June and December may have at their end in UTC (RFC 3339 §5.7).
SECONDS, LEAP = slice(17, 19), "60"
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC, microsecond=0)
AFTER_LEAP = ((1, 1, 0, 0, 0), (7, 1, 0, 0, 0))
AS_OF = "as-of"


@dataclass(frozen=True)
class Interval:
    """Both ends included; None is open."""

    start: datetime | None
    end: datetime | None


def read_day(text: str) -> date:
    """A day of the calendar. Raises ValueError."""
    if not DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime:
    """An instant (RFC 3339) in UTC; a leap second is the second after it, as clocks of computers count. Raises ValueError."""
    if not INSTANT.fullmatch(text):
        raise ValueError(text)
    text = text.upper()
    if text[SECONDS] != LEAP:
        return in_utc(datetime.fromisoformat(text))
    found = in_utc(datetime.fromisoformat(f"{text[:17]}59{text[19:]}"))
    if found >= LAST or (after := found + timedelta(seconds=1)).timetuple()[1:6] not in AFTER_LEAP:
        raise ValueError(text)
    return after


def read_http_date(text: str) -> datetime:
    """A date of a header (RFC 9110 §5.6.7) in UTC. Raises ValueError."""
    try:
        found = parsedate_to_datetime(text)
    except OverflowError as error:
        raise ValueError(text) from error
    return in_utc(found if found.tzinfo else found.replace(tzinfo=UTC))


def in_utc(moment: datetime) -> datetime:
    """The same instant, as PostgreSQL reads it whatever its offset; before the year 1 and after 9999 the first and last one."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return FIRST if moment.year == FIRST.year else LAST


def parse_datetime(text: str) -> Interval:
    """Read a `datetime` parameter; a plain date is the whole day in UTC.

    Raises BadParameter: malformed, both ends open, end before start.
    """
    ends = text.split("/")
    if len(ends) == 1:
        return Interval(_start(ends[0]), _end(ends[0]))
    if len(ends) != 2 or all(end in OPEN for end in ends):  # noqa: PLR2004
        raise BadParameter("datetime", _("Un instant, ou deux séparés par « / », l’un pouvant être « .. »."))
    start = None if ends[0] in OPEN else _start(ends[0])
    end = None if ends[1] in OPEN else _end(ends[1])
    if start and end and start > end:
        raise BadParameter("datetime", _("La fin précède le début."))
    return Interval(start, end)


def _start(text: str) -> datetime:
    is_day = DAY.fullmatch(text)
    if not (is_day or INSTANT.fullmatch(text)):
        raise BadParameter("datetime", _("Écrivez 2026-05-08 ou 2026-05-08T14:30:00Z (RFC 3339)."))
    try:
        return datetime.combine(read_day(text), time(), UTC) if is_day else read_instant(text)
    except ValueError:
        raise BadParameter("datetime", _("Cette date n’existe pas.")) from None


def _end(text: str) -> datetime:
    start = _start(text)
    if not DAY.fullmatch(text):
        return start
    return (
        datetime.combine(start.date(), time.max, UTC)
        if start.date() == date.max
        else (start + timedelta(days=1) - timedelta(microseconds=1))
    )


def parse_as_of(text: str, now: datetime | None = None, name: str = AS_OF) -> datetime:
    """Read an instant of the past; a day is its last moment where the network is, today the present moment.

    Raises BadParameter: malformed, no such date.
    """
    try:
        if not DAY.fullmatch(text):
            return read_instant(text)
        day = read_day(text)
        last = datetime.combine(day, time.max, timezone.get_default_timezone()).astimezone(UTC)
    except (ValueError, OverflowError):
        told = _("Écrivez un jour ou un instant qui existe : 2026-05-08 ou 2026-05-08T14:30:00Z (RFC 3339).")
        raise BadParameter(name, told) from None
    now = now or timezone.now()
    return now if day == now.astimezone(timezone.get_default_timezone()).date() else last


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
