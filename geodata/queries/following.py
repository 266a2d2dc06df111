"""Tables that follow the public rows of a collection, statement by statement, in the transaction of each.

Writers come one after the other (decision 0002), so a statement finds the table as the one before it left it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from psycopg import sql

from geodata.queries import select
from geodata.registry import Collection

# What a statement leaves of the rows that it touches: as they were, as they are.
STALE, FRESH = "stale", "fresh"
EVENTS = {"INSERT": (FRESH,), "UPDATE": (STALE, FRESH), "DELETE": (STALE,)}
SEEN_AS = {STALE: "OLD TABLE AS stale", FRESH: "NEW TABLE AS fresh"}
# A session keeps the plan of its first change, mostly one row: its loop in a loop took minutes for a thousand rows.
TRIGGER = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$ BEGIN {steps} RETURN NULL; END $$;
DROP TRIGGER IF EXISTS {name} ON {rows};
CREATE TRIGGER {name} AFTER {event} ON {rows} {seen}FOR EACH STATEMENT EXECUTE FUNCTION {function}();"""


def public(collection: Collection, rows: str = "") -> sql.Composable:
    """The collection's one visibility rule, asked of a transition table instead of its own rows."""
    source, params = select.visible(collection, AnonymousUser())
    own = f'FROM "{collection.table}"'
    text = source.as_string().replace(own, f'FROM {rows} "{collection.table}"') if rows else source.as_string()
    return sql.SQL(text.replace("%s", "{}")).format(*map(sql.Literal, params))


def triggers(
    collection: Collection, kind: str, table: str, steps: Callable[[tuple[str, ...]], sql.Composable]
) -> sql.Composed:
    """The triggers that bring a table forward: `steps` of the transition tables of an event; nothing is left of no rows."""
    each = [_trigger(collection, kind, table, event, steps(seen), seen) for event, seen in EVENTS.items()]
    emptied = sql.SQL("DELETE FROM {};").format(sql.Identifier(table))
    return sql.SQL("").join([*each, _trigger(collection, kind, table, "TRUNCATE", emptied)])


def _trigger(
    collection: Collection, kind: str, table: str, event: str, steps: sql.Composable, seen: tuple[str, ...] = ()
) -> sql.Composed:
    tables = " ".join(SEEN_AS[each] for each in seen)
    return sql.SQL(TRIGGER).format(
        function=sql.Identifier(f"{table}_{event.lower()}"),
        steps=steps,
        name=sql.Identifier(f"y_{kind}_{event.lower()}"),
        rows=sql.Identifier(collection.table),
        event=sql.SQL(event),
        seen=sql.SQL(f"REFERENCING {tables} " if tables else ""),
    )
