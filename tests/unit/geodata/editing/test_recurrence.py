from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil import rrule as dateutil

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
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=-31", "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=-3",
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
    periods = []
    rebuilt = dateutil._iterinfo.rebuild
    monkeypatch.setattr(dateutil._iterinfo, "rebuild", lambda *given: (periods.append(given), rebuilt(*given)))
    assert next(starts_of(rrule, FIRST, since=since)) >= since
    assert len(periods) < 9


def test_an_end_takes_the_place_of_the_one_there_was():
    assert ending("FREQ=DAILY;COUNT=5;INTERVAL=2", "20270101") == "FREQ=DAILY;INTERVAL=2;UNTIL=20270101"
