"""A filter is judged whole before anything runs."""

import json
from datetime import UTC, date, datetime

import pytest

from geodata import registry
from geodata.params.cql2.tree import Call, Kind, Property, Value, Values
from geodata.params.filters import parse_filter
from geodata.problems import BadParameter


def read(text, language="cql2-text", **more):
    return parse_filter({"filter": text, "filter-lang": language, **more}, registry.get("cabanes"))


def test_parts_have_the_type_of_the_property_they_meet():
    assert read("year_built = 2021") == Call("=", (Property("year_built", Kind.NUMBER), Value(2021, Kind.NUMBER)))
    assert read("opened_on > '2021-05-19'").args[1] == Value(date(2021, 5, 19), Kind.DATE)
    assert read("'2021-05-19T10:00:00Z' < created_at").args[0] == Value(
        datetime(2021, 5, 19, 10, tzinfo=UTC), Kind.INSTANT
    )
    assert read("park = '0190a0a0-0000-7000-8000-00000000000A'").args[1].kind is Kind.UUID
    assert read("A_CONTAINS(parks_containing, ('0190a0a0-0000-7000-8000-000000000001'))").args[1].element is Kind.UUID
    assert read("A_EQUALS(activities, ())").args[1] == Values((), Kind.TEXT)


def test_an_apostrophe_is_doubled_or_behind_a_backslash():
    assert {read(f"name_fr = '{text}'").args[1].value for text in ("L''étang", r"L\'étang")} == {"L'étang"}
    assert read(r"name_fr LIKE '%\'\%%'").args[1].value == r"%'\%%"
    assert read(r"name_fr = 'a\b\\'").args[1].value == "a\\b\\\\"


def test_a_leap_second_is_the_second_after_it():
    midnight = Value(datetime(2017, 1, 1, tzinfo=UTC), Kind.INSTANT)
    for text in ("'2016-12-31T23:59:60Z'", "TIMESTAMP('2016-12-31T23:59:60Z')"):
        assert read(f"created_at < {text}").args[1] == midnight
    interval = read("T_DURING(INTERVAL(created_at,updated_at), INTERVAL('2016-12-31T23:59:60Z','..'))").args[1]
    assert interval.start == midnight
    with pytest.raises(BadParameter):
        read("created_at < TIMESTAMP('2016-12-30T23:59:60Z')")


def test_day_against_an_instant_is_its_midnight():
    assert read("created_at > DATE('2021-05-19')").args[1] == Call(
        "instant", (Value(date(2021, 5, 19), Kind.DATE),), Kind.INSTANT
    )


def test_folding_twice_is_folding_once():
    assert read("CASEI(CASEI(CASEI(name_fr))) = 'x'").args[0] == Call(
        "casei", (Property("name_fr", Kind.TEXT),), Kind.TEXT
    )


@pytest.mark.parametrize(
    "text",
    [
        "absent = 1", "authors IS NULL", "geom_l93 IS NULL", "deleted_at IS NULL", "created_by = 1", "name_fr = 1", "year_built = 'x'",
        "lit > true", "lit = 1", "name_fr + 1 = 2", "geom = 1", "geom IS NULL AND name_fr", "1", "'x'", "name_fr", "DATE('2021-05-19')",
        "opened_on = 'hier'", "opened_on = DATE('2021-02-30')", "created_at = TIMESTAMP('2021-05-19T10:00:00')", "park = 'x'",
        "name_fr LIKE year_built", "name_fr LIKE name_en", "year_built LIKE 'x'", r"name_fr LIKE 'x\'", "name_fr BETWEEN 1 AND 2",
        "lit BETWEEN true AND false", "year_built IN ('x')", "activities = 'read'", "activities IN ('read')", "A_CONTAINS(name_fr, ('x'))",
        "A_CONTAINS(activities, (1))", "A_CONTAINS(activities, parks_containing)", "A_CONTAINS(activities, ('read', 1))",
        "A_CONTAINS(activities)", "S_INTERSECTS(name_fr, geom)", "S_INTERSECTS(geom)", "S_INTERSECTS(geom, 'POINT(1 2)')",
        "S_DWITHIN(geom, geom)", "upper(name_fr) = 'X'", "pg_sleep(10) = 1", "T_AFTER(name_fr, opened_on)", "T_DURING(opened_on, opened_on)",
        "T_AFTER(opened_on, INTERVAL('2021-05-19', '2020-01-01'))", "T_AFTER(opened_on, INTERVAL('2021-05-19'))", "CASEI(1) = 'x'",
        "CASEI(name_fr, name_en) = 'x'", "name_fr = 'a\x00b'", "1e999 = year_built", "S_WITHIN(geom, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))",
        "S_WITHIN(geom, POINT(1e9 2))", "S_WITHIN(geom, POINT(1 91))", "S_WITHIN(geom, POINT(1))", "S_WITHIN(geom, LINESTRING(1 2))",
        "S_WITHIN(geom, BBOX(1, 2, 3))", "S_WITHIN(geom, BBOX(1, 5, 3, 4))", "S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(3 3, 4 4)))",
        "S_WITHIN(geom, POLYGON((2 50, 3 50, 3 51, 2 51)))", "S_WITHIN(geom, POLYGON((2 50, 3 50, 2 50)))",
        "S_WITHIN(geom, MULTIPOLYGON(((2 50, 3 50, 3 51, 2 50)), ((2 50, 3 50, 3 51, 2 51))))",
        "INTERVAL('..', '..') IS NULL", "('a', 'b') IS NULL", "name_fr = ('a', 'b')", "foo(name_fr)",
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(text):
    with pytest.raises(BadParameter) as caught:
        read(text)
    assert caught.value.parameter == "filter"
    assert str(caught.value.detail)


@pytest.mark.parametrize(
    "text",
    ["", "x", "null", "[]", "{}", "1", '"x"', '{"op": "="}', '{"op": "=", "args": 1}', '{"op": 1, "args": []}', '{"op": "and", "args": [true]}',
     '{"op": "=", "args": [null, null]}', '{"op": "=", "args": [{"property": 1}, 1]}', '{"op": "=", "args": [{"property": ["x"]}, 1]}',
     '{"op": "isNull", "args": [{"date": 5}]}', '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Point"}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Point", "coordinates": [NaN, 1]}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Polygon", "coordinates": [[0, 0], [1, 1]]}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Point", "coordinates": [true, 1]}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Point", "coordinates": {"a": 1}}]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"bbox": [1, "x", 2, 3]}]}', '{"op": "=", "args": [{"property": "year_built"}, Infinity]}',
     '{"op": "=", "args": [{"property": "year_built"}, 1' + "0" * 400 + "]}", '{"op": "=", "args": [{"property": "name_fr"}, "\\ud800"]}',
     '{"op": "s_within", "args": [{"property": "geom"}, {"type": "Polygon", "coordinates": [[[2, 50], [3, 50], [3, 51], [2, 51]]]}]}',
     '{"op": "=", "op": "<>", "args": [{"property": "year_built"}, 1]}', '{"op": "=", "args": [{"property": "lit", "property": "sheltered"}, true]}',
     '{"op": "in", "args": [{"property": "name_fr"}, "x"]}', '{"op": "in", "args": [{"property": "name_fr"}, []]}', "[" * 50_000,
     '{"op":"not","args":[' * 70 + "true" + "]}" * 70],
)  # fmt: skip
def test_json_that_does_not_fit_is_refused(text):
    with pytest.raises(BadParameter) as caught:
        read(text, "cql2-json")
    assert caught.value.parameter == "filter"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"filter-lang": "ecql"}, "filter-lang"),
        ({"filter-crs": "EPSG:4326"}, "filter-crs"),
        ({"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/27572"}, "filter-crs"),
    ],
)
def test_language_and_reference_system_are_judged_too(given, parameter):
    for more in ({}, {"filter": "true"}):
        with pytest.raises(BadParameter) as caught:
            parse_filter(given | more, registry.get("cabanes"))
        assert caught.value.parameter == parameter


def test_size_is_bounded():
    ring = ", ".join(f"{index / 10_000} 0" for index in range(6_000))
    many = " AND ".join(["S_WITHIN(geom, LINESTRING(" + ", ".join(["0 0", "1 1"] * 600) + "))"] * 6)
    long = json.dumps({"op": "in", "args": [{"property": "year_built"}, list(range(2_500))]})
    for text, language in (
        (f"S_WITHIN(geom, LINESTRING({ring}))", "cql2-text"),
        (many, "cql2-text"),
        (long, "cql2-json"),
        (f"name_fr = '{'x' * 6_000}'", "cql2-text"),
        ("x" * 10_000_000, "cql2-text"),
    ):
        with pytest.raises(BadParameter):
            read(text, language)


def test_deepest_filter_that_is_read_does_not_break_the_stack():
    assert read("(" * 38 + "true" + ")" * 38) == Value(True, Kind.BOOLEAN)
    tree = read("NOT (" * 19 + "lit" + ")" * 19)
    assert tree.name == "not"
    assert read('{"op":"not","args":[' * 55 + "true" + "]}" * 55, "cql2-json").name == "not"


def test_no_filter_is_no_condition():
    assert parse_filter({}, registry.get("cabanes")) is None
    assert parse_filter({"filter-lang": "cql2-json"}, registry.get("cabanes")) is None
