"""CQL2 JSON → the typed tree of a filter on one collection (OGC 21-065r2, §6 and §7; Annex C).

Every part is judged before anything runs: only queryables, only known functions, only types that fit, at
most so many parts, levels and vertices.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.params.cql2 import refusal
from geodata.params.cql2.literals import fitted, kind_of, read_date, read_instant, text_value
from geodata.params.cql2.shapes import MAX_VERTICES, read_shape
from geodata.params.cql2.tree import SCALARS, TIMES, Call, Kind, Node, Period, Property, Value, Values
from geodata.params.crs import Crs
from geodata.params.properties import filterable
from geodata.registry import Collection

MAX_PARTS = 2_000
MAX_DEPTH = 60
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
SPATIAL = tuple(
    f"s_{word}" for word in ["intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains"]
)
# These take a collection of points, lines and areas; PostGIS compares such a one no other way.
OF_MIXED = ("s_intersects", "s_disjoint")
OF_INSTANTS = tuple(f"t_{word}" for word in ["after", "before", "disjoint", "equals", "intersects"])
OF_PERIODS = tuple(
    f"t_{word}"
    for word in [
        "contains",
        "during",
        "finishedby",
        "finishes",
        "meets",
        "metby",
        "overlappedby",
        "overlaps",
        "startedby",
        "starts",
    ]
)
OF_LISTS = tuple(f"a_{word}" for word in ["equals", "contains", "containedby", "overlaps"])
FOLDING = ("casei", "accenti")
BINARY = 2
BETWEEN = 3


class Judge:
    """Reads the parts of one filter; counts them as it goes. `is_sql`: 1 and 0 are true and false beside one of these."""

    def __init__(self, collection: Collection, crs: Crs, *, is_sql: bool = False) -> None:
        self.collection = collection
        self.crs = crs
        self.is_sql = is_sql
        self.parts = self.vertices = self.depth = 0
        self.rules: Mapping[str, Callable[[str, list[Any]], Node]] = {
            "and": self._logic, "or": self._logic, "not": self._not,
            "like": self._like, "between": self._between, "in": self._in, "isnull": self._is_null,
            **dict.fromkeys(FOLDING, self._folding), **dict.fromkeys(COMPARISONS, self._comparison),
            **dict.fromkeys(ARITHMETIC, self._arithmetic), **dict.fromkeys(SPATIAL, self._spatial),
            **dict.fromkeys((*OF_INSTANTS, *OF_PERIODS), self._temporal), **dict.fromkeys(OF_LISTS, self._of_lists),
        }  # fmt: skip

    def condition(self, document: Any) -> Node:
        """The tree of a part that is true or false. Raises BadParameter."""
        return self._of(self.node(document), Kind.BOOLEAN)

    def node(self, document: Any) -> Node:
        """The tree of any part. Raises BadParameter."""
        self.parts += 1
        self.depth += 1
        if self.parts > MAX_PARTS or self.depth > MAX_DEPTH:
            raise refusal(_("Le filtre est trop long ou trop imbriqué."))
        found = self._read(document)
        self.depth -= 1
        return found

    def _read(self, document: Any) -> Node:
        if isinstance(document, bool):
            return Value(document, Kind.BOOLEAN)
        if isinstance(document, int | float):
            return Value(_finite(document), Kind.NUMBER)
        if isinstance(document, str):
            return Value(text_value(document), Kind.TEXT)
        if isinstance(document, list):
            return self._list(document)
        if isinstance(document, dict):
            return self._object(document)
        raise refusal(_("Une valeur vide ne se compare pas : écrivez IS NULL."))

    def _object(self, document: dict[str, Any]) -> Node:
        if "op" in document:
            return self._call(document)
        if "property" in document:
            return self._property(document["property"])
        if "date" in document:
            return Value(read_date(document["date"]), Kind.DATE)
        if "timestamp" in document:
            return Value(read_instant(document["timestamp"]), Kind.INSTANT)
        if "interval" in document:
            return self._period(document["interval"])
        return self._shape(document)

    def _call(self, document: dict[str, Any]) -> Node:
        name, args = document["op"], document.get("args")
        lower = name.lower() if isinstance(name, str) else ""
        if lower not in self.rules:
            raise refusal(_("Fonction inconnue : %(name)s.") % {"name": str(name)[:60]})
        if not isinstance(args, list):
            raise refusal(_("%(name)s n’a pas le bon nombre d’arguments.") % {"name": lower})
        return self.rules[lower](lower, args)

    def _property(self, name: Any) -> Node:
        if name == registry.GEOMETRY:
            return Property(name, Kind.SHAPE)
        known = filterable(self.collection)
        if not isinstance(name, str) or name not in known:
            told = {"name": str(name)[:60], "known": ", ".join((*known, registry.GEOMETRY))}
            raise refusal(_("Propriété inconnue : %(name)s. Connues : %(known)s.") % told)
        return kind_of(name, known[name])

    def _period(self, ends: Any) -> Period:
        if not isinstance(ends, list) or len(ends) != BINARY:
            raise refusal(_("Une période a deux extrémités."))
        start, end = (self._end(each) for each in ends)
        if isinstance(start, Value) and isinstance(end, Value) and start.kind is end.kind and start.value > end.value:  # type: ignore[operator]
            raise refusal(_("La fin précède le début."))
        return Period(start, end)

    def _end(self, document: Any) -> Node | None:
        if document in ("..", ""):
            return None
        if isinstance(document, str):
            return fitted(Value(document, Kind.TEXT), Kind.DATE if "T" not in document.upper() else Kind.INSTANT)
        return self._of(self.node(document), *TIMES)

    def _shape(self, document: dict[str, Any]) -> Value:
        found = read_shape(document, self.crs)
        self.vertices += found.vertices
        if self.vertices > MAX_VERTICES:
            raise refusal(_("Une géométrie de %(most)d points au plus.") % {"most": MAX_VERTICES})
        return Value(found.hexewkb, Kind.SHAPE, found.mixed)

    def _list(self, document: list[Any]) -> Values:
        items = tuple(self.node(each) for each in document)
        if not items:
            return Values((), None)
        for each in items:
            self._of(each, *SCALARS)
        return Values(_alike(*items), items[0].kind)

    # Operators and functions.

    def _logic(self, name: str, args: list[Any]) -> Call:
        if len(args) < BINARY:
            raise _counted(name)
        return Call(name, tuple(self.condition(each) for each in args))

    def _not(self, name: str, args: list[Any]) -> Call:
        (inner,) = _exactly(1, name, args)
        return Call(name, (self.condition(inner),))

    def _comparison(self, name: str, args: list[Any]) -> Call:
        found = tuple(self._scalar(each) for each in _exactly(BINARY, name, args))
        if self.is_sql and any(each.kind is Kind.BOOLEAN for each in found):
            found = tuple(_truth(each) for each in found)
        left, right = _alike(*found)
        if left.kind is Kind.BOOLEAN and name not in ("=", "<>"):
            raise refusal(_("Vrai et faux ne se rangent pas : = ou <> seulement."))
        return Call(name, (left, right))

    def _like(self, name: str, args: list[Any]) -> Call:
        text, pattern = (self._of(self.node(each), Kind.TEXT) for each in _exactly(BINARY, name, args))
        inner = pattern
        while isinstance(inner, Call) and inner.name in FOLDING:
            inner = inner.args[0]
        if not isinstance(inner, Value) or _ends_in_escape(str(inner.value)):
            raise refusal(_("Le motif de LIKE est un texte ; il ne finit pas par une barre oblique inverse."))
        return Call(name, (text, pattern))

    def _between(self, name: str, args: list[Any]) -> Call:
        found = _alike(*(self._scalar(each) for each in _exactly(BETWEEN, name, args)))
        self._of(found[0], Kind.NUMBER, Kind.DATE, Kind.INSTANT, Kind.TEXT)
        return Call(name, found)

    def _in(self, name: str, args: list[Any]) -> Call:
        document, listed = _exactly(BINARY, name, args)
        if not isinstance(listed, list) or not listed:
            raise refusal(_("IN attend une liste de valeurs entre parenthèses."))
        first, *others = _alike(self._scalar(document), *(self._scalar(each) for each in listed))
        return Call(name, (first, Values(tuple(others), first.kind)))

    def _is_null(self, name: str, args: list[Any]) -> Call:
        (inner,) = _exactly(1, name, args)
        found = self.node(inner)
        if isinstance(found, Period | Values):
            raise refusal(_("IS NULL s’applique à une propriété ou à une expression simple."))
        return Call(name, (found,))

    def _folding(self, name: str, args: list[Any]) -> Call:
        (inner,) = _exactly(1, name, args)
        found = self._of(self.node(inner), Kind.TEXT)
        # A text that is folded already stays as it is.
        again = isinstance(found, Call) and found.name == name
        return found if again else Call(name, (found,), Kind.TEXT)  # type: ignore[return-value]

    def _arithmetic(self, name: str, args: list[Any]) -> Call:
        found = tuple(self._of(self.node(each), Kind.NUMBER) for each in _exactly(BINARY, name, args))
        return Call(name, found, Kind.NUMBER)

    def _spatial(self, name: str, args: list[Any]) -> Call:
        found = tuple(self._of(self.node(each), Kind.SHAPE) for each in _exactly(BINARY, name, args))
        if name not in OF_MIXED and any(isinstance(each, Value) and each.mixed for each in found):
            raise refusal(_("%(name)s ne compare pas des points, lignes et surfaces réunis.") % {"name": name})
        return Call(name, found)

    def _temporal(self, name: str, args: list[Any]) -> Call:
        found = tuple(self._timed(self.node(each)) for each in _exactly(BINARY, name, args))
        if name in OF_PERIODS:
            for each in found:
                self._of(each, Kind.PERIOD)
        return Call(name, found)

    def _timed(self, found: Node) -> Node:
        if isinstance(found, Value) and found.kind is Kind.TEXT:
            found = fitted(found, Kind.INSTANT if "T" in str(found.value).upper() else Kind.DATE)
        return self._of(found, *TIMES, Kind.PERIOD)

    def _of_lists(self, name: str, args: list[Any]) -> Call:
        left, right = (self._of(self.node(each), Kind.LIST) for each in _exactly(BINARY, name, args))
        wanted = {each.element for each in (left, right) if isinstance(each, Property)}
        if len(wanted) > 1:
            raise _unlike(*wanted)
        element = next(iter(wanted), None)
        return Call(name, tuple(_of_element(each, element) for each in (left, right)))

    def _scalar(self, document: Any) -> Node:
        return self._of(self.node(document), *SCALARS)

    def _of(self, found: Node, *kinds: Kind) -> Node:
        if found.kind not in kinds:
            hint = _("Une liste se compare par A_CONTAINS, A_OVERLAPS, A_EQUALS ou A_CONTAINEDBY.")
            raise refusal(hint) if found.kind is Kind.LIST else _unlike(found.kind, kinds[0])
        return found


def _truth(found: Node) -> Node:
    if isinstance(found, Value) and found.kind is Kind.NUMBER and found.value in (0, 1):
        return Value(bool(found.value), Kind.BOOLEAN)
    return found


def _finite(number: float) -> int | float:
    try:
        if math.isfinite(float(number)):
            return number
    except OverflowError:
        pass
    raise refusal(_("Les nombres doivent être finis."))


def _exactly(count: int, name: str, args: list[Any]) -> list[Any]:
    if len(args) != count:
        raise _counted(name)
    return args


def _counted(name: str) -> Exception:
    return refusal(_("%(name)s n’a pas le bon nombre d’arguments.") % {"name": name})


def _unlike(*kinds: Kind | None) -> Exception:
    told = ", ".join(sorted(str(NAMES[kind]) for kind in kinds if kind))
    return refusal(_("Ces types ne vont pas ensemble : %(kinds)s.") % {"kinds": told})


def _alike(*nodes: Node) -> tuple[Node, ...]:
    """The same expressions in one kind: texts become what they are compared with, days become instants."""
    kinds = {each.kind for each in nodes}
    target = next((kind for kind in (Kind.INSTANT, Kind.DATE, Kind.UUID) if kind in kinds), nodes[0].kind)
    found = tuple(fitted(each, target) for each in nodes)
    if {each.kind for each in found} != {target}:
        raise _unlike(*kinds)
    return found


def _of_element(found: Node, element: Kind | None) -> Node:
    if not isinstance(found, Values) or element is None:
        return found
    items = tuple(fitted(each, element) for each in found.items)
    if any(each.kind is not element for each in items):
        raise _unlike(element, found.element)
    return Values(items, element)


def _ends_in_escape(pattern: str) -> bool:
    return (len(pattern) - len(pattern.rstrip("\\"))) % 2 == 1


NAMES = {
    Kind.TEXT: _("texte"),
    Kind.NUMBER: _("nombre"),
    Kind.BOOLEAN: _("vrai ou faux"),
    Kind.DATE: _("date"),
    Kind.INSTANT: _("instant"),
    Kind.UUID: _("identifiant"),
    Kind.SHAPE: _("géométrie"),
    Kind.LIST: _("liste"),
    Kind.PERIOD: _("période"),
}
