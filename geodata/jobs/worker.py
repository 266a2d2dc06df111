"""The worker: takes jobs from the queue, gives back those of a worker that was killed, keeps reasons of failures."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import UTC, datetime
from typing import Any, LiteralString

from django.conf import settings
from django.db import Error, connection
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.psycopg_connector import PsycopgConnector

from geodata.jobs.journal import discreet
from geodata.jobs.models import JobFailure
from geodata.problems import is_down

ERROR_CHARACTERS = 4_000
# A job whose worker was killed while it ran so many times is what kills workers.
MOST_KILLS = 5
SHUTDOWN_S = 5.0
# How often, a second apart, a worker tries to say what became of a job.
PATIENCE_S = 600
logger = logging.getLogger(__name__)


def run(*, at_once: int, until_empty: bool = False) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or until nothing waits."""
    logging.getLogger("procrastinate.worker").addFilter(discreet)
    with app.replace_connector(_connector()) as own:
        asyncio.run(_run(own, at_once, until_empty))


async def _run(own: App, at_once: int, until_empty: bool) -> None:
    async with own.open_async():
        minding = asyncio.create_task(_mind(own))
        try:
            await own.run_worker_async(
                concurrency=at_once,
                wait=not until_empty,
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                # The queue wakes its workers for new jobs, not for those whose time has come.
                fetch_job_polling_interval=settings.JOBS_LOOK_S,
                update_heartbeat_interval=settings.JOBS_LOST_AFTER_S / 3,
                stalled_worker_timeout=settings.JOBS_LOST_AFTER_S,
                shutdown_graceful_timeout=SHUTDOWN_S,
                task_middleware=[*own.worker_defaults.get("task_middleware", []), keep_reason],
            )
        finally:
            minding.cancel()


async def _mind(own: App) -> None:
    """Now and again, queue the jobs of workers that have gone silent."""
    while True:
        try:
            for job in await own.job_manager.get_stalled_jobs(seconds_since_heartbeat=settings.JOBS_LOST_AFTER_S):
                await _give_back(own, job)
        except ConnectorException as error:
            # The database went away, or another worker was first: the next turn finds what is left.
            logger.warning("jobs of workers that are gone wait: %s", error)
        await asyncio.sleep(settings.JOBS_LOST_AFTER_S / 2)


async def _give_back(own: App, job: Job) -> None:
    if job.attempts >= MOST_KILLS:
        await own.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
        return
    try:
        await own.job_manager.retry_job(job=job, retry_at=datetime.now(UTC))
    except UniqueViolation:
        # The same was queued while this one ran, and waits for it to end: that one does its work.
        await own.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=True)


def keep_reason(call_next: Any, context: JobContext, worker: Any) -> Any:
    """Around each task: what it raised is kept, then raised on."""
    try:
        return call_next()
    except Exception as error:
        text = "".join(traceback.format_exception(error))[-ERROR_CHARACTERS:]
        job = context.job
        assert job.id is not None  # noqa: S101  (it came from the queue)
        try:
            JobFailure.objects.create(job=job.id, task=job.task_name, attempt=job.attempts + 1, error=text)
        except Error as lost:
            # What it raised decides whether it is tried again, not that the database is gone meanwhile. Without the
            # trace, which begins with what was raised: it may name people.
            logger.error("the reason of a failure could not be kept: %s", lost)
        raise


class _Patient(PsycopgConnector):
    """Says what became of a job even when PostgreSQL was restarted meanwhile.

    Else the job would be at work for as long as this worker lives, and never be given back.
    """

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        for _attempt in range(PATIENCE_S):
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not is_down(error.__cause__):
                    raise
                await asyncio.sleep(1)
            else:
                return
        raise ConnectorException


def _connector() -> _Patient:
    given = connection.get_connection_params()
    wanted = {name: value for name, value in given.items() if name not in ("cursor_factory", "context")}
    # One connection listens, one does the rest.
    return _Patient(kwargs=wanted | {"application_name": "worker"}, min_size=1, max_size=3)
