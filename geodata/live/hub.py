"""The hub: one thread of the process listens to PostgreSQL, readers wait for it without a connection.

PostgreSQL delivers `NOTIFY geodata_changes` at the commit (sql/0007_feed.sql). The thread starts with the
first reader and ends when nobody has waited for a while; what may have been missed counts as a change.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

CHANNEL = "geodata_changes"
# How long the listener looks without a reader before it ends, and between two attempts to connect.
IDLE_S = 20.0
LOOK_S = 5.0
RETRY_S = 1.0
logger = logging.getLogger(__name__)


class Hub:
    """Counts changes by collection and wakes those who wait for them."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(max(places, 1))
        self._changed = threading.Condition()
        self._counts: dict[str, int] = {}
        self._missed = 0
        self._readers = 0
        self._left_at = 0.0
        self._thread: threading.Thread | None = None
        self._listening = False

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place among the readers that may wait: False when all are taken, and one must not wait."""
        taken = self._places.acquire(blocking=False)
        try:
            if taken:
                self._enter()
            yield taken
        finally:
            if taken:
                self._leave()
                self._places.release()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Keep the listener while a thread of the process waits that is not a request and takes no place."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def ticket(self, collection_id: str | None = None) -> int:
        """A number that grows with each change of the collection (or of any); take it before reading."""
        with self._changed:
            return self._ticket(collection_id)

    def counts(self) -> dict[str, int]:
        """The number of each collection that changed since the hub began."""
        with self._changed:
            return dict(self._counts)

    def wait(self, ticket: int, seconds: float, collection_id: str | None = None) -> bool:
        """Wait until there is a change after the ticket; False when there was none in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ticket(collection_id) != ticket, timeout=max(seconds, 0))

    def ready(self, seconds: float = 2.0) -> bool:
        """Wait until the listener hears; a change committed before that is seen by reading."""
        with self._changed:
            return self._changed.wait_for(lambda: self._listening, timeout=seconds)

    def _ticket(self, collection_id: str | None) -> int:
        heard = sum(self._counts.values()) if collection_id is None else self._counts.get(collection_id, 0)
        return heard + self._missed

    def _enter(self) -> None:
        with self._changed:
            self._readers += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="geodata-hub", daemon=True)
                self._thread.start()

    def _leave(self) -> None:
        with self._changed:
            self._readers -= 1
            self._left_at = time.monotonic()

    def _run(self) -> None:
        while self._is_wanted():
            try:
                self._listen()
            except psycopg.Error as error:
                logger.warning("the listener lost the database: %s", error)
                self._heard_nothing()
                time.sleep(RETRY_S)

    def _is_wanted(self) -> bool:
        """Whether to go on; the thread that gets False is over, the next reader starts another."""
        with self._changed:
            if self._readers or time.monotonic() - self._left_at < IDLE_S:
                return True
            self._thread = None
            self._listening = False
            return False

    def _heard_nothing(self) -> None:
        with self._changed:
            self._listening = False
            if not self._readers:
                # Nobody waits: a server that ends its databases must not be reached for again.
                self._left_at = 0.0

    def _listen(self) -> None:
        with psycopg.connect(**_parameters(), autocommit=True) as session:
            session.execute(f"LISTEN {CHANNEL}")
            with self._changed:
                self._missed += 1
                self._listening = True
                self._changed.notify_all()
            while True:
                for notice in session.notifies(timeout=LOOK_S, stop_after=1):
                    self._count(notice.payload)
                with self._changed:
                    quiet = not self._readers and time.monotonic() - self._left_at >= IDLE_S
                if quiet:
                    return

    def _count(self, collection_id: str) -> None:
        with self._changed:
            self._counts[collection_id] = self._counts.get(collection_id, 0) + 1
            self._changed.notify_all()


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("cursor_factory", "context", "pool")}


hub = Hub(settings.GEODATA_WAITERS)
