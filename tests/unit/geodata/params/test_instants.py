from datetime import UTC, datetime

import pytest

from geodata.params.instants import parse_datetime
from geodata.problems import BadParameter


def test_a_day_is_the_whole_day():
    interval = parse_datetime("2026-05-08")
    assert interval.start == datetime(2026, 5, 8, tzinfo=UTC)
    assert interval.end == datetime(2026, 5, 8, 23, 59, 59, 999999, tzinfo=UTC)


def test_an_open_end():
    assert parse_datetime("2026-05-08T10:00:00Z/..").end is None
    assert parse_datetime("/2026-05-08T10:00:00+02:00").start is None


@pytest.mark.parametrize(
    "text", ["", "..", "../..", "hier", "2026-02-30", "2026-05-08T10:00:00", "2026-05-09/2026-05-08", "a/b/c"]
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(BadParameter):
        parse_datetime(text)
