"""Comparisons of times in SQL: instants and closed periods (OGC 21-065r2 §7.7; Allen's relations).

A comparison of days alone counts in days. As soon as one end is an instant, a day is the whole day in UTC. An open
end is infinite; so is the end of a period whose property has no value: a closure without end lasts.
"""

from collections.abc import Callable
from typing import Any

from psycopg import sql

from geodata.params.cql2.tree import Call, Kind, Node, Period

Piece = tuple[sql.Composable, list[Any]]
Written = Callable[[Node], Piece]
# s and e are the start and end of the first, S and E of the second.
RELATIONS = {
    "t_after": "{s} > {E}",
    "t_before": "{e} < {S}",
    "t_disjoint": "({s} > {E} OR {e} < {S})",
    "t_intersects": "({s} <= {E} AND {e} >= {S})",
    "t_equals": "({s} = {S} AND {e} = {E})",
    "t_contains": "({s} < {S} AND {e} > {E})",
    "t_during": "({s} > {S} AND {e} < {E})",
    "t_finishedby": "({s} < {S} AND {e} = {E})",
    "t_finishes": "({s} > {S} AND {e} = {E})",
    "t_meets": "{e} = {S}",
    "t_metby": "{s} = {E}",
    "t_overlaps": "({s} < {S} AND {e} > {S} AND {e} < {E})",
    "t_overlappedby": "({s} > {S} AND {s} < {E} AND {e} > {E})",
    "t_startedby": "({s} = {S} AND {e} > {E})",
    "t_starts": "({s} = {S} AND {e} < {E})",
}
DAY_START = "({}::timestamp AT TIME ZONE 'UTC')"
DAY_END = "((({}::date + 1)::timestamp AT TIME ZONE 'UTC') - interval '1 microsecond')"
INFINITE = {"start": "-infinity", "end": "infinity"}


def compared(call: Call, written: Written) -> Piece:
    """The condition of a temporal function; `written` gives the SQL of an end."""
    by_day = not any(end is not None and end.kind is Kind.INSTANT for each in call.args for end in _ends(each))
    pieces = {}
    for names, node in zip(("se", "SE"), call.args, strict=True):
        for name, side, end in zip(names, ("start", "end"), _ends(node), strict=True):
            pieces[name] = _side(end, side, written, by_day=by_day, open_ended=isinstance(node, Period))
    template = RELATIONS[call.name]
    order = [template[place + 1] for place, letter in enumerate(template) if letter == "{"]
    text = sql.SQL(template).format(**{name: text for name, (text, _values) in pieces.items()})
    return text, [value for name in order for value in pieces[name][1]]


def _ends(node: Node) -> tuple[Node | None, Node | None]:
    return (node.start, node.end) if isinstance(node, Period) else (node, node)


def _side(end: Node | None, side: str, written: Written, *, by_day: bool, open_ended: bool) -> Piece:
    kind = "date" if by_day else "timestamptz"
    if end is None:
        return _infinite(side, kind), []
    text, values = written(end)
    if not by_day and end.kind is Kind.DATE:
        text = sql.SQL(DAY_START if side == "start" else DAY_END).format(text)
    if open_ended:
        text = endless(text, side, kind)
    return text, values


def endless(text: sql.Composable, side: str, kind: str = "timestamptz") -> sql.Composed:
    """The start or end (`side`) of a period, infinite where it has none."""
    return sql.SQL("coalesce({}, {})").format(text, _infinite(side, kind))


def _infinite(side: str, kind: str) -> sql.Composed:
    return sql.SQL("'{}'::{}").format(sql.SQL(INFINITE[side]), sql.SQL(kind))
