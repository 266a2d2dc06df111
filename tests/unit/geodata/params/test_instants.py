from datetime import UTC, datetime

import pytest

from geodata.params.instants import parse_as_of, parse_datetime, read_instant
from geodata.problems import BadParameter


def test_a_day_is_the_whole_day():
    interval = parse_datetime("2026-05-08")
    assert interval.start == datetime(2026, 5, 8, tzinfo=UTC)
    assert interval.end == datetime(2026, 5, 8, 23, 59, 59, 999999, tzinfo=UTC)


def test_an_open_end():
    assert parse_datetime("2026-05-08T10:00:00Z/..").end is None
    assert parse_datetime("/2026-05-08T10:00:00+02:00").start is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01t00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T00:00:00.25+16:22", datetime(2016, 12, 30, 7, 38, 0, 250_000, tzinfo=UTC)),
        ("1990-06-30T15:59:60.5-08:00", datetime(1990, 7, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_an_instant_is_in_utc_and_a_leap_second_is_the_second_after_it(text, wanted):
    assert read_instant(text).isoformat() == wanted.isoformat()
    assert (parse_datetime(text).start, parse_as_of(text)) == (wanted, wanted)


def test_what_lies_beyond_the_calendar_is_its_first_or_last_instant():
    assert read_instant("0001-01-01T00:00:00+14:00").isoformat() == "0001-01-01T00:00:00+00:00"
    assert read_instant("9999-12-31T23:59:59-12:00").isoformat() == "9999-12-31T23:59:59+00:00"


@pytest.mark.parametrize(
    "text",
    ["2016-12-31T23:59:60+01:00", "2016-12-31T22:59:60Z", "2016-11-30T23:59:60Z", "2016-12-31T23:59:61Z", "9999-12-31T23:59:60Z",
     "0001-01-01T00:59:60+02:00", "２016-12-31T23:59:59Z", "2016-12-31T23:59:59", "2016-12-31"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_instant(text)


@pytest.mark.parametrize(
    "text", ["", "..", "../..", "hier", "2026-02-30", "2026-05-08T10:00:00", "2026-05-09/2026-05-08", "a/b/c"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(BadParameter):
        parse_datetime(text)
