"""What each key asked, counted in memory and handed on in batches: no query for a request.

A process that is killed loses the last `GEODATA_USAGE_FLUSH_S` seconds of them.
"""

import atexit
import logging
import threading
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from geodata.limits.keys import keeper

logger = logging.getLogger(__name__)
Slot = tuple[int, date, str]


@dataclass
class Count:
    """Requests, bytes sent (as compressed) and refusals for lack of quota."""

    requests: int = 0
    bytes: int = 0
    refused: int = 0


class Usage:
    """The counts of one process that were not handed on yet, by key, day (of the instance) and kind of address."""

    def __init__(self) -> None:
        self._counts: dict[Slot, Count] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def add(self, key: int, kind: str, size: int, *, refused: bool) -> None:
        """Count one answer of `size` bytes to a key."""
        slot = (key, timezone.localdate(), kind)
        with self._lock:
            count = self._counts.setdefault(slot, Count())
            count.requests += 1
            count.bytes += size
            count.refused += refused
            if self._timer is None:
                self._timer = threading.Timer(settings.GEODATA_USAGE_FLUSH_S, self._flush_apart)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Hand the counts on; what cannot be kept now is kept with the next ones."""
        with self._lock:
            counts, self._counts = self._counts, {}
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if not counts:
            return
        try:
            keeper().add_usage(counts)
        except Error:
            logger.warning("the usage of API keys could not be kept yet", exc_info=True)
            self._take_back(counts)

    def _flush_apart(self) -> None:
        try:
            self.flush()
        finally:
            connection.close()

    def _take_back(self, counts: dict[Slot, Count]) -> None:
        with self._lock:
            for slot, lost in counts.items():
                count = self._counts.setdefault(slot, Count())
                count.requests += lost.requests
                count.bytes += lost.bytes
                count.refused += lost.refused


usage = Usage()
atexit.register(usage.flush)
