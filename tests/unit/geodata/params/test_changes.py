from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from geodata.params.changes import BEGINNING, Anchor, make_since, parse_changes, parse_since, wait_s
from geodata.problems import BadParameter

ANCHOR = Anchor(42, datetime(2026, 11, 24, 12, 0, 0, 123456, UTC))


def test_cursor_comes_back_to_the_microsecond():
    assert parse_since(make_since(ANCHOR)) == ANCHOR
    assert parse_since(make_since(BEGINNING)) == BEGINNING


@pytest.mark.parametrize(
    "text", ["", "0", "42", "é", "AAAA", "a b", make_since(ANCHOR)[:-1] + "_", "=" * 40, "\x00", "A" * 10_000]
)
def test_forged_cursor_is_refused_by_name(text):
    with pytest.raises(BadParameter) as refused:
        parse_since(text)
    assert refused.value.parameter == "since"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("since=1", "since"),
        ("limit=0", "limit"),
        ("collection=rien", "collection"),
        ("collection=", "collection"),
        ("skipGeometry=1", "skipGeometry"),
        ("skipFeature=oui", "skipFeature"),
        ("truc=1", "truc"),
        ("limit=1&limit=2", "limit"),
    ],
)
def test_what_cannot_be_read_is_named(query, named):
    with pytest.raises(BadParameter) as refused:
        parse_changes(QueryDict(query))
    assert refused.value.parameter == named


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=30", 30),
        ("respond-async, wait=10", 10),
        ("WAIT = 5", 5),
        ("wait=600", 30),
        ("", 0),
        ("wait", 0),
        ("wait=-1", 0),
        ("await=10", 0),
        ("wait=x", 0),
    ],
)
def test_prefer_wait(header, seconds):
    assert wait_s(header) == seconds
