"""The one call of this package: may this caller go on, and what do the headers say?"""

import time
from dataclasses import dataclass, replace
from functools import cache

from django.conf import settings

from geodata.limits.buckets import Buckets
from geodata.limits.callers import caller, read_networks
from geodata.limits.keys import Key, KeyRing
from geodata.limits.policies import Policy, read_policy
from geodata.limits.usage import usage


@dataclass(slots=True)
class Ticket:
    """The outcome for one request.

    `refused` asks for 429 with `retry_s` in `Retry-After`; `unknown_key` for a refusal of the key. `policy` is the name
    of the quota, `headers` go on every answer, `key` is the key that is counted.
    """

    refused: bool = False
    unknown_key: bool = False
    retry_s: int = 0
    policy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    key: Key | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the request may be answered."""
        return not (self.refused or self.unknown_key)

    def count(self, kind: str, size: int) -> None:
        """Count the answer that was given, where a key was shown."""
        if self.key is not None:
            usage.add(self.key.id, kind, size, refused=self.refused)


FREE = Ticket()


class Guard:
    """The quotas of one process: by key, else by network; callers of this machine have their own."""

    def __init__(self) -> None:
        self._by_network = read_policy("address", settings.GEODATA_LIMIT_ADDRESS)
        self._by_key = read_policy("key", settings.GEODATA_LIMIT_KEY)
        self._local = read_policy("local", settings.GEODATA_LIMIT_LOCAL)
        self._proxies = read_networks(settings.GEODATA_TRUSTED_PROXIES)
        self._buckets = Buckets()
        self._keys = KeyRing()

    def admit(self, peer: str, forwarded: str = "", key: str = "") -> Ticket:
        """The ticket of a request: `peer` is REMOTE_ADDR, `forwarded` X-Forwarded-For, `key` X-API-Key."""
        now = time.monotonic()
        known = self._keys.find(key, now) if key else None
        if known is not None:
            return self._of_key(known, now)
        who, local = self.who(peer, forwarded)
        ticket = self._taken(who, self._local if local else self._by_network, now, None)
        return replace(ticket, unknown_key=True) if key else ticket

    def who(self, peer: str, forwarded: str = "") -> tuple[bytes, bool]:
        """The keyed hash of the network that a request comes from, and whether that is this machine."""
        return caller(peer, forwarded, self._proxies)

    def _of_key(self, key: Key, now: float) -> Ticket:
        policy = self._by_key
        if policy is not None and key.quota is not None:
            policy = _own(key.quota, policy.window_s)
        return self._taken(b"key%d" % key.id, policy, now, key)

    def _taken(self, who: bytes, policy: Policy | None, now: float, key: Key | None) -> Ticket:
        if policy is None:
            return FREE if key is None else replace(FREE, key=key)
        found = self._buckets.take(who, policy, now)
        state = f'"{policy.name}";r={found.remaining};t={found.reset_s}'
        headers = (("RateLimit-Policy", policy.field), ("RateLimit", state))
        return Ticket(not found.granted, False, found.retry_s, policy.name, headers, key)


@cache
def _own(quota: int, window_s: int) -> Policy:
    return Policy("key", quota, window_s)


@cache
def guard() -> Guard:
    """The guard of this process."""
    return Guard()
