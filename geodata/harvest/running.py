"""A harvest from its first to its last step, and what it takes for something to count as vanished.

One harvest of a source runs at a time, in the site's own language: names of stages and reasons of the history are data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, connection
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from geodata.harvest.applying import AT_ONCE, MAX_REPORT, Harvest
from geodata.harvest.models import HarvestRun
from geodata.harvest.pulling import Haul, pull
from geodata.harvest.sources import Source
from geodata.harvest.staging import Numbers, Staging, staged
from geodata.harvest.words import translated
from geodata.problems import Conflict, Problem, Text, filled, is_down
from geodata.vectorfile import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from comptes.models import User

RUNS_KEPT = 50
# The first key of the advisory locks of harvests; the second is that of the source.
LOCKS = 720_575
# Index: none; the table of locks is small. Two keys of four bytes are classid and objid, with objsubid 2.
AT_WORK = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = %s AND objid = hashtext(%s)::bigint & 4294967295)
"""
# Above both, a loss is not believed until a person says that it is one.
FEW, SHARE = 10, 0.2
INTERRUPTED: Text = _("Le travail s’est arrêté avant la fin. Ce qui était déjà enregistré l’est ; relancez la moisson.")
BUSY: Text = _("Une moisson de cette source est déjà en cours.")
GONE: Text = _("La source ne l’a plus ; rien n’est supprimé ici.")
State = HarvestRun.State
AT_IT = (State.READING, State.APPLYING)


def harvest(
    source: Source,
    *,
    by: User,
    run: HarvestRun | None = None,
    trusting: bool = False,
    seen: Callable[[Haul], None] | None = None,
) -> HarvestRun:
    """Pull a source and take its rows; gives the run with its numbers and report.

    A source that cannot be read changes nothing; one that came with doubts makes nothing vanish. `seen` is shown what
    came before it is taken. Raises Conflict: the source is being harvested.
    """
    with translation.override(settings.LANGUAGE_CODE), _alone(source):
        if run is None:
            run = HarvestRun.objects.create(source=source.id, collection=source.collection, trusting=trusting)
            run.refresh_from_db()
        _tidy(source, run)
        _set(run, actor=by, state=State.READING, rows_read=None, rows_done=0, report=[], counts={})
        work = Harvest(source, by, run)
        try:
            with pull(source) as haul:
                if seen is not None:
                    seen(haul)
                _take(source, work, haul)
        except Problem as failure:
            run.failure = translated(failure.detail or failure.title)
        except BaseException as error:
            _break_off(run, error)
            raise
        ended = {"failure": run.failure, "doubts": run.doubts, "unbelieved": run.unbelieved, "report": run.report}
        _set(run, state=State.ENDED, ended_at=timezone.now(), counts=work.numbers, **ended)
        return run


def _take(source: Source, work: Harvest, haul: Haul) -> None:
    run = work.run
    with staged(source, work.model, work.collection.label) as staging:
        staging.fill(haul.rows, source, work.salt)
        numbers = staging.numbers()
        if numbers.rows and numbers.nameless == numbers.rows:
            raise _nothing_named(source, haul)
        _set(run, state=State.APPLYING, rows_read=numbers.rows)
        work.counts["unchanged"] += numbers.unchanged
        for some in staging.changed(AT_ONCE):
            work.take(haul.rows, some)
            run.rows_done += len(some)
            _set(run, rows_done=run.rows_done, counts=work.numbers)
        staging.note_returned()
        run.doubts = [translated(doubt) for doubt in _doubts(haul, numbers)]
        if not run.doubts:
            run.unbelieved, why = _unbelieved(numbers, staging, run)
            if run.unbelieved:
                run.doubts = [translated(why)]
            else:
                staging.note_vanished()
        count, lines = staging.gone(MAX_REPORT)
        gone = translated(GONE)
        for source_id, uuid, name in lines:
            work.tell("vanished", source_id, name, uuid, gone)
        work.counts["vanished"] = count


def _nothing_named(source: Source, haul: Haul) -> Unreadable:
    """What to say where `id_field` names no row at all: it is the wrong one, so the first row's columns are told."""
    columns = ", ".join(next(iter(haul.rows)).columns)
    told = _("La colonne « %(column)s » (id_field) ne nomme aucun objet. Colonnes de la source : %(columns)s.")
    return Unreadable(filled(told, {"column": source.id_field, "columns": columns}))


def _doubts(haul: Haul, numbers: Numbers) -> Iterator[Text]:
    """Why it is not sure that all of the source came; nothing vanishes unless there is no such reason."""
    if haul.announced is not None and haul.announced != numbers.rows:
        counted = {"announced": haul.announced, "rows": numbers.rows}
        yield filled(_("Le service annonce %(announced)d objets et en a envoyé %(rows)d."), counted)
    if haul.counts and haul.announced is None:
        yield _("Le service ne dit pas combien d’objets il a : on ne sait pas si tout est arrivé.")
    if not haul.sealed:
        yield _("Le service n’a pas dit où finit son fichier : on ne sait pas si tout est arrivé.")
    if numbers.twins:
        yield filled(
            _("%(n)d objets portent un identifiant déjà reçu : des pages sont peut-être venues deux fois."),
            {"n": numbers.twins},
        )
    if numbers.nameless:
        yield filled(_("%(n)d objets sont venus sans identifiant."), {"n": numbers.nameless})


def _unbelieved(numbers: Numbers, staging: Staging, run: HarvestRun) -> tuple[int, Text]:
    """How many are missing at once, where that is more than is believed without a person's word, and how to say it."""
    lost, known = staging.loss()
    if run.trusting or not lost or (numbers.rows and (lost <= FEW or lost <= known * SHARE)):
        return 0, ""
    told = _("%(lost)d objets sur %(known)d manquent d’un coup : une personne doit d’abord le confirmer.")
    return lost, filled(told, {"lost": lost, "known": known})


def _set(run: HarvestRun, **values: object) -> None:
    """Keep how far it is, so that who waits sees it."""
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))


def _break_off(run: HarvestRun, error: BaseException) -> None:
    """End a run whose work broke, if the database can be told; else it is ended by whoever looks next (`tasks.sweep`)."""
    if not is_down(error):
        with suppress(Error):
            _set(run, state=State.ENDED, ended_at=timezone.now(), failure=translated(INTERRUPTED))


def is_at_work(source_id: str) -> bool:
    """Whether some process harvests this source now."""
    with connection.cursor() as cursor:
        cursor.execute(AT_WORK, [LOCKS, source_id])
        return bool(cursor.fetchone()[0])


def end_cut_off(runs: Iterable[HarvestRun]) -> None:
    """Say of those at which nobody is any more that they were cut off."""
    gone = [run.pk for run in runs if not is_at_work(run.source)]
    _cut_off(HarvestRun.objects.filter(pk__in=gone))


def _cut_off(runs: QuerySet[HarvestRun]) -> None:
    """Say of those that still say that they are at work that they were cut off; what ended has said so itself."""
    runs.filter(state__in=AT_IT).update(state=State.ENDED, ended_at=timezone.now(), failure=translated(INTERRUPTED))


def _tidy(source: Source, run: HarvestRun) -> None:
    """Nobody else is at work here: a run that says so was cut off. The last `RUNS_KEPT` runs are kept."""
    runs = HarvestRun.objects.filter(source=source.id)
    _cut_off(runs.exclude(pk=run.pk))
    runs.exclude(pk__in=runs.order_by("-started_at", "-uuid").values("pk")[:RUNS_KEPT]).delete()


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, source.id])
        if cursor.fetchone() != (True,):
            raise Conflict(BUSY)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCKS, source.id])


def rights_of(source: Source, asker: User | None) -> User | None:
    """The account that harvests: the one the source names, else who asks."""
    users = get_user_model().objects.filter(is_active=True)
    named = users.filter(username=source.account).first() if source.account else None
    return named or (asker if asker is not None and asker.is_active else None)
