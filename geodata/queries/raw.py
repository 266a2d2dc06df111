"""Texts as the bytes that PostgreSQL sends: a feature goes from the database to the socket undecoded."""

from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import Loader


class _Bytes(Loader):
    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def undecoded(cursor: Any) -> None:
    """Let this cursor give values of type `text` as UTF-8 bytes."""
    cursor.cursor.adapters.register_loader("text", _Bytes)
