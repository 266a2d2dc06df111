import pytest

from geodata.editing.reading import _echoes, _heights, merge_patch


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch(target, patch, result):
    assert merge_patch(target, patch) == result


@pytest.mark.parametrize(
    ("given", "present", "same"),
    [
        ("2026-11-24T10:00:00.123Z", "2026-11-24T10:00:00.123456Z", True),
        ("2026-11-24T11:00:00.123+01:00", "2026-11-24T10:00:00.123456Z", True),
        ("2026-11-24T10:00:01.123Z", "2026-11-24T10:00:00.123456Z", False),
        ("2026-11-24T10:00:00", "2026-11-24T10:00:00.123456Z", False),
        (12.3456789, 12.3456788999, True),
        (12.3, 12.4, False),
        ('["62498"]', ["62498"], True),
        ("62498", ["62498"], False),
        (None, 3, False),
        ([], ["62498"], False),
        ("x", 3, False),
    ],
)
def test_what_desktop_programs_send_back_is_what_they_read(given, present, same):
    assert _echoes(given, present) is same


def test_heights_are_taken_when_every_vertex_has_one():
    assert _heights({"type": "LineString", "coordinates": [[2.8, 50.4, 30], [2.9, 50.4, 31.5]]}) == [30.0, 31.5]
    assert _heights({"type": "LineString", "coordinates": [[2.8, 50.4, 30], [2.9, 50.4]]}) is None
    assert _heights({"type": "Point", "coordinates": [2.8, 50.4, 30]}) is None
