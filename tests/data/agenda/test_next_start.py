"""When an event that repeats begins next: a rule that is begun near an instant agrees with one that is walked to it."""

import re
from datetime import datetime, timedelta
from itertools import dropwhile, islice, takewhile

from dateutil.rrule import rrulestr
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from geodata.editing.recurrence import is_rrule, starts_of
from tests.repetitions import rules

FIRST = datetime(2026, 12, 5, 14)


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(rules(FIRST, endless=True), st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)), st.integers(0, 30_000))
@example("FREQ=DAILY;INTERVAL=3;COUNT=2000", FIRST, 200 * 24)
@example("FREQ=DAILY;COUNT=5", FIRST, 5 * 24)
@example("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=40", datetime(2026, 12, 8, 9), 700)
@example("FREQ=WEEKLY;WKST=WE;BYDAY=MO,TU,SU;BYSETPOS=2,-1", datetime(2026, 12, 7, 9), 900)
@example("FREQ=WEEKLY;INTERVAL=3", FIRST, 5000)
@example("FREQ=MONTHLY;INTERVAL=5", datetime(2026, 12, 31, 9), 20_000)
@example("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7", datetime(1997, 9, 29, 9), 2000)
@example("FREQ=YEARLY;INTERVAL=4", datetime(2024, 2, 29, 9), 30_000)
@example("FREQ=YEARLY;BYMONTH=2,3;INTERVAL=2", datetime(2024, 2, 29, 9), 30_000)
@example("FREQ=YEARLY;BYDAY=SU", datetime(2024, 2, 29, 9), 3000)
@example("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1,53,-1;COUNT=30", datetime(2026, 12, 28, 9), 30_000)
@example("FREQ=YEARLY;BYWEEKNO=20;BYSETPOS=3,-1", datetime(1997, 5, 12, 9), 30_000)
def test_what_is_found_from_an_instant_on_is_what_a_walk_finds(rrule, first, hours):
    assume(is_rrule(rrule))
    since = first.replace(microsecond=0) + timedelta(hours=hours)
    walked = dropwhile(lambda start: start < since, starts_of(rrule, first))
    assert list(islice(starts_of(rrule, first, since=since), 9)) == list(islice(walked, 9))


@settings(max_examples=80, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(rules(FIRST), st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)))
@example("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1,53,-1;WKST=WE;COUNT=30", datetime(2026, 12, 28, 9))
@example("FREQ=YEARLY;BYMONTH=2,3;BYDAY=-1SU,2MO;COUNT=9", datetime(2024, 2, 29, 9))
@example("FREQ=YEARLY;BYMONTH=2;COUNT=3", datetime(2024, 2, 29, 9))
def test_the_days_of_a_rule_are_those_that_dateutil_finds(rrule, first):
    assume(is_rrule(rrule) and "Z" not in rrule)
    first = first.replace(microsecond=0)
    found = list(starts_of(rrule, first))
    # dateutil walks to the year 9999 for a rule that names no day.
    assume(found and ("UNTIL" in rrule or len(found) == int(rrule.partition("COUNT=")[2])))
    said = re.sub(r"UNTIL=(\d{8})$", r"UNTIL=\1T235959", rrule)
    assert found == list(takewhile(lambda start: start <= found[-1], rrulestr(said, dtstart=first)))
