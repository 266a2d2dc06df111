"""CQL2 text → CQL2 JSON (OGC 21-065r2, Annex B): one pass over the words, bounded in depth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from geodata.params.cql2 import refusal
from geodata.params.cql2.wkt import ESCAPED, SHAPES, Words, read_box, read_shape
from geodata.problems import BadParameter

MAX_DEPTH = 40
COMPARED = ("=", "<>", "<", ">", "<=", ">=")
INSTANTS = {"DATE": "date", "TIMESTAMP": "timestamp"}
BOXES = ("BBOX", "ENVELOPE")
BOOLEANS = {"TRUE": True, "FALSE": False}
RESERVED = ("AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "DIV")
# Names that CQL2 JSON writes with a capital.
CAPITALS = {"a_containedby": "a_containedBy", "t_finishedby": "t_finishedBy", "t_metby": "t_metBy"}
CAPITALS |= {"t_overlappedby": "t_overlappedBy", "t_startedby": "t_startedBy"}


def read_text(text: str, *, is_sql: bool = False) -> Any:
    """The CQL2 JSON of a filter in CQL2 text, `is_sql`: with ILIKE. Raises BadParameter with the place that cannot be read.

    The grammar has a backslash before an apostrophe as an escape, and as the last sign of a text: it is the latter where that can be read.
    """
    try:
        return _read(Words(text), is_sql=is_sql)
    except BadParameter:
        if "\\'" not in text:
            raise
    return _read(Words(text, ESCAPED), is_sql=is_sql)


def _read(words: Words, *, is_sql: bool) -> Any:
    found = _Reader(words, is_sql).expression()
    if words.kind != "end":
        raise words.unreadable()
    return found


@dataclass
class _Reader:
    """Recursive descent: each method reads one rule of the grammar, from the loosest binding to the tightest."""

    words: Words
    is_sql: bool
    depth: int = 0

    def expression(self) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise refusal(_("Le filtre est trop imbriqué (%(most)d niveaux au plus).") % {"most": MAX_DEPTH})
        found = self._joined("OR", lambda: self._joined("AND", self._negated))
        self.depth -= 1
        return found

    def _joined(self, word: str, read: Callable[[], Any]) -> Any:
        terms = [read()]
        while self.words.take_word(word):
            terms.append(read())
        return terms[0] if len(terms) == 1 else {"op": word.lower(), "args": terms}

    def _negated(self) -> Any:
        turns = 0
        while self.words.take_word("NOT"):
            turns += 1
        if turns > MAX_DEPTH:
            raise refusal(_("Le filtre est trop imbriqué (%(most)d niveaux au plus).") % {"most": MAX_DEPTH})
        found = self._predicate()
        for _turn in range(turns):
            found = {"op": "not", "args": [found]}
        return found

    def _predicate(self) -> Any:
        left = self._sum()
        if self.words.kind == "sign" and self.words.value in COMPARED:
            return {"op": self.words.next(), "args": [left, self._sum()]}
        if self.words.take_word("IS"):
            turned = self.words.take_word("NOT")
            self.words.expect_word("NULL")
            found: Any = {"op": "isNull", "args": [left]}
            return {"op": "not", "args": [found]} if turned else found
        turned = self.words.take_word("NOT")
        found = self._advanced(left)
        if found is None:
            if turned:
                raise self.words.unreadable()
            return left
        return {"op": "not", "args": [found]} if turned else found

    def _advanced(self, left: Any) -> Any:
        if self.words.take_word("LIKE"):
            return {"op": "like", "args": [left, self._sum()]}
        if self.is_sql and self.words.take_word("ILIKE"):
            return {"op": "like", "args": [{"op": "casei", "args": [each]} for each in (left, self._sum())]}
        if self.words.take_word("BETWEEN"):
            low = self._sum()
            self.words.expect_word("AND")
            return {"op": "between", "args": [left, low, self._sum()]}
        if self.words.take_word("IN"):
            self.words.expect("(")
            return {"op": "in", "args": [left, self._listed(")")]}
        return None

    def _sum(self) -> Any:
        return self._chained(("+", "-"), (), lambda: self._chained(("*", "/", "%"), ("DIV",), self._power))

    def _chained(self, signs: tuple[str, ...], names: tuple[str, ...], read: Callable[[], Any]) -> Any:
        found = read()
        while True:
            if self.words.kind == "sign" and self.words.value in signs:
                operator = self.words.next()
            elif any(self.words.take_word(name) for name in names):
                operator = names[0].lower()
            else:
                return found
            found = {"op": operator, "args": [found, read()]}

    def _power(self) -> Any:
        base = self._signed()
        if self.words.take("^"):
            return {"op": "^", "args": [base, self._signed()]}
        return base

    def _signed(self) -> Any:
        negative = False
        while self.words.kind == "sign" and self.words.value in ("+", "-"):
            negative ^= self.words.next() == "-"
        found = self._operand()
        if not negative:
            return found
        if isinstance(found, int | float) and not isinstance(found, bool):
            return -found
        return {"op": "*", "args": [-1, found]}

    def _operand(self) -> Any:
        kind, value = self.words.kind, self.words.value
        if kind in ("number", "text"):
            return self.words.next()
        if kind == "quoted":
            return {"property": self.words.next()}
        if kind == "name":
            return self._named(value)
        if self.words.take("("):
            found = self._listed(")")
            return found[0] if len(found) == 1 else found
        if self.words.take("["):
            return self._listed("]")
        raise self.words.unreadable()

    def _named(self, name: str) -> Any:
        upper = name.upper()
        if upper in RESERVED:
            raise self.words.unreadable()
        self.words.next()
        if upper in BOOLEANS:
            return BOOLEANS[upper]
        if upper in SHAPES and self.words.value in ("(", "Z"):
            return read_shape(self.words, upper, self.depth)
        if not self.words.take("("):
            return {"property": name}
        if upper in BOXES:
            return read_box(self.words)
        return self._called(name)

    def _called(self, name: str) -> Any:
        upper, lower = name.upper(), name.lower()
        in_lists = lower.startswith("a_")
        arguments = self._listed(")", in_lists=in_lists)
        if upper in INSTANTS and len(arguments) == 1:
            return {INSTANTS[upper]: arguments[0]}
        if upper == "INTERVAL":
            return {"interval": arguments}
        return {"op": CAPITALS.get(lower, lower), "args": arguments}

    def _listed(self, end: str, *, in_lists: bool = False) -> list[Any]:
        """What stands between commas up to `end`; with `in_lists`, parentheses around one value make a list."""
        found: list[Any] = []
        if self.words.take(end):
            return found
        while True:
            if in_lists and self.words.take("("):
                found.append(self._listed(")"))
            else:
                found.append(self.expression())
            if not self.words.take(","):
                break
        self.words.expect(end)
        return found
