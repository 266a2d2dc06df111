"""What waits, runs and failed, and what one may do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

from geodata.jobs.declaring import Work, periodic, personal
from geodata.jobs.models import JobFailure

KEEP_DAYS = 90
# Those that name people: long enough to mend a mail server and try again.
KEEP_PERSONAL_DAYS = 7
FAILED = "failed"
# Index: procrastinate_events by job. Failed jobs of some tasks (all: NULL) whose last event is older than the limit.
FORGET = """
DELETE FROM procrastinate_jobs j WHERE j.status = 'failed' AND (%(tasks)s::text[] IS NULL OR j.task_name = ANY (%(tasks)s))
AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= %(before)s)
"""
# The queue ends only what waits or runs.
DROP = "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'"


@dataclass(frozen=True)
class Dead:
    """A job that nothing will try again: its number, task, values, attempts, last error and when."""

    id: int
    task: str
    values: dict[str, object]
    attempts: int
    error: str
    at: datetime | None


def counts() -> dict[str, int]:
    """How many jobs wait (`todo`), run (`doing`) and failed."""
    found = dict.fromkeys(("todo", "doing", FAILED), 0)
    told = ProcrastinateJob.objects.filter(status__in=found).values_list("status").annotate(Count("id"))
    return found | dict(told)


def is_queued(work: Work, /, **values: object) -> bool:
    """Whether a job of this task with these values waits or runs."""
    name: str = work.task_name  # type: ignore[attr-defined]
    return ProcrastinateJob.objects.filter(task_name=name, args=values, status__in=("todo", "doing")).exists()


def dead(limit: int = 100) -> Iterable[Dead]:
    """The jobs that failed for good, the latest first."""
    jobs = list(ProcrastinateJob.objects.filter(status=FAILED).order_by("-id")[:limit])
    last = {each.job: each for each in JobFailure.objects.filter(job__in=[job.id for job in jobs]).order_by("id")}
    for job in jobs:
        why = last.get(job.id)
        told = why.error.strip().splitlines()[-1] if why else ""
        yield Dead(job.id, job.task_name, job.args, job.attempts, told, why.at if why else None)


class Again(Enum):
    """What became of a job that was to be tried again."""

    QUEUED = "queued"
    WAITS = "waits"
    UNKNOWN = "unknown"


def try_again(number: int) -> Again:
    """Queue a job that failed once more.

    WAITS: the same was queued since and does its work, so the one that failed is dropped. UNKNOWN: none of this number failed.
    """
    with transaction.atomic():
        job = ProcrastinateJob.objects.select_for_update().filter(id=number, status=FAILED).first()
        if job is None:
            return Again.UNKNOWN
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(job.id, datetime.now(UTC), job.priority, job.queue_name, job.lock)
        except UniqueViolation:
            with connection.cursor() as cursor:
                cursor.execute(DROP, [job.id])
            return Again.WAITS
    return Again.QUEUED


def try_all_again(limit: int = 100) -> Counter[Again]:
    """The same for the jobs that failed for good, the latest first: how many became what."""
    return Counter(try_again(each.id) for each in dead(limit))


@periodic("jobs.forget", cron="17 3 * * *")
def forget() -> None:
    """Each night: what failed long ago is no longer kept, nor what names people after some days."""
    _forget(KEEP_DAYS, None)
    _forget(KEEP_PERSONAL_DAYS, list(personal()))


def _forget(days: int, tasks: list[str] | None) -> None:
    before = timezone.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"tasks": tasks, "before": before})
    reasons = JobFailure.objects.filter(at__lt=before)
    (reasons if tasks is None else reasons.filter(task__in=tasks)).delete()
