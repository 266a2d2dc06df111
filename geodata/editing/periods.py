"""The days that a repetition rule names (RFC 5545 §3.3.10), found period by period: no more days are looked at than lie in the span that is asked."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHS = 12
LAST_MONTH_DAYS = 31
DAY = re.compile(r"([+-]?[0-9]+)?([A-Z]{2})")
# The middle of the last week of a year, whatever day a week begins on, is in the week of this day.
IN_LAST_WEEK = 28


@dataclass(frozen=True)
class Rule:
    """What a rule says of days; an empty set leaves them all. `ranked` is the nth such day of a month or else of a year."""

    every: str
    step: int
    week_begins: int
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    weekdays: frozenset[int]
    ranked: frozenset[tuple[int, int]]
    places: frozenset[int]

    def days(self, first: date, since: date, until: date) -> Iterator[date]:
        """The days from `first` to `until` of the periods that count from that of `first`, beginning with the one before or of `since`."""
        begins = self._period(first)
        ahead = max(self._period(since) - begins, 0) // self.step * self.step
        for period in range(begins + ahead, self._period(until) + 1, self.step):
            found: Iterable[date] = filter(self._names, map(date.fromordinal, self._ordinals(period)))
            if self.places:
                found = self._placed(list(found))
            yield from takewhile(lambda day: day <= until, (day for day in found if day >= first))

    def _period(self, day: date) -> int:
        if self.every == "YEARLY":
            return day.year
        if self.every == "MONTHLY":
            return day.year * MONTHS + day.month - 1
        return (day.toordinal() - 1 - self.week_begins) // len(WEEK) if self.every == "WEEKLY" else day.toordinal()

    def _ordinals(self, period: int) -> range:
        """The days of a period, those of years 1 to 9999."""
        if self.every == "YEARLY":
            return range(date(period, 1, 1).toordinal(), date(period, MONTHS, LAST_MONTH_DAYS).toordinal() + 1)
        if self.every == "MONTHLY":
            year, month = divmod(period, MONTHS)
            begins = date(year, month + 1, 1)
            return range(begins.toordinal(), begins.toordinal() + _month_size(begins))
        if self.every == "WEEKLY":
            begins_on = period * len(WEEK) + 1 + self.week_begins
            return range(max(begins_on, 1), min(begins_on + len(WEEK), date.max.toordinal() + 1))
        return range(period, period + 1)

    def _placed(self, days: list[date]) -> list[date]:
        return [
            day
            for place, day in enumerate(days, start=1)
            if place in self.places or place - len(days) - 1 in self.places
        ]

    def _names(self, day: date) -> bool:
        return (
            (not self.months or day.month in self.months)
            and self._is_weekday(day)
            and (not self.month_days or _is_nth(day.day, _month_size(day), self.month_days))
            and (not self.year_days or _is_nth(_of_year(day), _year_size(day.year), self.year_days))
            and (not self.weeks or self._is_in_weeks(day))
        )

    def _is_weekday(self, day: date) -> bool:
        if day.weekday() in self.weekdays or not (self.weekdays or self.ranked):
            return True
        if not self.ranked:
            return False
        is_of_month = self.every == "MONTHLY" or self.months
        nth, size = (day.day, _month_size(day)) if is_of_month else (_of_year(day), _year_size(day.year))
        ranks = ((nth - 1) // len(WEEK) + 1, -((size - nth) // len(WEEK) + 1))
        return any((rank, day.weekday()) in self.ranked for rank in ranks)

    def _is_in_weeks(self, day: date) -> bool:
        """A week is of the year in which most of its days lie."""
        middle = self._middle(day)
        last = self._middle(date(middle.year, MONTHS, IN_LAST_WEEK))
        return _is_nth(_week(middle), _week(last), self.weeks)

    def _middle(self, day: date) -> date:
        ahead = len(WEEK) // 2 - (day.weekday() - self.week_begins) % len(WEEK)
        return date.fromordinal(min(max(day.toordinal() + ahead, 1), date.max.toordinal()))


def rule(given: Mapping[str, str], first: date) -> Rule:
    """The rule of these parts begun on a day, which says what they leave open."""
    said = {name: _numbers(given, name) for name in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")}
    days = [(number, WEEK.index(name)) for number, name in DAY.findall(given.get("BYDAY", ""))]
    weekdays = frozenset(weekday for number, weekday in days if not number)
    every = given["FREQ"]
    if not (days or said["BYMONTHDAY"] or said["BYYEARDAY"] or said["BYWEEKNO"]):
        if every == "WEEKLY":
            weekdays = frozenset([first.weekday()])
        elif every != "DAILY":
            said["BYMONTHDAY"] = frozenset([first.day])
            if every == "YEARLY":
                said["BYMONTH"] = said["BYMONTH"] or frozenset([first.month])
    return Rule(
        every=every,
        step=int(given.get("INTERVAL", 1)),
        week_begins=WEEK.index(given.get("WKST", "MO")),
        months=said["BYMONTH"],
        month_days=said["BYMONTHDAY"],
        year_days=said["BYYEARDAY"],
        weeks=said["BYWEEKNO"],
        weekdays=weekdays,
        ranked=frozenset((int(number), weekday) for number, weekday in days if number),
        places=said["BYSETPOS"],
    )


def _numbers(given: Mapping[str, str], name: str) -> frozenset[int]:
    return frozenset(int(each) for each in given[name].split(",")) if name in given else frozenset()


def _is_nth(nth: int, size: int, wanted: frozenset[int]) -> bool:
    return nth in wanted or nth - size - 1 in wanted


def _week(middle: date) -> int:
    return (_of_year(middle) - 1) // len(WEEK) + 1


def _of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _year_size(year: int) -> int:
    return _of_year(date(year, MONTHS, LAST_MONTH_DAYS))


def _month_size(day: date) -> int:
    return monthrange(day.year, day.month)[1]
