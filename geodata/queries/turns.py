"""One read for all who ask at once: what begins after everybody asked answers everybody."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
# A read takes a tenth of a millisecond. One that takes so long may never end, as on a connection whose other side vanished.
PATIENCE_S = 1.0


class _Turn(Generic[T]):
    """A read that has not begun; `done` is held until it is over, and `found` is empty where it failed."""

    __slots__ = ("done", "found")

    def __init__(self) -> None:
        self.done = Lock()
        self.done.acquire()
        self.found: tuple[T] | None = None


class Turns(Generic[T]):
    """Reads by key, one at a time each: who asks while one runs shares the next with all others who do.

    So nobody is told of a state that is older than their question, and PostgreSQL is asked once for many. Nobody depends on
    others: whose shared read fails, or who waited for long, reads alone.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._next: dict[Hashable, _Turn[T]] = {}
        self._running: dict[Hashable, Lock] = {}

    def read(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made after this was asked. Raises what it raised here."""
        with self._lock:
            turn = self._next.get(key)
            if is_first := turn is None:
                turn = self._next[key] = _Turn()
            running = self._running.setdefault(key, Lock())
        if is_first:
            return self._made(key, turn, running, make)
        if turn.done.acquire(timeout=PATIENCE_S):
            turn.done.release()
        return turn.found[0] if turn.found else make()

    def _made(self, key: Hashable, turn: _Turn[T], running: Lock, make: Callable[[], T]) -> T:
        is_alone = False
        try:
            try:
                is_alone = running.acquire(timeout=PATIENCE_S)
            finally:
                # From here on who asks is not answered by this read.
                with self._lock:
                    del self._next[key]
            turn.found = (make(),)
            return turn.found[0]
        finally:
            if is_alone:
                running.release()
            turn.done.release()
