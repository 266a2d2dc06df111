from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from carte.pages import recurrence
from carte.pages.recurrence import in_words, said, times_of


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("", ""),
        ("FREQ=DAILY", "chaque jour"),
        ("FREQ=WEEKLY;BYDAY=TH", "chaque jeudi"),
        ("freq=weekly;byday=sa,su", "chaque samedi et dimanche"),
        ("FREQ=WEEKLY", "chaque semaine"),
        ("FREQ=YEARLY;BYMONTH=5", "chaque année"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "à dates répétées"),
        ("FREQ=HOURLY", "à dates répétées"),
    ],
)
def test_what_a_visitor_needs_of_a_rule(rrule, words):
    assert in_words(rrule) == words


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def days(rrule, now, start="2026-09-20T08:00", end="2027-02-28T18:00"):
    found = times_of(rrule, at(start), at(end) if end else None, at(now))
    return [(each.start.isoformat(timespec="minutes"), each.end.isoformat(timespec="minutes")) for each in found]


def test_the_next_days_are_those_of_the_rule_within_the_period():
    assert days("FREQ=WEEKLY;BYDAY=TH,SU", "2026-11-24T10:00") == [
        ("2026-11-26T08:00", "2026-11-26T18:00"),
        ("2026-11-29T08:00", "2026-11-29T18:00"),
        ("2026-12-03T08:00", "2026-12-03T18:00"),
    ]


def test_the_day_that_holds_now_comes_first_and_leaves_when_its_hour_is_over():
    assert days("FREQ=WEEKLY;BYDAY=TH", "2026-11-26T17:59")[0][0] == "2026-11-26T08:00"
    assert days("FREQ=WEEKLY;BYDAY=TH", "2026-11-26T18:00")[0][0] == "2026-12-03T08:00"


def test_nothing_after_the_end_of_the_period_or_of_the_rule():
    assert len(days("FREQ=WEEKLY;BYDAY=SU", "2027-02-20T10:00")) == 2
    assert days("FREQ=WEEKLY;BYDAY=SU;UNTIL=20261101T000000Z", "2026-11-24T10:00") == []
    assert days("FREQ=DAILY;COUNT=2", "2026-11-24T10:00") == []


def test_the_wall_clock_holds_across_the_change_of_time():
    # Winter time since 25 October: still eight o'clock.
    assert days("FREQ=DAILY", "2026-10-26T07:00")[0][0] == "2026-10-26T08:00"


def test_without_an_end_later_in_the_day_it_holds_until_midnight():
    assert days("FREQ=WEEKLY;BYDAY=SU", "2026-11-24T10:00", end=None)[0] == ("2026-11-29T08:00", "2026-11-30T00:00")
    assert days("FREQ=DAILY", "2026-11-24T10:00", end="2027-02-28T08:00")[0][1] == "2026-11-25T00:00"


def test_a_day_is_said_with_its_hours():
    first = times_of("FREQ=WEEKLY;BYDAY=TH", at("2026-11-26T08:00"), at("2026-12-26T18:30"), at("2026-11-25T10:00"))[0]
    assert said(first).replace("\N{NO-BREAK SPACE}", " ").startswith("jeudi 26 novembre")
    assert said(first).replace("\N{NO-BREAK SPACE}", " ").endswith("de 8 h à 18 h 30")


def test_the_days_of_a_closure_of_thirty_years_are_found_from_today_on(monkeypatch):
    given = ("FREQ=DAILY", at("1997-01-01T08:00"), at("2027-01-01T18:00"), at("2026-11-26T10:00"))
    asked = []
    starts_of = recurrence.starts_of
    monkeypatch.setattr(
        recurrence, "starts_of", lambda *words: (asked.append(start) or start for start in starts_of(*words))
    )
    assert [each.start.day for each in times_of(*given)] == [26, 27, 28]
    assert len(asked) < 6
