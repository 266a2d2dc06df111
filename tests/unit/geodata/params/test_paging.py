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
    assert parse_cursor(make_cursor("parcs", 42), "parcs") == (42, ())


def test_cursor_of_an_order_carries_the_values_of_its_keys():
    values = ("Étang « d’Or »", None, "2020")
    cursor = make_cursor("parcs", 42, "name_fr,-year_built", values)
    assert parse_cursor(cursor, "parcs", "name_fr,-year_built") == (42, values)
    for other in ("", "name_fr", "name_fr,year_built"):
        with pytest.raises(BadParameter):
            parse_cursor(cursor, "parcs", other)


def test_cursor_is_read_only_as_it_was_written():
    cursor = make_cursor("parcs", 42)
    for written in (f"{cursor}=", f" {cursor}", f"{cursor[:4]}!{cursor[4:]}", f"{cursor}\n"):
        with pytest.raises(BadParameter):
            parse_cursor(written, "parcs")


@pytest.mark.parametrize(
    "text", ["", "abc", "AAAA", make_cursor("cabanes", 42), make_cursor("parcs", 42)[:-2] + "AA", "é"]
)
def test_forged_cursor_is_refused(text):
    with pytest.raises(BadParameter):
        parse_cursor(text, "parcs")
