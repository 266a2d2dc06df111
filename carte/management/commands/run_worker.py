"""Do what is queued: deliver webhooks, write exports, tidy up."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from geodata.jobs import worker
from geodata.webhooks import waking


class Command(BaseCommand):
    """Take jobs from the queue until told to stop. As many workers may run as one likes, on any host."""

    requires_system_checks: list[str] = []  # bin/check runs them; they would load every page of the site
    help = "Does what is queued until told to stop; --until-empty ends when nothing waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="end when nothing waits")
        parser.add_argument("--at-once", type=int, default=settings.JOBS_AT_ONCE, help="jobs that run at the same time")

    def handle(self, *args: Any, **options: Any) -> None:
        waking.start()
        worker.run(at_once=options["at_once"], until_empty=options["until_empty"])
