"""CQL2 text becomes the CQL2 JSON that its standard gives, in a time that does not grow faster than the text."""

import json
import time
from contextlib import suppress

import cql2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.params.cql2.text import read_text
from geodata.problems import BadParameter

A, B = {"property": "a"}, {"property": "b"}


def op(name, *args):
    return {"op": name, "args": list(args)}


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a = 1", op("=", A, 1)),
        ("a<>'x'", op("<>", A, "x")),
        ("a = 'l''eau'", op("=", A, "l'eau")),
        ('"a" >= -1.5e2', op(">=", A, -150.0)),
        ("NOT a = 1 AND b > 2 OR a < 3", op("or", op("and", op("not", op("=", A, 1)), op(">", B, 2)), op("<", A, 3))),
        ("a = 1 and (b = 2 or b = 3)", op("and", op("=", A, 1), op("or", op("=", B, 2), op("=", B, 3)))),
        ("a NOT LIKE 'x%'", op("not", op("like", A, "x%"))),
        ("a BETWEEN 1 AND 5 AND b = 2", op("and", op("between", A, 1, 5), op("=", B, 2))),
        ("a IN ('x', 'y')", op("in", A, ["x", "y"])),
        (r"a IN ('x\', 'y')", op("in", A, ["x\\", "y"])),
        (r"a = 'l\'eau'", op("=", A, "l'eau")),
        ("a NOT IN (1)", op("not", op("in", A, [1]))),
        ("a IS NOT NULL", op("not", op("isNull", A))),
        ("CASEI(a) = accenti('É')", op("=", op("casei", A), op("accenti", "É"))),
        ("a + 2 * b - 4 / 2 > 0", op(">", op("-", op("+", A, op("*", 2, B)), op("/", 4, 2)), 0)),
        ("a DIV 2 = b % 2", op("=", op("div", A, 2), op("%", B, 2))),
        ("-a ^ 2 = 4", op("=", op("^", op("*", -1, A), 2), 4)),
        ("a = DATE('2026-05-08')", op("=", A, {"date": "2026-05-08"})),
        ("a < TIMESTAMP('2026-05-08T10:00:00Z')", op("<", A, {"timestamp": "2026-05-08T10:00:00Z"})),
        ("T_DURING(INTERVAL(a, b), INTERVAL('2026-01-01', '..'))",
         op("t_during", {"interval": [A, B]}, {"interval": ["2026-01-01", ".."]})),
        ("t_finishedby(INTERVAL(a,'..'), INTERVAL(b,'..'))",
         op("t_finishedBy", {"interval": [A, ".."]}, {"interval": [B, ".."]})),
        ("A_CONTAINS(a, ('x', 'y'))", op("a_contains", A, ["x", "y"])),
        ("A_CONTAINEDBY(a, ('x'))", op("a_containedBy", A, ["x"])),
        ("A_EQUALS(a, [])", op("a_equals", A, [])),
        ("S_INTERSECTS(a, POINT(2.8 50.4))", op("s_intersects", A, {"type": "Point", "coordinates": [2.8, 50.4]})),
        ("S_INTERSECTS(a, BBOX(2, 50, 3, 51))", op("s_intersects", A, {"bbox": [2, 50, 3, 51]})),
        ("S_WITHIN(a, POLYGON((0 0, 1 0, 1 1, 0 0), (.2 .1, .3 .1, .3 .2, .2 .1)))",
         op("s_within", A, {"type": "Polygon", "coordinates": [
             [[0, 0], [1, 0], [1, 1], [0, 0]], [[0.2, 0.1], [0.3, 0.1], [0.3, 0.2], [0.2, 0.1]]]})),
        ("S_CROSSES(a, MULTILINESTRING((0 0, 1 1), (2 2, -3 3)))",
         op("s_crosses", A, {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [-3, 3]]]})),
        ("S_EQUALS(a, MULTIPOINT((1 2), 3 4))",
         op("s_equals", A, {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]})),
        ("S_TOUCHES(a, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0))))",
         op("s_touches", A, {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]})),
        ("S_DISJOINT(a, GEOMETRYCOLLECTION(POINT Z(1 2 3), LINESTRING(0 0, 1 1)))",
         op("s_disjoint", A, {"type": "GeometryCollection", "geometries": [
             {"type": "Point", "coordinates": [1, 2, 3]}, {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}]})),
        ("eau:nom.fr = 1", op("=", {"property": "eau:nom.fr"}, 1)),
        ("point = 1", op("=", {"property": "point"}, 1)),
        ("true", True),
    ],
)  # fmt: skip
def test_text_becomes_json(text, document):
    assert read_text(text) == document


@pytest.mark.parametrize(
    "text",
    ["", " ", "a =", "= 1", "a == 1", "a = b = 1", "a AND", "NOT", "a LIKE", "a IN ()x", "a IN 1", "a BETWEEN 1", "a IS 1",
     "(a = 1", "a = 1)", "'x", "a = 'x", 'a = "', "a = 1; drop", "a NOT = 1", "f(", "f(a,)", "POINT(1)x", "S_WITHIN(a, POLYGON(1 2))",
     "BBOX(a)", "a = 1e", "a = \x00", "2 ^ 3 ^ 2 = a", "a = NULL", "AND = 1", "(((((((((((((((((((((((((((((((((((((((((((((a = 1"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(text):
    with pytest.raises(BadParameter) as caught:
        read_text(text)
    assert caught.value.parameter == "filter"
    assert str(caught.value.detail)


@pytest.mark.parametrize(
    "text", ["(" * 99_000, "NOT " * 25_000, "a = " + "-" * 99_000 + "1", "casei(" * 16_000, "a=1 or " * 14_000, "'" * 99_999,
             "((a=1 and " * 9_000, "POLYGON((" * 9_000, "1+" * 49_000 + "1 = 1", "a in (" * 15_000, "1" * 99_000]
)  # fmt: skip
def test_no_text_takes_long(text):
    """A library that reads `(((((((((((((((((((((((((` for minutes was tried first (decision 0090)."""
    started = time.perf_counter()
    with suppress(BadParameter):
        read_text(text)
    assert time.perf_counter() - started < 2


# Filters that any reader of CQL2 must understand alike.
names = st.sampled_from(["a", "b", "nom_fr"])
numbers = st.one_of(st.integers(0, 999).map(str), st.decimals(0, 99, places=2).map(str))
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8).map(
    lambda text: "'" + text.replace("'", "''") + "'"
)
sums = st.recursive(
    st.one_of(names, numbers),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", " - ", " * ", "/", " % ", " DIV "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=5,
)
comparisons = st.one_of(
    st.tuples(sums, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), sums).map(" ".join),
    st.tuples(names, st.sampled_from(["LIKE", "not like"]), texts).map(" ".join),
    st.tuples(sums, sums, sums).map(lambda each: f"{each[0]} BETWEEN {each[1]} AND {each[2]}"),
    st.tuples(names, st.lists(st.one_of(numbers, texts), min_size=1, max_size=4)).map(
        lambda each: f"{each[0]} IN ({', '.join(each[1])})"
    ),
    st.tuples(names, st.sampled_from(["IS NULL", "is not null"])).map(" ".join),
    st.tuples(st.sampled_from(["CASEI", "accenti"]), names, texts).map(lambda e: f"{e[0]}({e[1]}) = {e[0]}({e[2]})"),
    st.sampled_from(
        [
            "S_INTERSECTS(geom, POINT(1 2))",
            "S_WITHIN(geom, POLYGON((0 0, 1 0, 1 1, 0 0)))",
            "S_DISJOINT(geom, BBOX(1, 2, 3, 4))",
            "T_AFTER(a, DATE('2026-05-08'))",
            "T_DURING(INTERVAL(a, b), INTERVAL('2026-01-01', '..'))",
            "A_CONTAINS(a, ('x', 'y'))",
        ]
    ),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " or "]), inner).map("".join),
        inner.map(lambda text: f"NOT ({text})"),
        inner.map(lambda text: f"({text})"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(conditions)
def test_we_read_what_the_cql2_library_reads(text):
    assert _plain(read_text(text)) == _plain(cql2.parse_text(text).to_json())


def _plain(document):
    """Numbers as numbers, and chains of AND or OR in one list however they were grouped."""
    if isinstance(document, list):
        return [_plain(each) for each in document]
    if isinstance(document, bool) or not isinstance(document, dict | int | float):
        return document
    if isinstance(document, int | float):
        return float(document)
    found = {key: _plain(value) for key, value in document.items()}
    if found.get("op") in ("and", "or"):
        flat = []
        for each in found["args"]:
            same = isinstance(each, dict) and each.get("op") == found["op"]
            flat += each["args"] if same else [each]
        found["args"] = flat
    return json.loads(json.dumps(found))
