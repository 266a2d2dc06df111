"""Indexes for the filters and orders of the API, the same rules for every collection (decision 0181).

Lists: A_CONTAINS, A_OVERLAPS, `materials=bois`. The ends of the declared period: `datetime`, T_INTERSECTS and its like.
The name, folded: CASEI(ACCENTI(name_fr)) LIKE '%word%'. What `Collection.sorted_by` names: pages of that order. The
revision: rows of the past. In a collection that is large, every short value by itself: `state=open`, `capacity_people>10`
(decision 0219). As the index of words, they follow the code: `ensure()` makes anew what is absent or defined otherwise.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from psycopg import sql

from geodata import registry
from geodata.params.properties import filterable, plain
from geodata.params.sorting import SortKey
from geodata.queries import keeping, ordering, periods, select
from geodata.registry import Collection

# Which shapes are the largest, in degrees: enough to choose those that a picture of everything draws.
SIZE = "ST_Area(geom) + ST_Length(geom)"
# Rows from which reading all of them for a value that few have is felt (some 5 ms), and letters of a text that one compares.
LARGE = 10_000
SHORT = 60
ROWS = "SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)"
FOLDED = {"folded": "geodata_casei(geodata_accenti({}))", "casei": "geodata_casei({})"}


def wanted(collection: Collection) -> dict[str, sql.SQL]:
    """What follows USING, by the name of the index."""
    found = {
        "since": sql.SQL("btree ({})").format(sql.Identifier("revision")), **_lists(collection), **_period(collection), **_names(collection),
        **_orders(collection), **_sizes(collection), **_values(collection),
    }  # fmt: skip
    return {f"{collection.table}_{name}"[:63]: select.flat(definition) for name, definition in found.items()}


def _lists(collection: Collection) -> dict[str, sql.Composed]:
    """All in one, but those that the model indexes itself."""
    served = {
        name for each in collection.model_class._meta.indexes if isinstance(each, GinIndex) for name in each.fields
    }
    lists = [name for name in collection.fields if select.is_array(collection, name) and name not in served]
    columns = [_column(collection, name) for name in lists]
    return {"lists": sql.SQL("gin ({})").format(sql.SQL(", ").join(columns))} if columns else {}


def _period(collection: Collection) -> dict[str, sql.Composed]:
    if not collection.datetime:
        return {}
    ends = {"starts": (collection.datetime[0], "start"), "ends": (collection.datetime[-1], "end")}
    return {
        name: sql.SQL("btree (({}))").format(periods.endless(_column(collection, column), side))
        for name, (column, side) in ends.items()
    }


def _names(collection: Collection) -> dict[str, sql.Composed]:
    column = _column(collection, collection.label)
    return {
        name: sql.SQL("gin (({}) gin_trgm_ops)").format(sql.SQL(text).format(column)) for name, text in FOLDED.items()
    }


def _orders(collection: Collection) -> dict[str, sql.Composed]:
    """Both ways: what nobody knows comes last in either, so one cannot be read backwards for the other."""
    found = {}
    for name in collection.sorted_by:
        for way, key in (("up", SortKey(name)), ("down", SortKey(name, descending=True))):
            order = ordering.direction(collection, key, "").as_string().removeprefix(".")
            found[f"{way}_{name}"] = sql.SQL("btree ({}, id)").format(sql.SQL(order))
    return found


def _sizes(collection: Collection) -> dict[str, sql.Composed]:
    """Of lines and areas: which are the largest."""
    if collection.is_point:
        return {}
    return {"largest": sql.SQL("btree (({}) DESC, id)").format(sql.SQL(SIZE))}


def _values(collection: Collection) -> dict[str, sql.Composed]:
    """Where there are many rows: each short value that no other index begins with."""
    if not _is_large(collection):
        return {}
    begun = {"id", "revision", collection.label, *collection.sorted_by}
    begun |= {each.fields[0] for each in collection.model_class._meta.indexes if each.fields}
    return {
        f"of_{name}": sql.SQL("btree ({})").format(_column(collection, name))
        for name, field in filterable(collection).items()
        if name not in begun and not _is_indexed(field) and _is_short(plain(field))
    }


def _is_large(collection: Collection) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [collection.table])
        found = cursor.fetchone()
    return bool(found) and found[0] >= LARGE


def _is_indexed(field: Any) -> bool:
    return bool(field.db_index or field.unique)


def _is_short(field: models.Field[Any, Any]) -> bool:
    return not isinstance(field, ArrayField | models.TextField) and (field.max_length or 0) <= SHORT


def _column(collection: Collection, name: str) -> sql.Identifier:
    return sql.Identifier(collection.fields[name].column or name)


def ensure() -> list[str]:
    """Make the indexes that are absent or of another definition; gives their names."""
    return [
        name
        for collection in registry.collections()
        for name, definition in wanted(collection).items()
        if keeping.index(collection, name, definition)
    ]
