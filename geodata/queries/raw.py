"""How hot statements reach PostgreSQL: prepared, and their texts as the bytes that it sends.

A box of a hundred cabins spends more time in parsing and planning than in reading (0.6 ms of 1.5 ms): a
statement that comes back is prepared by psycopg after its third use on a connection. Django's own cursor
writes the values into the statement and can never do that; psycopg would keep the last hundred of its texts on each
connection for nothing, megabytes each of a bulk write. So only the cursors made here are counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from psycopg.abc import Buffer
from psycopg.adapt import Loader

PREPARED_AFTER = 3


class _Bytes(Loader):
    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def undecoded(cursor: Any) -> None:
    """Let this cursor give values of type `text` as UTF-8 bytes."""
    cursor.cursor.adapters.register_loader("text", _Bytes)


@contextmanager
def direct() -> Iterator[CursorWrapper]:
    """Django's own cursor, planned for its values at each use; texts stay bytes."""
    with connection.cursor() as cursor:
        undecoded(cursor)
        yield cursor


@contextmanager
def prepared() -> Iterator[CursorWrapper]:
    """A cursor that binds values on the server, so that its statements are prepared; texts stay bytes."""
    connection.ensure_connection()
    own = connection.connection
    own.prepare_threshold = PREPARED_AFTER
    try:
        # As connection.cursor() does, with another class of cursor.
        with cast("Any", connection)._prepare_cursor(cast("Any", ServerBindingCursor)(own)) as cursor:
            undecoded(cursor)
            yield cursor
    finally:
        own.prepare_threshold = None
