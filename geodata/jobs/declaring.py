"""Declare a task, queue it. Nothing else in the code names procrastinate, except the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from geodata.jobs.backoff import Backoff

Work = Callable[..., None]
NEVER_AGAIN = Backoff(most=1)
_personal: set[str] = set()
# By the connection of the caller, in a worker too: there `app` asks through the sessions of the worker, which a thread
# that queues would wait for as long as the database is away, and keep the worker from starting again.
QUEUE = JobManager(DjangoConnector())


def task(name: str, *, retry: Backoff = NEVER_AGAIN, is_personal: bool = False) -> Callable[[Work], Work]:
    """Declare a function as a task: `name` is what the queue keeps, so it outlives a move of the code.

    Its arguments are keywords whose values are JSON. It may run twice (a worker that was killed leaves
    it to the next one): write it so that this does no harm. `is_personal` says that its arguments, or what
    it raises, name people: then little is kept of it once it failed.
    """

    def declare(work: Work) -> Work:
        app.task(name=name, retry=retry)(work)
        if is_personal:
            _personal.add(name)
        return work_of(name, work)

    return declare


def personal() -> Iterable[str]:
    """The names of the tasks whose arguments or errors name people."""
    return sorted(_personal)


def work_of(name: str, work: Work) -> Work:
    """The function itself, which knows under what name it is queued."""
    work.task_name = name  # type: ignore[attr-defined]
    return work


def periodic(name: str, *, cron: str) -> Callable[[Callable[[], None]], Work]:
    """Declare a task without arguments that is queued at these times (`cron`, UTC), once for all workers."""

    def declare(work: Callable[[], None]) -> Work:
        def at_time(*, timestamp: int = 0) -> None:
            work()

        app.periodic(cron=cron, queueing_lock=name)(app.task(name=name)(at_time))
        return work_of(name, at_time)

    return declare


def defer(work: Work, /, *, once: str = "", alone: str = "", at: datetime | None = None, **values: Any) -> bool:
    """Queue a task in the transaction that is open; False when `once` says that it waits already.

    `once` names what must not be queued twice at the same time, `alone` what must not run at the same
    time (jobs of one name run one after another, in the order they were queued), `at` the first moment
    (UTC) at which it may run.
    """
    job = configure_task(
        name=work.task_name,  # type: ignore[attr-defined]
        job_manager=QUEUE,
        queueing_lock=once or None,
        lock=alone or None,
        schedule_at=at,
    )
    try:
        # A savepoint: the refusal of a second one must not spoil the caller's transaction.
        with transaction.atomic():
            job.defer(**values)
    except AlreadyEnqueued:
        return False
    return True
