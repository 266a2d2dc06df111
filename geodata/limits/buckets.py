"""Token buckets, each one number: the instant at which the caller's quota will be whole again.

A request moves that instant by the cost of one request; a caller whose instant would lie more than a window ahead has
nothing left. So a quota needs 8 bytes, no timer, and a multiplication for each request.
"""

import math
import threading
from typing import NamedTuple

from geodata.limits.policies import Policy

MOST = 50_000
# Sums of costs are not exact: the last request of a quota must not fail by a rounding error.
ROUNDING_S = 1e-6


class Standing(NamedTuple):
    """What a request found: whether it may go on, what remains, the seconds until all is back or one is."""

    granted: bool
    remaining: int
    reset_s: int
    retry_s: int


class Buckets:
    """The buckets of one process; `most` of them, then those nearest to full are forgotten."""

    def __init__(self, most: int = MOST) -> None:
        self._full_at: dict[bytes, float] = {}
        self._lock = threading.Lock()
        self._most = most

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, who: bytes, policy: Policy, now: float) -> Standing:
        """Take one request from the bucket of a caller at an instant of the monotonic clock, in seconds."""
        with self._lock:
            before = max(self._full_at.get(who, now), now)
            after = before + policy.cost_s
            granted = after - now <= policy.window_s + ROUNDING_S
            if granted:
                if len(self._full_at) >= self._most and who not in self._full_at:
                    self._forget(now)
                self._full_at[who] = after
        ahead = (after if granted else before) - now
        remaining = max(int((policy.window_s - ahead + ROUNDING_S) / policy.cost_s), 0)
        retry_s = 0 if granted else max(math.ceil(after - now - policy.window_s), 1)
        return Standing(granted, remaining, math.ceil(ahead), retry_s)

    def _forget(self, now: float) -> None:
        kept = sorted(((at, who) for who, at in self._full_at.items() if at > now), reverse=True)
        self._full_at = {who: at for at, who in kept[: self._most // 2]}
