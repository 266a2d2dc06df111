"""A read that lasts: one transaction on its own connection, that sees the database as it was at its start.

A client may take as long as it likes to read an answer, so answers that come from the database while they are sent have
a bounded number of places: slow clients then hold some connections, never all.
"""

from __future__ import annotations

import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from geodata.problems import Unavailable
from geodata.queries import reader

if TYPE_CHECKING:
    from geodata.queries.reader import Reader

T = TypeVar("T")
# No processes that help: they would stay as long as the client reads, and begin later than the first row could leave.
# What lasts is worth a plan of its own.
BEGIN = (
    b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL max_parallel_workers_per_gather = 0;"
    b"SET LOCAL plan_cache_mode = auto"
)
# How long a stream waits for a place, and when its client may ask again.
WAIT_S = 1
RETRY_AFTER_S = 10

_places = BoundedSemaphore(settings.GEODATA_STREAMED)


def hand_back() -> None:
    """Give the connection of this thread back to the pool before waiting or streaming for long."""
    if not connection.in_atomic_block:
        connection.close()


class Placed(Iterator[T], Generic[T]):
    """The same pieces, with one of the places for streams until they end, fail, are closed or are forgotten.

    Raises Unavailable: no place becomes free in WAIT_S.
    """

    def __init__(self, pieces: Generator[T, None, None]) -> None:
        hand_back()
        if not _places.acquire(timeout=WAIT_S):
            told = _("Trop de réponses longues sont en cours d’envoi. Réessayez dans un instant.")
            raise Unavailable(told, RETRY_AFTER_S)
        self._pieces = pieces
        # Runs once: whoever comes first, `close` in any thread or the collector.
        self._leave = weakref.finalize(self, _places.release)

    def __next__(self) -> T:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End what the pieces come from, and leave the place."""
        try:
            self._pieces.close()
        finally:
            self._leave()


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
        try:
            if not found.is_broken:
                found.tell(b"ROLLBACK")
        finally:
            reader.give_back(found)


def _begun() -> Reader:
    """A reader in a transaction. One whose connection was lost while it was idle is replaced."""
    found, was_idle = reader.take()
    try:
        found.tell(BEGIN)
    except BaseException as error:
        found.raw.close()
        reader.give_back(found)
        if not (was_idle and isinstance(error, psycopg.Error)):
            raise
        # The other idle ones were lost with it: each turn closes them, and what is new is not idle.
        reader.close()
        return _begun()
    return found
