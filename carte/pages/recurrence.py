"""RRULE (RFC 5545 §3.3.10) in words: what a visitor needs, not the whole grammar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from carte import wording
from geodata.editing.periods import WEEK
from geodata.editing.recurrence import starts_of

EVERY = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
AHEAD = 3


def in_words(rrule: str) -> str:
    """ "chaque jeudi", "chaque année"; empty for no rule, "à dates répétées" for what has no short name."""
    parts = dict(part.split("=", 1) for part in rrule.upper().split(";") if "=" in part)
    every = parts.get("FREQ", "")
    if not parts:
        return ""
    if every not in EVERY or parts.get("INTERVAL", "1") != "1":
        return gettext("à dates répétées")
    days = [str(WEEKDAYS[WEEK.index(day)]) for day in parts.get("BYDAY", "").split(",") if day in WEEK]
    if every == "WEEKLY" and days:
        return gettext("chaque %(days)s") % {"days": wording.joined(days)}
    words = {
        "DAILY": gettext("chaque jour"),
        "WEEKLY": gettext("chaque semaine"),
        "MONTHLY": gettext("chaque mois"),
        "YEARLY": gettext("chaque année"),
    }
    return words[every]


@dataclass(frozen=True)
class Times:
    """One day on which a repeated closure holds, on the wall clock of the instance."""

    start: datetime
    end: datetime


def times_of(rrule: str, starts_at: datetime, ends_at: datetime | None, now: datetime) -> list[Times]:
    """The days of a period that a rule names, from the one that holds now, at most `AHEAD`.

    A repeated closure holds from the hour of its start to the hour of its end, on the days of the
    rule between both (`docs/decisions/0066-a-repeated-closure.md`).
    Without an end, or with one that is not later in the day, it holds until midnight.
    """
    first, here = wording.local(starts_at).replace(tzinfo=None), wording.local(now).replace(tzinfo=None)
    last = wording.local(ends_at).replace(tzinfo=None) if ends_at else None
    found: list[Times] = []
    # What began a day ago is over at this midnight.
    for start in starts_of(rrule, first, last, here - timedelta(days=1)):
        if len(found) == AHEAD:
            break
        end = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if last is not None and last.time() > start.time():
            end = datetime.combine(start.date(), last.time())
        if end > here:
            found.append(Times(start, end))
    return found


def said(times: Times) -> str:
    """ "jeudi 26 novembre de 8 h à 18 h"."""
    words = {"day": wording.weekday(times.start), "start": wording.hour(times.start), "end": _end(times)}
    return gettext("%(day)s de %(start)s à %(end)s") % words


def _end(times: Times) -> str:
    return gettext("minuit") if times.end.date() > times.start.date() else wording.hour(times.end)
