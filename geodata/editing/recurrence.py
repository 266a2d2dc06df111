"""Repetition rules: RRULE of RFC 5545 §3.3.10, in days or longer steps, on the wall clock of the instance."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import dropwhile, islice, takewhile

from django.utils import timezone
from icalendar import vRecur

from geodata.editing import periods

EVERY = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
NUMBER = re.compile(r"0*[1-9][0-9]{0,4}")
SIGNED = re.compile(r"([+-]?)0*([1-9][0-9]{0,2})")
DAY = re.compile(r"(?:([+-]?)0?([1-9]|[1-4][0-9]|5[0-3]))?(?:MO|TU|WE|TH|FR|SA|SU)")
INSTANT = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?")
# The highest number of each part, and whether it also counts from the end.
HIGHEST = {
    "BYMONTH": (12, False), "BYMONTHDAY": (31, True), "BYYEARDAY": (366, True), "BYWEEKNO": (53, True), "BYSETPOS": (366, True),
}  # fmt: skip
BY = {"BYDAY", *HIGHEST} - {"BYSETPOS"}
PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYDAY", *HIGHEST}
# Parts that a frequency does not take.
UNUSED = {
    "DAILY": {"BYYEARDAY", "BYWEEKNO"},
    "WEEKLY": {"BYYEARDAY", "BYWEEKNO", "BYMONTHDAY"},
    "MONTHLY": {"BYYEARDAY", "BYWEEKNO"},
    "YEARLY": set[str](),
}
WEEKS_OF_A_MONTH = 5
# No day is looked for later than this: a rule may name none, or none any more.
HORIZON_YEARS = 100
LAST_YEAR = 9999
# Rules that a process remembers how to read.
KEPT = 1024


def is_rrule(text: str) -> bool:
    """Whether a calendar program can read the rule: known parts, once each and in their range, a frequency of a day or more."""
    pairs = [part.partition("=") for part in text.split(";")]
    given = {name: value for name, _equals, value in pairs}
    every = given.get("FREQ")
    if len(given) != len(pairs) or not set(given) <= PARTS or every not in EVERY or set(given) & UNUSED[every]:
        return False
    if ("COUNT" in given and "UNTIL" in given) or ("BYSETPOS" in given and not set(given) & BY):
        return False
    if not all(_is_part(name, value) for name, value in given.items()) or not _takes_days(given):
        return False
    try:
        vRecur.from_ical(text)
    except ValueError:
        return False
    return True


def _is_part(name: str, value: str) -> bool:
    if name in ("COUNT", "INTERVAL"):
        return NUMBER.fullmatch(value) is not None
    if name == "UNTIL":
        return INSTANT.fullmatch(value) is not None
    if name in HIGHEST:
        return all(_is_within(each, *HIGHEST[name]) for each in value.split(","))
    if name == "WKST":
        return value.isalpha() and DAY.fullmatch(value) is not None
    return name == "FREQ" or all(DAY.fullmatch(each) for each in value.split(","))


def _is_within(value: str, highest: int, signed: bool) -> bool:
    found = SIGNED.fullmatch(value)
    return found is not None and int(found[2]) <= highest and (signed or not found[1])


def _takes_days(given: dict[str, str]) -> bool:
    """Whether "the first Sunday" is said of months or years, "the sixth" of years alone."""
    numbered = [
        int(found[2]) for each in given.get("BYDAY", "").split(",") if (found := DAY.fullmatch(each)) and found[2]
    ]
    if given["FREQ"] == "MONTHLY" or "BYMONTH" in given:
        is_ranked = given["FREQ"] in ("MONTHLY", "YEARLY") or not numbered
        return is_ranked and all(number <= WEEKS_OF_A_MONTH for number in numbered)
    return not numbered or (given["FREQ"] == "YEARLY" and "BYWEEKNO" not in given)


def until_of(rrule: str) -> datetime | None:
    """The instant up to which a rule goes, itself included, on the wall clock; a day goes to its end."""
    found = re.search(rf"(?:^|;)UNTIL=({INSTANT.pattern})(?=;|$)", rrule.upper())
    if found is None:
        return None
    text = found[1]
    if "T" not in text:
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))
    moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")
    return _here(moment) if text.endswith("Z") else moment


def _here(moment: datetime) -> datetime:
    """An instant of UTC on the wall clock; after the year 9999 its last one."""
    try:
        return timezone.localtime(moment.replace(tzinfo=UTC)).replace(tzinfo=None)
    except OverflowError:
        return datetime.max


def starts_of(
    rrule: str, first: datetime, before: datetime | None = None, since: datetime | None = None
) -> Iterator[datetime]:
    """When what a rule repeats begins, on the wall clock: from `first` on, which counts if the rule names it.

    Nothing at or after `before`, nor a century after `first`, nor before `since`; nothing of a rule that cannot be read.
    With `since` the periods before it are not walked.
    """
    first, rrule = first.replace(microsecond=0), rrule.upper()
    rule = _rule(rrule, first.date())
    if rule is None:
        return iter(())
    count, until = int(_parts(rrule).get("COUNT", 0)), _latest(rrule, first, before)
    found: Iterator[datetime]
    if since is None or since <= first:
        found = islice(_walk(rule, first, first, until), count or None)
    else:
        found = _walk(rule, first, since, min(until, _last_counted(rrule, first)) if count else until)
    return found if before is None else takewhile(lambda start: start < before, found)


def _walk(rule: periods.Rule, first: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    days = rule.days(first.date(), since.date(), until.date())
    starts = takewhile(lambda start: start <= until, (datetime.combine(day, first.time()) for day in days))
    return dropwhile(lambda start: start < since, starts)


@lru_cache(maxsize=KEPT)
def _rule(rrule: str, first: date) -> periods.Rule | None:
    """A rule begun on a day; None of one that cannot be read, or names no day of its century: only a walk to the end tells, once."""
    if not is_rrule(rrule):
        return None
    rule = periods.rule(_parts(rrule), first)
    until = _latest(rrule, datetime.combine(first, time.max)).date()
    return rule if any(rule.days(first, first, until)) else None


def _latest(rrule: str, first: datetime, before: datetime | None = None) -> datetime:
    end = datetime.max if first.year + HORIZON_YEARS > LAST_YEAR else first + timedelta(days=HORIZON_YEARS * 366)
    return min(each for each in (until_of(rrule), before, end) if each is not None)


def _parts(rrule: str) -> dict[str, str]:
    """The parts of a rule that can be read, by name."""
    return dict(part.split("=", 1) for part in rrule.split(";"))


@lru_cache(maxsize=KEPT)
def _last_counted(rrule: str, first: datetime) -> datetime:
    """The last of the times that COUNT numbers: only a walk tells (2 µs each), once for a rule."""
    return deque(starts_of(rrule, first), maxlen=1).pop()


def ending(rrule: str, until: str) -> str:
    """The rule with this end, whatever it had."""
    return f"{_without(rrule, 'UNTIL', 'COUNT')};UNTIL={until}"


def _without(rrule: str, *names: str) -> str:
    return ";".join(part for part in rrule.upper().split(";") if part.partition("=")[0] not in names)
