from datetime import datetime, timedelta
from itertools import islice

import pytest

from geodata.editing import periods
from geodata.editing.recurrence import ending, is_rrule, starts_of, until_of


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=TH",
        "FREQ=YEARLY",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=MONTHLY;BYDAY=1SU;COUNT=3",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=YEARLY;BYWEEKNO=-1",
        "FREQ=DAILY;UNTIL=20270101",
        "FREQ=DAILY;BYMONTH=2,3;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=2",
    ],
)
def test_rule_of_a_calendar_is_read(text):
    assert is_rrule(text)


@pytest.mark.parametrize(
    "text",
    [
        "chaque jeudi", "FREQ=WEEKLY;BYDAY=XX", "FREQ=SECONDLY", "BYDAY=TH", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;X=1", "RRULE:FREQ=DAILY", "FREQ=DAILY;",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "FREQ=DAILY;BYMONTH=", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=²", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=YEARLY;BYYEARDAY=367", "FREQ=YEARLY;BYWEEKNO=54", "FREQ=YEARLY;BYSETPOS=367;BYDAY=MO", "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=6SU", "FREQ=YEARLY;BYMONTH=12;BYDAY=20MO", "FREQ=YEARLY;BYDAY=54MO", "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYWEEKNO=1", "FREQ=DAILY;BYYEARDAY=1", "FREQ=WEEKLY;WKST=1SU",
        "FREQ=DAILY;UNTIL=20270230", "FREQ=DAILY;UNTIL=2027", "FREQ=DAILY;BYHOUR=8", "FREQ=DAILY;INTERVAL=100000",
    ],
)  # fmt: skip
def test_rule_that_no_calendar_reads_is_refused(text):
    assert not is_rrule(text)


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("20270101", datetime(2027, 1, 1, 23, 59, 59)),
        ("20270101T080000", datetime(2027, 1, 1, 8)),
        ("20261231T230000Z", datetime(2027, 1, 1)),
        ("20270630T220000Z", datetime(2027, 7, 1)),
        ("99991231T235959Z", datetime.max),
    ],
)
def test_a_rule_goes_to_an_instant_here_a_day_to_its_end(until, instant):
    assert until_of(f"FREQ=DAILY;UNTIL={until}") == instant


def test_what_a_rule_repeats_begins_within_bounds():
    first = datetime(2026, 12, 7, 14)
    assert list(starts_of("FREQ=WEEKLY;BYDAY=SU;COUNT=2", first)) == [
        datetime(2026, 12, 13, 14),
        datetime(2026, 12, 20, 14),
    ]
    assert list(starts_of("FREQ=DAILY;COUNT=500", first, datetime(2026, 12, 9, 14))) == [
        first,
        datetime(2026, 12, 8, 14),
    ]
    assert list(starts_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", first)) == []
    assert list(starts_of("FREQ=YEARLY;BYMONTH=13", first)) == []


FIRST = datetime(2026, 12, 5, 14)


@pytest.mark.parametrize("rrule", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA", "FREQ=MONTHLY", "FREQ=DAILY;COUNT=11000"])
def test_thirty_years_are_not_walked(rrule, monkeypatch):
    since = FIRST + timedelta(days=30 * 365)
    list(islice(starts_of(rrule, FIRST, since=since), 1))
    days = looked_at(monkeypatch)
    assert next(starts_of(rrule, FIRST, since=since)) >= since
    assert len(days) < 40


def looked_at(monkeypatch):
    days, names = [], periods.Rule._names
    monkeypatch.setattr(periods.Rule, "_names", lambda rule, day: days.append(day) or names(rule, day))
    return days


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=MO,MO;BYSETPOS=2",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2",
        "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=-31;COUNT=3",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;UNTIL=20000101",
    ],
)
def test_a_rule_that_names_no_day_is_walked_once_through_its_century(rrule, monkeypatch):
    monday = datetime(2001, 1, 1, 14)
    days = looked_at(monkeypatch)
    assert list(starts_of(rrule, monday)) == []
    assert len(days) < 100 * 366 + 366
    days.clear()
    assert list(starts_of(rrule, monday)) == list(starts_of(rrule, monday, since=datetime(2027, 1, 1))) == []
    assert days == []


def test_a_rule_is_walked_to_the_day_that_is_asked(monkeypatch):
    rrule, first = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", datetime(2024, 2, 29, 9)
    assert next(starts_of(rrule, first)) == first
    days = looked_at(monkeypatch)
    assert list(starts_of(rrule, first, before=datetime(2024, 3, 9))) == [first]
    assert len(days) == 10


def test_the_first_and_the_last_year_of_the_calendar_repeat_too():
    first = datetime(1, 1, 1, 12)
    found = starts_of("FREQ=WEEKLY;WKST=SU;BYDAY=MO", first, since=datetime(1, 1, 7))
    assert next(found) == datetime(1, 1, 8, 12)
    ninth = datetime(1, 1, 9)
    assert list(starts_of("FREQ=DAILY;COUNT=9", datetime(1, 1, 1), since=ninth)) == [ninth]
    assert list(starts_of("FREQ=WEEKLY", datetime(9999, 12, 20))) == [datetime(9999, 12, 20), datetime(9999, 12, 27)]


def test_an_end_takes_the_place_of_the_one_there_was():
    assert ending("FREQ=DAILY;COUNT=5;INTERVAL=2", "20270101") == "FREQ=DAILY;INTERVAL=2;UNTIL=20270101"
