import pytest

from geodata.params.paging import MAX_LIMIT, make_cursor, parse_cursor, parse_limit
from geodata.problems import BadParameter


def test_limit_above_the_maximum_is_served_at_the_maximum():
    assert parse_limit("1000000000") == MAX_LIMIT


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "dix", "١"])
def test_limit_that_is_no_positive_number_is_refused(text):
    with pytest.raises(BadParameter):
        parse_limit(text)


def test_cursor_comes_back():
    assert parse_cursor(make_cursor("parcs", 42), "parcs") == 42


@pytest.mark.parametrize(
    "text", ["", "abc", "AAAA", make_cursor("cabanes", 42), make_cursor("parcs", 42)[:-2] + "AA", "é"]
)
def test_forged_cursor_is_refused(text):
    with pytest.raises(BadParameter):
        parse_cursor(text, "parcs")
