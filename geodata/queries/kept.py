"""What is worked out from everything public of some collections: once for each public state, by one thread at a time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from geodata.queries import past, states

T = TypeVar("T")


class Kept(Generic[T]):
    """A value that follows from the public rows of these collections, made again when one of them changed.

    Of the past it is made each time and not remembered.
    """

    def __init__(self, make: Callable[[], T], *collections: str) -> None:
        self._make = make
        self._collections = collections
        self._known: tuple[tuple[states.State, ...], T] | None = None
        self._lock = Lock()

    def get(self) -> T:
        """The value for the present state: one indexed read a collection once it is known."""
        if past.shown() is not None:
            return self._make()
        at = tuple(states.public_state(each) for each in self._collections)
        if (known := self._known) is not None and known[0] == at:
            return known[1]
        with self._lock:
            # Another thread may have made it meanwhile.
            if (known := self._known) is None or known[0] != at:
                self._known = known = (at, self._make())
            return known[1]
