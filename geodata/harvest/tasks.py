"""The worker's part of a harvest that a person asked for."""

from __future__ import annotations

import logging

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata import jobs
from geodata.harvest.models import HarvestRun
from geodata.harvest.running import AT_IT, end_cut_off, harvest, rights_of
from geodata.harvest.sources import Source, read
from geodata.harvest.words import translated
from geodata.jobs import standing
from geodata.problems import Conflict, NotFound, Problem, Text, is_down

BROKE: Text = _(
    "Une erreur imprévue a arrêté la moisson ; le journal du service dit laquelle. Ce qui était déjà enregistré l’est."
)
logger = logging.getLogger(__name__)


@jobs.task("harvest.run", retry=jobs.Backoff(first_s=5, most=10, only=is_down))
def run(*, uuid: str) -> None:
    """Do one that waits. Running twice does no harm: what was taken is then unchanged."""
    asked = HarvestRun.objects.filter(uuid=uuid).exclude(state=HarvestRun.State.ENDED).first()
    if asked is None:
        return
    try:
        source = _source(asked)
        by = rights_of(source, asked.asked_by) if source is not None else None
        if source is None or by is None:
            raise NotFound(_("Cette source, ou le compte qui la moissonne, n’existe plus."))
        harvest(source, by=by, run=asked)
    except Problem as failure:
        _end(asked, failure.detail or failure.title)
    except Exception as error:
        if is_down(error):
            # It is tried again, and takes what was not taken.
            raise
        logger.exception("harvest %s of %s broke", asked.uuid, asked.source)
        _end(asked, BROKE)


@jobs.periodic("harvest.sweep", cron="*/5 * * * *")
def sweep() -> None:
    """End the runs whose process was killed; those that a worker will go on with wait for it."""
    open_ones = HarvestRun.objects.filter(state__in=AT_IT)
    end_cut_off([each for each in open_ones if not standing.is_queued(run, uuid=str(each.uuid))])


def _source(asked: HarvestRun) -> Source | None:
    try:
        return read().get(asked.source)
    except (OSError, ValueError):
        raise Conflict(_("Le fichier des sources ne se lit pas.")) from None


def _end(asked: HarvestRun, why: Text) -> None:
    ended = {"state": HarvestRun.State.ENDED, "ended_at": timezone.now(), "failure": translated(why)}
    HarvestRun.objects.filter(pk=asked.pk).update(**ended)
