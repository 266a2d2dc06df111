"""What is queued, what failed and why; try it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geodata.jobs import standing


class Command(BaseCommand):
    """Print the counts of jobs and the reasons of those that failed for good."""

    help = "Prints what waits, runs and failed with the reason; --retry NUMBER or --retry-all tries failed ones again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", type=int, metavar="NUMBER", help="try this failed job again")
        parser.add_argument("--retry-all", action="store_true", help="try every failed job again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            became = standing.try_again(options["retry"])
            if became is standing.Again.UNKNOWN:
                raise CommandError(f"No job {options['retry']} has failed.")
            if became is standing.Again.WAITS:
                self.stdout.write(f"{options['retry']} waits already under another number: dropped.")
        if options["retry_all"]:
            standing.try_all_again()
        found = standing.counts()
        self.stdout.write(f"waiting {found['todo']}, running {found['doing']}, failed {found['failed']}")
        for each in standing.dead():
            at = f"{each.at:%Y-%m-%d %H:%M} " if each.at else ""
            self.stdout.write(f"{each.id}  {at}{each.task} {each.values}  {each.attempts} attempts: {each.error}")
