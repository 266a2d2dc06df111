from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from parcs.opening_hours import Day, Door, at, is_readable, week

PARIS = ZoneInfo("Europe/Paris")
SEASONS = "Apr-Sep 07:00-21:00; Oct-Mar 08:00-18:00"


def test_open_in_the_afternoon_until_closing_time():
    state = at(SEASONS, datetime(2026, 5, 4, 14, tzinfo=PARIS))
    assert (state.door, state.until) == (Door.OPEN, datetime(2026, 5, 4, 21, tzinfo=PARIS))


def test_an_instant_in_utc_is_read_on_the_clock_of_the_park():
    assert at(SEASONS, datetime(2026, 5, 4, 19, 30, tzinfo=ZoneInfo("UTC"))).door is Door.CLOSED


def test_closed_at_night_until_the_morning():
    state = at(SEASONS, datetime(2026, 1, 4, 22, tzinfo=PARIS))
    assert (state.door, state.until) == (Door.CLOSED, datetime(2026, 1, 5, 8, tzinfo=PARIS))


def test_the_first_of_may_is_a_public_holiday_in_france():
    assert at("Mo-Su 09:00-17:00; PH off", datetime(2026, 5, 1, 12, tzinfo=PARIS)).door is Door.CLOSED


def test_day_and_night_has_no_end():
    state = at("24/7", datetime(2026, 5, 4, 3, tzinfo=PARIS))
    assert (state.door, state.until) == (Door.OPEN, None)


def test_no_text_is_not_stated_and_never_closed():
    assert at("", datetime(2026, 5, 4, 14, tzinfo=PARIS)).door is Door.NOT_STATED
    assert week("", datetime(2026, 5, 4, 14, tzinfo=PARIS)) == ()


@pytest.mark.parametrize("text", ["tous les jours", "Mo-Fr 25:00", "<script>"])
def test_what_the_grammar_does_not_know_is_unsure(text):
    assert not is_readable(text)
    assert at(text, datetime(2026, 5, 4, 14, tzinfo=PARIS)).door is Door.UNSURE


def test_the_comment_of_a_rule_is_kept():
    assert at('Mo-Su 09:00-17:00 "selon météo"', datetime(2026, 5, 4, 14, tzinfo=PARIS)).comment == "selon météo"


def test_the_week_has_seven_days_from_today_with_their_spans():
    days = week("Mo-Fr 08:00-12:00,14:00-18:00", datetime(2026, 5, 8, 23, tzinfo=PARIS))
    assert [day.on for day in days] == [date(2026, 5, number) for number in range(8, 15)]
    assert days[0] == Day(date(2026, 5, 8), ((time(8), time(12)), (time(14), time(18))))
    assert days[1].spans == ()


def test_the_day_of_the_clock_change_is_whole():
    assert week("24/7", datetime(2026, 3, 29, 1, tzinfo=PARIS))[0].whole
