"""The SQL of a filter: one condition on the alias t, its values as parameters (decision 0091).

Comparisons with null are unknown, as in CQL2 and in SQL. Shapes are compared in the stored reference system, so
that the index of `geom` serves; texts are put in order as a French dictionary does; days meet instants in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import DataError, InternalError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata import registry
from geodata.features import DICTIONARY
from geodata.params.cql2 import refusal
from geodata.params.cql2.tree import Call, Kind, Node, Property, Value, Values
from geodata.params.items import ItemsQuery
from geodata.params.properties import plain
from geodata.queries import past, patience, periods, select
from geodata.registry import Collection

Piece = tuple[sql.Composable, list[Any]]
TIMEOUT_MS = 5_000
BIGINT = 2**63
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
IN_ORDER = ("<", ">", "<=", ">=", "between")
COLLATION = f' COLLATE "{DICTIONARY}"'
ARITHMETIC = {
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / nullif({}, 0))",
    "^": "power({}, {})",
    "div": "trunc({} / nullif({}, 0))",
    "%": "mod({}::numeric, nullif({}::numeric, 0))::float8",
}
SPATIAL = {
    "s_intersects": "ST_Intersects({}, {})",
    "s_disjoint": "(NOT ST_Intersects({}, {}))",
    "s_equals": "ST_Equals({}, {})",
    "s_touches": "ST_Touches({}, {})",
    "s_within": "ST_Within({}, {})",
    "s_overlaps": "ST_Overlaps({}, {})",
    "s_crosses": "ST_Crosses({}, {})",
    "s_contains": "ST_Contains({}, {})",
}
OF_LISTS = {
    "a_equals": "({0} @> {1} AND {0} <@ {1})",
    "a_contains": "({0} @> {1})",
    "a_containedby": "({0} <@ {1})",
    "a_overlaps": "({0} && {1})",
}


def condition(collection: Collection, tree: Node) -> Piece:
    """The condition and its parameters."""
    return _Writer(collection).piece(tree)


def limits(query: ItemsQuery, watch: patience.Watch | None = None) -> AbstractContextManager[None]:
    """What holds while the statements of a query run: nothing for the present without a filter, else a bound.

    With a watch it is the bound of all that ran since it began.
    """
    if query.condition is not None:
        return bounded(watch)
    return nullcontext() if query.revision is None else past.bounded(watch)


@contextmanager
def limits_of_flow(query: ItemsQuery) -> Iterator[int | None]:
    """The same for a statement that flows on another connection: how long it may take for its next rows."""
    refused: AbstractContextManager[None] = patience.refused(query.revision)
    timeout_ms = None if query.revision is None else past.TIMEOUT_MS
    if query.condition is not None:
        refused, timeout_ms = _refused(), TIMEOUT_MS
    with refused, connection.wrap_database_errors:
        yield timeout_ms


@contextmanager
def bounded(watch: patience.Watch | None = None) -> Iterator[None]:
    """Statements of a filter: ended after TIMEOUT_MS, and what the values bring about is the client's to mend.

    The time is counted from the beginning of a watch, if there is one.

    Raises BadParameter: took too long, out of range, a comparison PostGIS refuses.
    """
    left_ms = watch.left_ms(TIMEOUT_MS) if watch else TIMEOUT_MS
    with _refused(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(patience.SET, [str(left_ms)])
        yield


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if not patience.is_canceled(error):
            raise
        raise refusal(_("Ce filtre demande trop de calcul : précisez-le, ou ajoutez une emprise (bbox).")) from error
    except (DataError, InternalError) as error:
        raise refusal(_("Ce filtre mène à un calcul impossible (trop grand, ou non défini).")) from error


def rehearse(source: sql.Composable, where: sql.Composable, params: list[Any]) -> None:
    """Judge every row by these conditions and forget the answer. Raises BadParameter as `bounded` does."""
    with bounded(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM ({}) t WHERE {}").format(source, where), params)


class _Writer:
    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.rules: dict[str, Callable[[Call], Piece]] = {
            "and": self._joined, "or": self._joined, "like": self._like, "between": self._between,
            "in": self._in, "casei": self._folded, "accenti": self._folded,
            **dict.fromkeys(COMPARISONS, self._compared),
        }  # fmt: skip
        self.templates = {
            "not": "(NOT {})", "isnull": "({} IS NULL)",
            "instant": "({}::timestamp AT TIME ZONE 'UTC')", **SPATIAL,
        }  # fmt: skip

    def piece(self, node: Node) -> Piece:
        """The SQL of one part of the tree."""
        if isinstance(node, Property):
            return self._column(node), []
        if isinstance(node, Value):
            return _literal(node)
        if isinstance(node, Call):
            return self._call(node)
        raise TypeError(node)

    def _column(self, node: Property) -> sql.Composable:
        if node.name == registry.GEOMETRY:
            return sql.SQL("t.geom")
        return select.column(self.collection, node.name)

    def _call(self, call: Call) -> Piece:
        if call.name in self.rules:
            return self.rules[call.name](call)
        if call.name in ARITHMETIC:
            return _filled(ARITHMETIC[call.name], [_number(self.piece(each)) for each in call.args])
        if call.name in OF_LISTS:
            return self._lists(call)
        if call.name.startswith("t_"):
            return periods.compared(call, self.piece)
        return _filled(self.templates[call.name], [self.piece(each) for each in call.args])

    def _joined(self, call: Call) -> Piece:
        pieces = [self.piece(each) for each in call.args]
        text = sql.SQL(f" {call.name.upper()} ").join([text for text, _values in pieces])
        return sql.SQL("({})").format(text), [value for _text, values in pieces for value in values]

    def _compared(self, call: Call) -> Piece:
        return _filled(f"({{}} {call.name} {{}})", [self._ordered(call, each) for each in call.args])

    def _between(self, call: Call) -> Piece:
        return _filled("({} BETWEEN {} AND {})", [self._ordered(call, each) for each in call.args])

    def _ordered(self, call: Call, node: Node) -> Piece:
        text, values = self.piece(node)
        if node.kind is Kind.TEXT and call.name in IN_ORDER:
            text = sql.SQL("({}" + COLLATION + ")").format(text)
        return text, values

    def _like(self, call: Call) -> Piece:
        return _filled("({} LIKE {})", [self.piece(each) for each in call.args])

    def _in(self, call: Call) -> Piece:
        first, listed = call.args
        items = listed.items if isinstance(listed, Values) else ()
        target, values = self.piece(first)
        if all(isinstance(each, Value) for each in items):
            # One parameter: PostgreSQL hashes a long list, and an index serves a short one.
            literals = [each.value for each in items if isinstance(each, Value)]
            kind = _type(first.kind, literals)
            literals = [_cast(kind, each) for each in literals]
            array = sql.SQL("%s::{}[]").format(sql.SQL(kind))
            return sql.SQL("({} = ANY({}))").format(target, array), [*values, literals]
        others = [self.piece(each) for each in items]
        text = sql.SQL("({} IN ({}))").format(target, sql.SQL(", ").join([text for text, _values in others]))
        return text, [*values, *(value for _text, inner in others for value in inner)]

    def _folded(self, call: Call) -> Piece:
        """Case and accents in one order, so that one index serves both ways of writing it."""
        names, inner = {call.name}, call.args[0]
        while isinstance(inner, Call) and inner.name in ("casei", "accenti"):
            names.add(inner.name)
            inner = inner.args[0]
        template = "{}"
        for name in ("accenti", "casei"):
            template = f"geodata_{name}({template})" if name in names else template
        return _filled(template, [self.piece(inner)])

    def _lists(self, call: Call) -> Piece:
        element = next((self._element(each) for each in call.args if isinstance(each, Property)), None)
        pieces = [self._list(each, element) for each in call.args]
        template = OF_LISTS[call.name]
        text = sql.SQL(template).format(*(text for text, _values in pieces))
        values = [value for _text, inner in pieces for value in inner]
        return text, values * template.count("{0}")

    def _element(self, node: Property) -> str:
        """The type of the elements of a list column: an index serves only the very same."""
        field: Any = plain(self.collection.fields[node.name])
        return str(field.base_field.cast_db_type(connection) or "text").split("(")[0]

    def _list(self, node: Node, element: str | None) -> Piece:
        if isinstance(node, Property):
            return self._column(node), []
        items = node.items if isinstance(node, Values) else ()
        pieces = [self.piece(each) for each in items]
        text = sql.SQL(", ").join([text for text, _values in pieces])
        kind = element or (node.element.value if isinstance(node, Values) and node.element else "text")
        return sql.SQL("ARRAY[{}]::{}[]").format(text, sql.SQL(kind)), [
            value for _text, values in pieces for value in values
        ]


def _literal(node: Value) -> Piece:
    kind = _type(node.kind, [node.value])
    return sql.SQL("%s::{}").format(sql.SQL(kind)), [_cast(kind, node.value)]


def _cast(kind: str, value: Any) -> Any:
    casts: dict[str, Callable[[Any], Any]] = {"bigint": int, "double precision": float}
    return casts[kind](value) if kind in casts else value


def _is_whole(value: Any) -> bool:
    """Whether a number is compared as an integer, so that an index of integers serves."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == int(value) and abs(value) < BIGINT


def _type(kind: Kind, literals: list[Any]) -> str:
    return "bigint" if kind is Kind.NUMBER and all(map(_is_whole, literals)) else kind.value


def _number(piece: Piece) -> Piece:
    text, values = piece
    return sql.SQL("{}::float8").format(text), values


def _filled(template: str, pieces: list[Piece]) -> Piece:
    text = sql.SQL(template).format(*(text for text, _values in pieces))
    return text, [value for _text, values in pieces for value in values]
