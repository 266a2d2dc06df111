"""When the last time of an event ends, which `datetime` compares: the database agrees with the rule as it is read."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from geodata.editing.recurrence import HORIZON_YEARS, is_rrule, starts_of
from tests.repetitions import rules

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
FIRST = datetime(2026, 12, 5, 14)
LASTS = timedelta(hours=4)
LONG_AFTER = timedelta(days=(HORIZON_YEARS - 2) * 365)


def last_end(rrule, first=FIRST, last=None, *, all_day=False):
    ends = last or first + LASTS
    with connection.cursor() as cursor:
        values = [rrule, first.replace(tzinfo=PARIS), ends.replace(tzinfo=PARIS), all_day]
        cursor.execute("SELECT agenda_last_end(%s, %s, %s, %s)", values)
        (found,) = cursor.fetchone()
    return found and found.astimezone(PARIS).replace(tzinfo=None)


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(rules(FIRST), st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)))
@example("FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4;BYDAY=TU,SU", datetime(1997, 8, 5, 9))
@example("FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3;COUNT=3", datetime(1997, 9, 4, 9))
@example("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7", datetime(1997, 9, 29, 9))
@example("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3", datetime(1996, 11, 5, 9))
@example("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", datetime(1997, 5, 12, 9))
@example("FREQ=YEARLY;BYWEEKNO=-1,53;COUNT=30", datetime(2026, 12, 28, 9))
def test_it_is_that_of_the_last_time_that_the_rule_names(rrule, first):
    assume(is_rrule(rrule))
    first = first.replace(microsecond=0)
    found = list(starts_of(rrule, first))
    assume(not found or found[-1] < first + LONG_AFTER)
    count = rrule.partition("COUNT=")[2].partition(";")[0]
    assume(not found or not count or len(found) == int(count))
    assert last_end(rrule, first) == max([first, *found]) + LASTS


@pytest.mark.parametrize(
    ("rrule", "day"),
    [
        ("", "2026-12-05"),
        ("FREQ=MONTHLY;COUNT=3", "2027-02-05"),
        ("FREQ=DAILY;UNTIL=20261231", "2026-12-31"),
        ("FREQ=DAILY;UNTIL=20261231T125959Z", "2026-12-30"),
        ("FREQ=DAILY;UNTIL=20261231T130000Z", "2026-12-31"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "2026-12-05"),
        ("FREQ=DAILY;UNTIL=20261399", "2026-12-05"),
        ("FREQ=DAILY;COUNT=99999999999", "2026-12-05"),
    ],
)
def test_it_ends_at_the_hour_of_the_first_time(rrule, day):
    assert last_end(rrule) == datetime.fromisoformat(day) + timedelta(hours=18)


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=WEEKLY",
        "FREQ=MONTHLY;BYDAY=1SU",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=YEARLY;COUNT=999",
        "FREQ=YEARLY;INTERVAL=99;COUNT=9",
    ],
)
def test_without_an_end_or_with_one_that_nobody_lives_to_see_it_is_unknown(rrule):
    assert last_end(rrule) is None


def test_hours_that_nobody_knows_count_for_nothing():
    first, last = datetime(2026, 12, 5, 12), datetime(2026, 12, 6, 12)
    assert last_end("FREQ=WEEKLY;UNTIL=20261219T000000", first, last, all_day=True) == datetime(2026, 12, 20, 12)
    assert last_end("FREQ=WEEKLY;UNTIL=20261219T000000", first, last) == datetime(2026, 12, 13, 12)


def test_the_wall_clock_holds_across_the_change_of_time():
    assert last_end("FREQ=WEEKLY;COUNT=30") == datetime(2026, 12, 5, 18) + timedelta(weeks=29)
