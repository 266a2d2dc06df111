"""Calendars hold what happens: the occurrences that a calendar program makes of an entry are those that are meant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carte.told.happenings import closure, event
from geodata.formats.ical import pieces
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
START, END = datetime(2026, 12, 7, 8, tzinfo=PARIS), datetime(2027, 2, 28, 18, tzinfo=PARIS)


def entry(happening):
    (found,) = icalendar.Calendar.from_ical(b"".join(pieces([happening], "x", None))).walk("VEVENT")
    return found


def occurrences(found):
    """The starts that dateutil makes of an entry; a rule whose UNTIL is of another type than its start is refused."""
    start, rule = found.start, found["RRULE"].to_ical().decode()
    is_instant = isinstance(start, datetime)
    assert all(isinstance(each, datetime) is is_instant for each in found["RRULE"].get("UNTIL", []))
    if not is_instant:
        return [each.date() for each in rrulestr(rule, dtstart=datetime.combine(start, time()))]
    return [each.astimezone(PARIS) for each in rrulestr(rule, dtstart=start)]


@pytest.mark.parametrize("all_day", [True, False])
@pytest.mark.parametrize("until", ["20270101", "20270101T235959", "20270101T200000Z"])
def test_the_end_of_a_rule_has_the_type_of_the_start(all_day, until):
    rrule = f"FREQ=DAILY;UNTIL={until}"
    made = evenement(starts_at=START, ends_at=START + timedelta(hours=2), all_day=all_day, rrule=rrule)
    found = occurrences(entry(event(made, "http://x/")))
    days = [START.date() + timedelta(days=n) for n in range(26)]
    assert found == (days if all_day else [datetime.combine(day, time(8), PARIS) for day in days])


def test_a_rule_that_nobody_can_read_is_not_told():
    made = evenement(starts_at=START, ends_at=END, rrule="FREQ=YEARLY;BYMONTH=13")
    assert "RRULE" not in entry(event(made, "http://x/"))


@pytest.mark.parametrize("end", ["", ";COUNT=500", ";UNTIL=20280101", ";UNTIL=20280101T000000Z"])
def test_a_closure_begins_on_its_first_day_and_ends_with_its_period(end):
    made = fermeture(starts_at=START, ends_at=END, rrule=f"FREQ=WEEKLY;BYDAY=SU{end}")
    found = entry(closure(made, "http://x/"))
    assert (found.start, found.end) == (
        datetime(2026, 12, 13, 8, tzinfo=PARIS),
        datetime(2026, 12, 13, 18, tzinfo=PARIS),
    )
    sundays = [datetime(2026, 12, 13, 8, tzinfo=PARIS) + timedelta(weeks=n) for n in range(12)]
    assert occurrences(found) == sundays


def test_a_closure_without_any_day_is_no_entry():
    assert closure(fermeture(starts_at=START, ends_at=END, rrule="FREQ=YEARLY;BYMONTH=6"), "http://x/") is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TH,SU", "FREQ=MONTHLY;BYDAY=1SU", "FREQ=MONTHLY;BYMONTHDAY=-1,15",
         "FREQ=YEARLY;BYDAY=20MO", "FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=-1", "FREQ=WEEKLY;BYDAY=MO,SU;WKST=SU"]
    ),
    st.integers(1, 4),
    st.sampled_from(["", ";COUNT=1", ";COUNT=7", ";UNTIL=20270401", ";UNTIL=20270328T060000Z"]),
    st.dates(date(2026, 10, 1), date(2027, 4, 1)),
    st.integers(1, 300),
)  # fmt: skip
def test_days_of_a_closure_are_those_of_its_rule_within_its_period(rule, interval, end, day, lasts):
    start = datetime.combine(day, time(8), PARIS)
    ends = datetime.combine(day + timedelta(days=lasts), time(7), PARIS)
    rrule = f"{rule};INTERVAL={interval}"
    made = fermeture(starts_at=start, ends_at=ends, rrule=rrule + end)
    named = rrulestr(rrule + (end if "COUNT" in end else ""), dtstart=start.replace(tzinfo=None))
    until = {";UNTIL=20270401": datetime(2027, 4, 1, 23, 59), ";UNTIL=20270328T060000Z": datetime(2027, 3, 28, 8)}.get(
        end
    )
    last = min(each for each in (ends.replace(tzinfo=None), until) if each)
    meant = [each.replace(tzinfo=PARIS) for each in named.between(start.replace(tzinfo=None), last, inc=True)]
    told = closure(made, "http://x/")
    assert (occurrences(entry(told)) if told else []) == meant
    if told:
        assert told.rrule.endswith(f"UNTIL={meant[-1].astimezone(UTC):%Y%m%dT%H%M%SZ}")
