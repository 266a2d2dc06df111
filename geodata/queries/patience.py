"""How long one statement of a file about the past may take: the history has no index for every condition (decision 0150)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from geodata.params.instants import AS_OF
from geodata.problems import BadParameter

# Some hundred rows of a stream, or all rows of a file that its reader waits for.
TIMEOUT_MS = 60_000
SET = "SELECT set_config('statement_timeout', %s, true)"


class Watch:
    """Since when statements run that share one bound."""

    def __init__(self) -> None:
        self._began_at = monotonic()

    def left_ms(self, most_ms: int) -> int:
        """What is left of so many milliseconds, at least one: none at all would be no bound to PostgreSQL."""
        return max(most_ms - int((monotonic() - self._began_at) * 1000), 1)


@contextmanager
def bounded(raw: Any, revision: int | None, timeout_ms: int = TIMEOUT_MS) -> Iterator[None]:
    """Statements on a connection of `apart`, in its transaction, are ended after `timeout_ms` if they read a past state.

    Raises BadParameter then.
    """
    if revision is not None:
        raw.execute(SET, [str(timeout_ms)])
    with refused(revision):
        yield


@contextmanager
def refused(revision: int | None) -> Iterator[None]:
    """Raises BadParameter for what was ended because it took too long to read a past state (a revision)."""
    try:
        yield
    except (errors.QueryCanceled, OperationalError) as error:
        if revision is None or not is_canceled(error):
            raise
        told = _("Cet état du passé demande trop de calcul : ajoutez une emprise (bbox) ou un filtre.")
        raise BadParameter(AS_OF, told) from error


def is_canceled(error: Exception) -> bool:
    """Whether a statement was ended before its end, as psycopg or as Django says it."""
    return isinstance(error, errors.QueryCanceled) or isinstance(error.__cause__, errors.QueryCanceled)
