"""`datetime`: an instant or an interval (OGC API Features /req/core/fc-time-definition, RFC 3339); `as-of`: an instant; how one is written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

OPEN = ("", "..")
RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?")
DAY_LENGTH = 10
AS_OF = "as-of"


@dataclass(frozen=True)
class Interval:
    """Both ends included; None is open."""

    start: datetime | None
    end: datetime | None


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
    if not RFC3339.fullmatch(text):
        raise BadParameter("datetime", _("Écrivez 2026-05-08 ou 2026-05-08T14:30:00Z (RFC 3339)."))
    try:
        if len(text) == DAY_LENGTH:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise BadParameter("datetime", _("Cette date n’existe pas.")) from None


def _end(text: str) -> datetime:
    start = _start(text)
    if len(text) != DAY_LENGTH:
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
        if not RFC3339.fullmatch(text):
            raise ValueError(text)
        if len(text) > DAY_LENGTH:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        day = date.fromisoformat(text)
        last = datetime.combine(day, time.max, timezone.get_default_timezone()).astimezone(UTC)
    except (ValueError, OverflowError):
        told = _("Écrivez un jour ou un instant qui existe : 2026-05-08 ou 2026-05-08T14:30:00Z (RFC 3339).")
        raise BadParameter(name, told) from None
    now = now or timezone.now()
    return now if day == now.astimezone(timezone.get_default_timezone()).date() else last


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
