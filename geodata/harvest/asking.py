"""A harvest that a person asks for: queued here, done by the worker (`tasks`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from geodata import jobs
from geodata.harvest import tasks
from geodata.harvest.models import HarvestRun
from geodata.harvest.running import is_at_work
from geodata.harvest.sources import Source
from geodata.problems import Conflict

if TYPE_CHECKING:
    from comptes.models import User


def ask(source: Source, *, by: User, trusting: bool = False) -> HarvestRun:
    """The run that now waits for the worker. Raises Conflict: one of this source waits or is at work."""
    with transaction.atomic():
        made = HarvestRun.objects.create(
            source=source.id,
            collection=source.collection,
            state=HarvestRun.State.WAITING,
            asked_by=by,
            trusting=trusting,
        )
        made.refresh_from_db()
        queued = not is_at_work(source.id) and jobs.defer(
            tasks.run, once=f"harvest:{source.id}", alone=f"harvest:{source.id}", uuid=str(made.uuid)
        )
        if not queued:
            raise Conflict(_("Une moisson de cette source est déjà en cours."))
    return made
