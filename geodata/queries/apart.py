"""A read that lasts: one transaction on its own connection, that sees the database as it was at its start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

from geodata.queries import reader
from geodata.queries.raw import undecoded_by

if TYPE_CHECKING:
    from psycopg import sql

    from geodata.queries.reader import Reader

BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
ROWS_AT_ONCE = 500
CURSOR = "geodata_apart"


def hand_back() -> None:
    """Give the connection of this thread back to the pool before waiting or streaming for long."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def snapshot() -> Iterator[psycopg.Connection[Any]]:
    """A connection inside such a transaction; it is ended and handed back however the block is left.

    The block may be a generator that another thread goes on with or closes.
    """
    with held() as reader:
        yield reader.raw


@contextmanager
def held() -> Iterator[Reader]:
    """The same as a reader, for statements that are prepared."""
    with connection.wrap_database_errors:
        found = _begun()
    try:
        yield found
    finally:
        if not found.is_broken:
            found.tell(b"ROLLBACK")
        reader.give_back(found)


def _begun() -> Reader:
    """A reader in a transaction. One whose connection was lost while it was idle is replaced."""
    found, was_idle = reader.take()
    try:
        found.tell(BEGIN)
    except psycopg.Error:
        found.raw.close()
        if not was_idle:
            raise
        reader.close()
        found, _was_idle = reader.take()
        found.tell(BEGIN)
    return found


def stream(
    raw: psycopg.Connection[Any], statement: sql.SQL | sql.Composed, values: list[Any] | tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Rows of a statement, ROWS_AT_ONCE held at a time; values of type `text` are UTF-8 bytes."""
    with raw.cursor(CURSOR) as cursor:
        undecoded_by(cursor.adapters)
        cursor.execute(statement, values)
        while found := cursor.fetchmany(ROWS_AT_ONCE):
            yield from found
