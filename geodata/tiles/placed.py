"""Public points made ready for tiles by the database itself: where each stands and what a tile tells of it.

A table `geodata_placed_<collection>` holds them and nothing else, so its index alone makes a tile. A statement trigger
brings it forward in the transaction of every write, whoever writes. As squares do, tables and triggers follow the
code, and are filled from the rows when they are made.
"""

from __future__ import annotations

from functools import partial

from psycopg import sql

from geodata import registry
from geodata.queries import following, keeping, select
from geodata.queries.following import FRESH, STALE
from geodata.registry import MAP, Collection
from geodata.tiles.drawn import ACROSS, DOWN

# What of {rows} stands in the table; `spot` in parts of the world, from the west and from the north.
READY = """
SELECT t.id, t.uuid, {properties}, point({across}, {down}) AS spot FROM ({rows}) t WHERE t.geom IS NOT NULL"""
# Arrays are looked up by the key, however many a statement changed.
GONE = "DELETE FROM {table} WHERE id = ANY (ARRAY(SELECT id FROM stale));"
HIDDEN = """
DELETE FROM {table} WHERE id = ANY (ARRAY(SELECT id FROM stale EXCEPT SELECT t.id FROM ({rows}) t WHERE t.geom IS NOT NULL));"""
# What a tile does not tell changes nothing here.
BROUGHT = """
INSERT INTO {table} AS p (id, uuid, {columns}, spot) {ready}
ON CONFLICT (id) DO UPDATE SET uuid = excluded.uuid, ({columns}) = ROW ({excluded}), spot = excluded.spot
WHERE (p.uuid, {present}, p.spot[0], p.spot[1]) IS DISTINCT FROM (excluded.uuid, {excluded}, excluded.spot[0], excluded.spot[1]);"""
INSTALL = """
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} AS {ready};
ALTER TABLE {table} ADD PRIMARY KEY (id);
CREATE INDEX {index} ON {table} USING gist (spot) INCLUDE (id, uuid, {columns});
ANALYZE {table};
{triggers}
"""


def light(collection: Collection) -> tuple[str, ...]:
    """The properties a tile carries: those of the profile `map`."""
    return collection.profiles[MAP].properties


def table(collection: Collection) -> sql.Identifier:
    """The table of a collection's public points: id, uuid, the columns of `light`, spot."""
    return sql.Identifier(_name(collection))


def _name(collection: Collection) -> str:
    return "geodata_placed_" + collection.id.replace("-", "_")


def _columns(collection: Collection, of: str = "") -> sql.Composed:
    names = (collection.fields[name].column or name for name in light(collection))
    return sql.SQL(", ").join(sql.SQL(of + "{}").format(sql.Identifier(each)) for each in names)


def _ready(collection: Collection, rows: str = "") -> sql.Composed:
    return sql.SQL(READY).format(
        properties=_columns(collection, "t."), across=ACROSS, down=DOWN, rows=following.public(collection, rows)
    )


def _steps(collection: Collection, seen: tuple[str, ...]) -> sql.Composed:
    if FRESH not in seen:
        return sql.SQL(GONE).format(table=table(collection))
    steps = [
        sql.SQL(BROUGHT).format(
            table=table(collection),
            columns=_columns(collection),
            excluded=_columns(collection, "excluded."),
            present=_columns(collection, "p."),
            ready=_ready(collection, FRESH),
        )
    ]
    if STALE in seen:
        steps.insert(0, sql.SQL(HIDDEN).format(table=table(collection), rows=following.public(collection, FRESH)))
    return sql.SQL("").join(steps)


def _install(collection: Collection) -> sql.SQL:
    return select.flat(
        sql.SQL(INSTALL).format(
            table=table(collection),
            index=sql.Identifier(_name(collection) + "_spot"),
            columns=_columns(collection),
            ready=_ready(collection),
            triggers=following.triggers(collection, "placed", _name(collection), partial(_steps, collection)),
        )
    )


def ensure() -> list[str]:
    """Make and fill what is absent or of another release; gives the ids of its collections."""
    points = (each for each in registry.collections() if each.is_point)
    return [each.id for each in points if keeping.table(each, _name(each), _install(each), locks=True)]
