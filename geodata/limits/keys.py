"""The keys that give a higher quota, held in memory: a request asks no database.

Who owns them is not this package's business: `settings.GEODATA_API_KEYS` names a module with `active()` (hash → id, quota),
`digest_of(text)` and `add_usage(counts)`.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import Error

FRESH_S = 30
# A key that was just made works at once; keys that do not exist cost one short query a second at most.
AGAIN_S = 1
MOST_LENGTH = 200
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Key:
    """A key that is in use; `quota` is its own number of requests, or None for everybody's."""

    id: int
    quota: int | None = None


@cache
def keeper() -> Any:
    """The module that keeps keys and usage."""
    return import_module(settings.GEODATA_API_KEYS)


class KeyRing:
    """The keys in use, read again when they are older than FRESH_S: a key that was revoked lasts that long at most."""

    def __init__(self) -> None:
        self._keys: Mapping[str, Key] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, text: str, now: float) -> Key | None:
        """The key that reads so, or None; `now` is the monotonic clock in seconds."""
        if len(text) > MOST_LENGTH:
            return None
        digest = keeper().digest_of(text)
        found = self._keys.get(digest)
        if now - self._read_at > (FRESH_S if found else AGAIN_S):
            self._read(now)
            found = self._keys.get(digest)
        return found

    def _read(self, now: float) -> None:
        if not self._lock.acquire(blocking=self._read_at == float("-inf")):
            return
        try:
            self._keys = {digest: Key(*facts) for digest, facts in keeper().active().items()}
        except Error:
            logger.exception("the API keys could not be read; those known go on")
        finally:
            self._read_at = now
            self._lock.release()
