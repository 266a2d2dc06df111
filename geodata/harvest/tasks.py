"""The worker's part of a harvest that a person asked for."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata import jobs
from geodata.harvest.models import HarvestRun
from geodata.harvest.running import harvest, rights_of
from geodata.harvest.sources import read
from geodata.harvest.words import translated
from geodata.problems import NotFound, Problem


@jobs.task("harvest.run")
def run(*, uuid: str) -> None:
    """Do one that waits. Running twice does no harm: what was taken is then unchanged."""
    asked = HarvestRun.objects.filter(uuid=uuid).exclude(state=HarvestRun.State.ENDED).first()
    if asked is None:
        return
    try:
        source = read().get(asked.source)
        by = rights_of(source, asked.asked_by) if source is not None else None
        if source is None or by is None:
            raise NotFound(_("Cette source, ou le compte qui la moissonne, n’existe plus."))
        harvest(source, by=by, run=asked)
    except (OSError, ValueError, Problem) as failure:
        _end(asked, failure)


def _end(asked: HarvestRun, failure: Exception) -> None:
    why = (
        failure.detail or failure.title if isinstance(failure, Problem) else _("Le fichier des sources ne se lit pas.")
    )
    ended = {"state": HarvestRun.State.ENDED, "ended_at": timezone.now(), "failure": translated(why)}
    HarvestRun.objects.filter(pk=asked.pk).update(**ended)
