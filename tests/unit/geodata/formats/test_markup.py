"""Pieces of XML: what needs escaping is escaped, what XML cannot hold is left out."""

from xml.etree import ElementTree as ET

import pytest

from geodata.formats.markup import element, escaped, quoted, text


@pytest.mark.parametrize(
    "said",
    [
        "https://parcs.example.fr/cabanes/le-heron/",
        "a&b",
        "a<b>c",
        'it\'s "said"',
        "é ü",
        "a\nb\tc",
        "",
        "a?b=1&c=2",
        "'",
        "&amp;",
    ],
)
def test_a_text_comes_back_as_it_was_between_tags_and_in_an_attribute(said):
    root = ET.fromstring(f"<r a={quoted(said)}>{escaped(said)}</r>")
    assert (root.get("a"), root.text or "") == (said, said)


def test_what_xml_cannot_hold_is_left_out():
    assert (escaped("a\x00b\ufffe"), quoted("a\x00b")) == ("ab", '"ab"')


def test_an_empty_text_is_no_element_and_one_of_nothing_that_can_be_written_an_empty_one():
    assert (text("name", ""), text("name", "\x00"), text("name", "a&")) == ("", "<name/>", "<name>a&amp;</name>")
    assert text("year", "2026", {"a": "<"}) == '<year a="&lt;">2026</year>'
    assert element("link", "", {"href": "/a/"}) == '<link href="/a/"/>'
