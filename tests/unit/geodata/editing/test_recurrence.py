import pytest

from geodata.editing.recurrence import is_rrule


@pytest.mark.parametrize(
    "text",
    ["FREQ=WEEKLY;BYDAY=TH", "FREQ=YEARLY", "FREQ=DAILY;UNTIL=20270101T000000Z", "FREQ=MONTHLY;BYDAY=1SU;COUNT=3"],
)
def test_rule_of_a_calendar_is_read(text):
    assert is_rrule(text)


@pytest.mark.parametrize(
    "text",
    [
        "chaque jeudi", "FREQ=WEEKLY;BYDAY=XX", "FREQ=SECONDLY", "BYDAY=TH", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;X=1", "RRULE:FREQ=DAILY", "FREQ=DAILY;",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "FREQ=DAILY;BYMONTH=",
    ],
)  # fmt: skip
def test_rule_that_no_calendar_reads_is_refused(text):
    assert not is_rrule(text)
