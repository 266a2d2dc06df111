"""The hub: one thread of the process listens to PostgreSQL, readers wait for it without a connection.

PostgreSQL delivers `NOTIFY geodata_changes` at the commit (sql/0007_feed.sql). The thread starts with the
first reader and ends when nobody has waited for a while; what may have been missed counts as a change.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

CHANNEL = "geodata_changes"
# How long the listener looks without a reader before it ends, and between two attempts to connect.
IDLE_S = 20.0
LOOK_S = 5.0
RETRY_S = 1.0
# After so long a reader gives its place to one that comes: nothing tells whether its client is still there (decision 0216).
BEAT_S = 5.0
logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Place:
    """A place among the readers that may wait, held for the caller `who`; `is_lost` once another reader has it."""

    who: bytes
    since: float = field(default_factory=time.monotonic)
    is_lost: bool = False


class Hub:
    """Counts changes by collection and wakes those who wait for them."""

    def __init__(self, places: int) -> None:
        self._places = max(places, 1)
        self._held: list[Place] = []
        self._changed = threading.Condition()
        self._counts: dict[str, int] = {}
        self._missed = 0
        self._readers = 0
        self._left_at = 0.0
        self._thread: threading.Thread | None = None
        self._listening = False

    def end(self) -> None:
        """Take every place back, and give none any more."""
        with self._changed:
            self._places = 0
            for each in self._held:
                each.is_lost = True
            self._held.clear()
            self._changed.notify_all()

    @contextmanager
    def place(self, who: bytes = b"") -> Iterator[Place | None]:
        """A place among the readers that may wait: None when all are taken, and one must not wait.

        `who` is what a caller is told apart by. Whoever waits longer than BEAT_S may lose the place to another.
        """
        place = self._take(who)
        try:
            yield place
        finally:
            if place:
                self._give_back(place)

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

    def wait(self, ticket: int, seconds: float, collection_id: str | None = None, place: Place | None = None) -> bool:
        """Wait until there is a change after the ticket; False when there was none in time, or the place was lost before."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._ticket(collection_id) != ticket or (place is not None and place.is_lost),
                timeout=max(seconds, 0),
            )
            return self._ticket(collection_id) != ticket

    def ready(self, seconds: float = 2.0) -> bool:
        """Wait until the listener hears; a change committed before that is seen by reading."""
        with self._changed:
            return self._changed.wait_for(lambda: self._listening, timeout=seconds)

    def _ticket(self, collection_id: str | None) -> int:
        heard = sum(self._counts.values()) if collection_id is None else self._counts.get(collection_id, 0)
        return heard + self._missed

    def _take(self, who: bytes) -> Place | None:
        with self._changed:
            if len(self._held) >= self._places:
                given_up = self._longest()
                if given_up is None:
                    return None
                given_up.is_lost = True
                self._held.remove(given_up)
                self._changed.notify_all()
            place = Place(who)
            self._held.append(place)
        self._enter()
        return place

    def _longest(self) -> Place | None:
        """Of those who have waited for a beat, the first of the caller who holds the most places."""
        until = time.monotonic() - BEAT_S
        shares = Counter(each.who for each in self._held)
        over = (each for each in self._held if each.since <= until)
        return max(over, key=lambda each: shares[each.who], default=None)

    def _give_back(self, place: Place) -> None:
        with self._changed:
            if not place.is_lost:
                self._held.remove(place)
        self._leave()

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
