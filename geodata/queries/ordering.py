"""The order of features and where in it to go on: by the internal id, or by properties (decisions 0003, 0120).

Values that nobody knows come last in both directions; texts are in the order of a French dictionary; the internal
id settles what is equal, so that every order is total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from psycopg import sql

from geodata.features import DICTIONARY
from geodata.params.properties import may_be_null, plain
from geodata.params.sorting import SortKey
from geodata.queries import select
from geodata.registry import Collection

Piece = tuple[sql.Composable, list[Any]]
# Source, condition and their values.
Found = tuple[sql.Composable, sql.Composable, list[Any] | tuple[Any, ...]]
COLLATION = f' COLLATE "{DICTIONARY}"'
NOTHING = sql.SQL("")
BY_ID = "SELECT {columns} FROM ({source}) t{join} WHERE {where} AND t.id > %s ORDER BY t.id LIMIT %s"
# The rows are found before their texts are joined, by their ids alone: sorted with their texts, those would be copied twice.
NARROW = """
SELECT {columns} FROM (
  SELECT t.id, t.revision FROM ({source}) t WHERE {where} AND t.id > %s ORDER BY t.id LIMIT %s
) t{join} ORDER BY t.id
"""
# The same for whole rows; a page, small and prepared, is 0.08 ms sooner without. PostgreSQL
# takes a limit that it cannot know for a tenth of the rows and looks for a plan whose first rows come early: a box of
# half the territory then begins after 3 ms instead of a second.
FLOWING = """
SELECT {columns} FROM (
  SELECT t.* FROM ({source}) t WHERE {where} AND t.id > %s ORDER BY t.id LIMIT (SELECT %s::bigint)
) t{join} ORDER BY t.id
"""
# A sort carries the keys alone: 200 000 whole rows would fill a file. OFFSET 0: each row by its id, in that order.
SORTED = """
SELECT {columns} FROM ({found}) k CROSS JOIN LATERAL (SELECT t.* FROM ({source}) t WHERE t.id = k.id OFFSET 0) t{join} ORDER BY {again}
"""
STRETCH = "SELECT {keys} FROM ({source}) t WHERE {where} AND {after} ORDER BY {order} LIMIT {limit}"
STRETCHES = "SELECT * FROM ({each}) t ORDER BY {order} LIMIT {limit}"
PLACES = "SELECT {columns} FROM ({found}) k ORDER BY {again}"
LIMITS = {False: sql.SQL("%s"), True: sql.SQL("(SELECT %s::bigint)")}


@dataclass(frozen=True)
class Place:
    """Where in which order to begin: after the row of this internal id that had these values of the keys.

    `values` are texts as PostgreSQL writes them, None for null; id 0 is before the first row.
    """

    order: tuple[SortKey, ...] = ()
    id: int = 0
    values: tuple[str | None, ...] = ()


START = Place()


def statement(
    collection: Collection,
    found: Found,
    columns: sql.Composable,
    place: Place,
    limit: int | None,
    join: sql.Composable = NOTHING,
    *,
    flows: bool = False,
    narrow: bool = False,
) -> tuple[sql.Composed, list[Any]]:
    """The statement of at most `limit` rows after a place, with its parameters.

    `flows`: it is read while it runs, so its first rows shall come early. `narrow`: columns and join want nothing of a row
    but its id and revision, the condition nothing of the join.
    """
    source, where, params = found
    pieces: dict[str, sql.Composable] = {"columns": columns, "source": source, "join": join}
    if not place.order:
        text = FLOWING if flows else NARROW if narrow else BY_ID
        return sql.SQL(text).format(**pieces, where=where), [*params, place.id, limit]
    pieces["found"], given = _sorted(collection, found, place, limit, flows=flows)
    again = _order(collection, place.order, "k")
    return sql.SQL(SORTED).format(**pieces, again=again), [*given, *params[: source.as_string().count("%s")]]


def places(collection: Collection, found: Found, place: Place, limit: int) -> tuple[sql.Composed, list[Any]]:
    """The statement of ids, revisions and the texts of the keys of at most `limit` rows after a place, with its parameters."""
    if not place.order:
        return statement(collection, found, sql.SQL("t.id, t.revision"), place, limit)
    columns = sql.SQL(", ").join([sql.SQL("k.id, k.at_revision"), *keys(collection, place.order, "k")])
    inner, values = _sorted(collection, found, place, limit)
    again = _order(collection, place.order, "k")
    return sql.SQL(PLACES).format(columns=columns, found=inner, again=again), values


def _sorted(collection: Collection, found: Found, place: Place, limit: int | None, *, flows: bool = False) -> Piece:
    """Ids, revisions and keys of at most `limit` rows after a place."""
    source, where, params = found
    named = [sql.SQL("t.id, t.revision AS at_revision"), *(select.column(collection, key.name) for key in place.order)]
    pieces: dict[str, sql.Composable] = {"keys": sql.SQL(", ").join(named), "source": source, "where": where}
    pieces |= {"order": _order(collection, place.order, "t"), "limit": LIMITS[flows]}
    each: list[Piece] = [
        (sql.SQL(STRETCH).format(**pieces, after=after), [*params, *values, limit])
        for after, values in _stretches(collection, place)
    ]
    return each[0] if len(each) == 1 else _one_after_the_other(each, pieces, limit)


def _one_after_the_other(each: list[Piece], pieces: dict[str, sql.Composable], limit: int | None) -> Piece:
    both = sql.SQL(" UNION ALL ").join(sql.SQL("({})").format(text) for text, _values in each)
    values = [value for _text, values in each for value in values]
    return sql.SQL(STRETCHES).format(**pieces, each=both), [*values, limit]


def keys(collection: Collection, order: tuple[SortKey, ...], alias: str = "t") -> list[sql.Composable]:
    """The values of the keys as texts, for the place after a row."""
    return [sql.SQL("{}::text").format(select.column(collection, key.name, alias)) for key in order]


def _field(collection: Collection, name: str) -> models.Field[Any, Any]:
    return collection.identifier if name == "id" else collection.fields[name]


def _order(collection: Collection, order: tuple[SortKey, ...], alias: str) -> sql.Composed:
    last = sql.SQL("{}.id").format(sql.SQL(alias))
    return sql.SQL(", ").join([*(direction(collection, key, alias) for key in order), last])


def _compared(collection: Collection, name: str, alias: str = "t") -> sql.Composed:
    is_text = isinstance(plain(_field(collection, name)), models.CharField | models.TextField)
    return sql.SQL("{}" + (COLLATION if is_text else "")).format(select.column(collection, name, alias))


def direction(collection: Collection, key: SortKey, alias: str) -> sql.Composed:
    """One key as ORDER BY and an index write it."""
    text = "{}" + (" DESC" if key.descending else "")
    if may_be_null(_field(collection, key.name)):
        text += " NULLS LAST"
    return sql.SQL(text).format(_compared(collection, key.name, alias))


def _stretches(collection: Collection, place: Place) -> list[Piece]:
    """The conditions of what comes after the place, in order: each is one stretch of an index by the first key.

    What nobody knows is a stretch of its own: as an alternative of the first one it would have the index read from
    its beginning.
    """
    if not place.id:
        return [(sql.SQL("true"), [])]
    found = [_after(collection, place)]
    first = place.order[0].name
    if place.values[0] is not None and may_be_null(_field(collection, first)):
        found.append((sql.SQL("{} IS NULL").format(select.column(collection, first)), []))
    return found


def _after(collection: Collection, place: Place) -> Piece:
    """The condition that a row comes after the place: later in the first key, or equal there and later in the next.

    A first key that is known there stays so: what nobody knows is another stretch.
    """
    text: sql.Composable = sql.SQL("t.id > %s")
    values: list[Any] = [place.id]
    for depth, (key, value) in reversed(list(enumerate(zip(place.order, place.values, strict=True)))):
        column = _compared(collection, key.name)
        if value is None:
            text = sql.SQL("({} IS NULL AND {})").format(column, text)
            continue
        literal = sql.SQL("%s::{}").format(sql.SQL(_type(collection, key.name)))
        ends_in_nulls = depth > 0 and may_be_null(_field(collection, key.name))
        later = "{column} {sign} {value}" + (" OR {column} IS NULL" if ends_in_nulls else "")
        text = sql.SQL("(" + later + " OR ({column} = {value} AND {rest}))").format(
            column=column, sign=sql.SQL("<" if key.descending else ">"), value=literal, rest=text
        )
        values = [value, value, *values]
        if not ends_in_nulls:
            # Where an index of this order begins; the alternatives alone would be read from its beginning.
            bound = sql.SQL("{column} {sign} {value}").format(
                column=column, sign=sql.SQL("<=" if key.descending else ">="), value=literal
            )
            text, values = sql.SQL("({} AND {})").format(bound, text), [value, *values]
    return text, values


def _type(collection: Collection, name: str) -> str:
    found = str(plain(_field(collection, name)).cast_db_type(connection) or "text")
    return "text" if found.startswith("varchar") else found
