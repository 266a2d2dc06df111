"""How long a job that failed waits before the next attempt."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

HOUR_S = 3600


def any_error(_error: BaseException) -> bool:
    """True."""
    return True


@dataclass(frozen=True)
class Backoff(BaseRetryStrategy):
    """Attempts after `first_s` seconds, twice as much after each, never more than `longest_s` apart.

    After `most` attempts the job stays failed, with the reasons, until somebody looks (`manage.py jobs`).
    Up to a quarter is added by chance, so that what failed together does not come back together. `only` says
    which errors are worth another attempt.
    """

    first_s: float = 10.0
    most: int = 8
    longest_s: float = 6 * HOUR_S
    only: Callable[[BaseException], bool] = any_error

    def wait_s(self, attempts: int) -> float:
        """Seconds to wait after so many failed attempts (1: after the first)."""
        plain: float = min(self.first_s * 2.0 ** (attempts - 1), self.longest_s)
        return plain * (1 + random.random() / 4)  # noqa: S311  (spreads load, keeps no secret)

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """As procrastinate asks for it: when to try again, None for never."""
        if not self.only(exception):
            return None
        attempts = job.attempts + 1
        return RetryDecision(retry_in={"seconds": round(self.wait_s(attempts))}) if attempts < self.most else None
