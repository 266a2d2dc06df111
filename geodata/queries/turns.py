"""One read for all who ask at once: what begins after everybody asked answers everybody."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class _Turn(Generic[T]):
    """A read that has not begun; `done` is held until it is over."""

    __slots__ = ("done", "error", "found")

    def __init__(self) -> None:
        self.done = Lock()
        self.done.acquire()
        self.found: T
        self.error: BaseException | None = None


class Turns(Generic[T]):
    """Reads by key, one at a time each: who asks while one runs shares the next with all others who do.

    So nobody is told of a state that is older than their question, and PostgreSQL is asked once for many.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._next: dict[Hashable, _Turn[T]] = {}
        self._running: dict[Hashable, Lock] = {}

    def read(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made after this was asked. Raises what it raised."""
        with self._lock:
            turn = self._next.get(key)
            if is_first := turn is None:
                turn = self._next[key] = _Turn()
                running = self._running.setdefault(key, Lock())
        if not is_first:
            with turn.done:
                pass
            if turn.error is not None:
                raise turn.error
            return turn.found
        with running:
            with self._lock:
                del self._next[key]
            try:
                turn.found = make()
            except BaseException as error:
                turn.error = error
                raise
            finally:
                turn.done.release()
        return turn.found
