"""`recording()`: the transaction in which a person's changes are made and named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from geodata.params.reasons import MAX_LENGTH

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# The one key of pg_advisory_xact_lock; sql/0002_history.sql takes the same.
REVISION_LOCK = 720_575_940
_inside: ContextVar[bool] = ContextVar("recording", default=False)

BEGIN = """
SELECT pg_advisory_xact_lock(%(lock)s),
       set_config('chaine.actor', %(actor)s, true),
       set_config('chaine.reason', %(reason)s, true),
       set_config('chaine.note', %(note)s, true),
       set_config('chaine.source', %(source)s, true),
       set_config('chaine.batch', %(batch)s, true)
"""
SUCCESSOR = "SELECT set_config('chaine.successor', %s, true)"


@contextmanager
def recording(
    *,
    by: User | AnonymousUser | None,
    reason: str = "",
    source: str = "web",
    batch: UUID | None = None,
    note: str = "",
) -> Iterator[None]:
    """Open a transaction whose changes the history attributes to `by`.

    Takes the one revision lock before any row lock, so that revisions commit in order and no
    two writers wait for each other. It nests: the outermost call names the actor.
    `reason` is for everybody to read: what a person wrote, or where records come from. `note` is for managers.
    """
    if _inside.get() and connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        actor = str(by.pk) if by is not None and by.pk is not None else ""
        with connection.cursor() as cursor:
            values: dict[str, int | str] = {
                "lock": REVISION_LOCK,
                "actor": actor,
                "batch": str(batch or ""),
                "note": note,
            }
            cursor.execute(BEGIN, values | {"reason": reason[:MAX_LENGTH], "source": source})
        token = _inside.set(True)
        try:
            yield
        finally:
            _inside.reset(token)


@contextmanager
def succeeded_by(uuid: UUID | None) -> Iterator[None]:
    """Within a recording: what is deleted here was merged into this feature (None: it has no successor)."""
    with connection.cursor() as cursor:
        cursor.execute(SUCCESSOR, [str(uuid or "")])
        yield
        cursor.execute(SUCCESSOR, [""])
