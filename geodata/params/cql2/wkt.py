"""The words of a CQL2 text, and the shapes in it: WKT and boxes → GeoJSON."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from geodata.params.cql2 import refusal
from geodata.problems import BadParameter

WORD = r"""\s*(?:
    (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<text>TEXT)
    |(?P<quoted>"[^"]+")
    |(?P<name>(?:[^\W\d]|:)[\w.:]*)
    |(?P<sign><=|>=|<>|[=<>()\[\],+\-*/%^])
    |(?P<end>\Z)
    )"""
PLAIN = re.compile(WORD.replace("TEXT", r"'(?:[^']|'')*'"), re.VERBOSE)
# An apostrophe in a text (escapeQuote) may have a backslash before it too, which is any other sign at the end of a text.
ESCAPED = re.compile(WORD.replace("TEXT", r"'(?:[^'\\]|''|\\'|\\)*'"), re.VERBOSE)
QUOTES = {PLAIN: re.compile("''"), ESCAPED: re.compile(r"''|\\'")}
# The name in WKT → the name in GeoJSON, and how many lists are around a position.
SHAPES = {
    "POINT": ("Point", 0),
    "LINESTRING": ("LineString", 1),
    "POLYGON": ("Polygon", 2),
    "MULTIPOINT": ("MultiPoint", 1),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
    "GEOMETRYCOLLECTION": ("GeometryCollection", 0),
}
MAX_DIGITS = 400
# Enough for the most vertices that a geometry may have.
MAX_WORDS = 30_000
NEAR = 20
MAX_COLLECTIONS = 8


class Words:
    """The words of a text one after the other, as a pattern has them: `kind` and `value` of the present one."""

    def __init__(self, text: str, pattern: re.Pattern[str] = PLAIN) -> None:
        self.text, self.pattern = text, pattern
        self.place = 0
        self.kind = ""
        self.value: Any = None
        self._end = self._count = 0
        self._read()

    def _read(self) -> None:
        self._count += 1
        if self._count > MAX_WORDS:
            raise refusal(_("Le filtre est trop long ou trop imbriqué."))
        match = self.pattern.match(self.text, self._end)
        if match is None:
            self.place = self._end
            raise self.unreadable()
        self.kind = str(match.lastgroup)
        self.place, self._end = match.span(self.kind)
        self.value = self._valued(match[self.kind])

    def _valued(self, word: str) -> Any:
        if self.kind == "number":
            if len(word) > MAX_DIGITS:
                raise self.unreadable()
            return int(word) if word.isdigit() else float(word)
        if self.kind == "text":
            return QUOTES[self.pattern].sub("'", word[1:-1])
        return word[1:-1] if self.kind == "quoted" else word

    def next(self) -> Any:
        """The present word; the following one becomes present."""
        value = self.value
        self._read()
        return value

    def take(self, sign: str) -> bool:
        """Whether this sign was there; it is passed."""
        found = self.kind == "sign" and self.value == sign
        if found:
            self._read()
        return found

    def take_word(self, name: str) -> bool:
        """Whether this keyword was there, in any case; it is passed."""
        found = self.kind == "name" and self.value.upper() == name
        if found:
            self._read()
        return found

    def expect(self, sign: str) -> None:
        """Pass this sign. Raises BadParameter."""
        if not self.take(sign):
            raise self.unreadable()

    def expect_word(self, name: str) -> None:
        """Pass this keyword. Raises BadParameter."""
        if not self.take_word(name):
            raise self.unreadable()

    def unreadable(self) -> BadParameter:
        """The problem that the text cannot be read from here on."""
        near = self.text[self.place : self.place + NEAR].strip()
        if not near:
            return refusal(_("Le filtre s’arrête trop tôt."))
        told = {"place": self.place + 1, "near": near}
        return refusal(_("Le filtre ne se lit plus au caractère %(place)d, à « %(near)s ».") % told)


def read_box(words: Words) -> dict[str, Any]:
    """The numbers of `BBOX(…`, after the parenthesis."""
    numbers = [_number(words)]
    while words.take(","):
        numbers.append(_number(words))
    words.expect(")")
    return {"bbox": numbers}


def read_shape(words: Words, name: str, depth: int) -> dict[str, Any]:
    """The shape that follows its name in WKT, as GeoJSON."""
    words.take_word("Z")
    words.expect("(")
    kind, lists = SHAPES[name]
    if kind != "GeometryCollection":
        return {"type": kind, "coordinates": _positions(words, lists, loose=kind == "MultiPoint")}
    if depth > MAX_COLLECTIONS:
        raise words.unreadable()
    members = []
    while True:
        inner = words.next().upper() if words.kind == "name" else ""
        if inner not in SHAPES:
            raise words.unreadable()
        members.append(read_shape(words, inner, depth + 1))
        if not words.take(","):
            break
    words.expect(")")
    return {"type": kind, "geometries": members}


def _positions(words: Words, lists: int, *, loose: bool) -> Any:
    """What follows a parenthesis; `loose` lets a point of a multipoint have its own."""
    if lists == 0:
        found: Any = _position(words)
    else:
        found = [_item(words, lists, loose=loose)]
        while words.take(","):
            found.append(_item(words, lists, loose=loose))
    words.expect(")")
    return found


def _item(words: Words, lists: int, *, loose: bool) -> Any:
    if lists > 1:
        words.expect("(")
        return _positions(words, lists - 1, loose=False)
    if loose and words.take("("):
        found = _position(words)
        words.expect(")")
        return found
    return _position(words)


def _position(words: Words) -> list[float]:
    found = [_number(words)]
    while words.kind == "number" or words.value in ("+", "-"):
        found.append(_number(words))
    return found


def _number(words: Words) -> Any:
    negative = words.take("-")
    if not negative:
        words.take("+")
    if words.kind != "number":
        raise words.unreadable()
    value = words.next()
    return -value if negative else value
