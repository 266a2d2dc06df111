"""Indexes and tables that the code asks the database to keep: made when they are absent, anew when their definition changed.

The comment of each is the checksum of what made it. Where a collection has no table yet nothing is made.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from geodata.queries import select
from geodata.registry import Collection

# One after the other, each in its own transaction, so that nobody who writes waits. The present index serves until the
# new one is whole; what a run that broke left under its name, which PostgreSQL keeps up to date and never uses, goes first.
BESIDE = (
    "DROP INDEX CONCURRENTLY IF EXISTS {made}",
    "CREATE INDEX CONCURRENTLY {made} ON {rows} USING {definition}",
    "COMMENT ON INDEX {made} IS {told}",
    "DROP INDEX CONCURRENTLY IF EXISTS {index}",
    "ALTER INDEX {made} RENAME TO {index}",
)
# The same inside a transaction, where PostgreSQL offers no other way.
WITHIN = (
    "DROP INDEX IF EXISTS {index}",
    "CREATE INDEX {index} ON {rows} USING {definition}",
    "COMMENT ON INDEX {index} IS {told}",
)
MADE = "{:.59}_new"
LOCK = "LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE"
# Inputs: the table of the rows, what is kept beside it. Output: whether the rows have a table, the comment or "".
INSTALLED = "SELECT to_regclass(%s) IS NOT NULL, coalesce(obj_description(to_regclass(%s), 'pg_class'), '')"


def index(collection: Collection, name: str, definition: sql.SQL, table: str = "") -> bool:
    """An index on the rows of a collection, or on another table for it, of what follows USING; whether it was made.

    Outside a transaction nobody who writes waits for it.
    """
    told = str(select.checksum(definition))
    if not _is_due(collection, name, told):
        return False
    names = {
        "index": sql.Identifier(name),
        "made": sql.Identifier(MADE.format(name)),
        "rows": sql.Identifier(table or collection.table),
        "definition": definition,
        "told": sql.Literal(told),
    }
    with connection.cursor() as cursor:
        for step in WITHIN if connection.in_atomic_block else BESIDE:
            cursor.execute(sql.SQL(step).format(**names))
    return True


def analyse(table: str) -> None:
    """Take account of the values of a table and of its indexes now; PostgreSQL itself waits until a tenth has changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def drop_index(name: str) -> None:
    """Take an index away before a bulk load; making it again takes a fraction of the time."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name)))


def table(collection: Collection, name: str, statement: sql.SQL, *, locks: bool = False) -> bool:
    """A table beside the rows of a collection, with its triggers, as a statement makes it; whether it was made.

    `locks`: the statement fills it from the rows, which nobody may change meanwhile.
    """
    told = str(select.checksum(statement))
    if not _is_due(collection, name, told):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        if locks:
            cursor.execute(sql.SQL(LOCK).format(sql.Identifier(collection.table)))
        cursor.execute(statement)
        cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(name), sql.Literal(told)))
    return True


def _is_due(collection: Collection, name: str, told: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED, [collection.table, name])
        has_rows, present = cursor.fetchone()
    return bool(has_rows) and present != told
