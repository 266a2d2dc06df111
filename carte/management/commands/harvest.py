"""Pull the features of another service into drafts."""

from argparse import ArgumentParser
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from geodata.harvest.applying import harvest, in_words
from geodata.harvest.models import HarvestRun
from geodata.harvest.pulling import Pulled, pull
from geodata.harvest.sources import Source, read
from geodata.problems import Problem

SHOWN = 200


class Command(BaseCommand):
    """New features become drafts, changed ones are updated or proposed; nothing is ever deleted."""

    help = "Pulls a source of harvest.toml into drafts; without a source it lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", help="its name in the file")
        parser.add_argument("--file", type=Path, help="another file of sources than HARVEST_SOURCES")
        parser.add_argument("--as", dest="account", help="account whose rights count, instead of the source's")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sources = read(options["file"])
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing.") from None
        except (Problem, ValueError) as error:
            raise CommandError(in_words(error) if isinstance(error, Problem) else str(error)) from None
        if not options["source"]:
            self.stdout.writelines(f"{name}: {each.title} → {each.collection}\n" for name, each in sources.items())
            return
        source = sources.get(options["source"])
        if source is None:
            raise CommandError(f"No source {options['source']}. Known: {', '.join(sources)}.")
        self._run(source, self._account(source, options["account"]), dry_run=options["dry_run"])

    def _account(self, source: Source, asked: str | None) -> Any:
        name = asked or source.account
        found = get_user_model().objects.filter(username=name, is_active=True).first() if name else None
        if found is None:
            made = f"manage.py make_account --authority {source.authority or 'CODE'} --role editor --username {name or 'moisson'}"
            raise CommandError(f"No account « {name} » to harvest with. Make it: {made}")
        return found

    def _run(self, source: Source, by: Any, *, dry_run: bool) -> None:
        rows = pull(source)
        if dry_run:
            rows = self._described(rows)
        with transaction.atomic() if dry_run else nullcontext():
            run = harvest(source, rows, by=by)
            if dry_run:
                transaction.set_rollback(True)
        self._tell(source, run)
        if run.failure:
            raise CommandError(f"{source.id}: {run.failure}")

    def _described(self, rows: Any) -> Any:
        """The same rows; the columns of the first are said, so that a mapping can be written."""
        for first in islice(rows, 1):
            self.stdout.write(f"columns: {', '.join(_column(first, name) for name in first.columns)}")
            yield first
        yield from rows

    def _tell(self, source: Source, run: HarvestRun) -> None:
        counts = ", ".join(f"{run.counts.get(name, 0)} {name}" for name in HarvestRun.OUTCOMES)
        self.stdout.write(f"{source.id}: {counts}")
        for row in run.report[:SHOWN]:
            if row["outcome"] != "new":
                self.stdout.write(f"  {row['outcome']}: {row['source_id']} {row['name']} {row['reason']}".rstrip())
        if len(run.report) > SHOWN:
            self.stdout.write(f"  … {len(run.report) - SHOWN} more, on /gestion/moissons/")


def _column(row: Pulled, name: str) -> str:
    return f"{name} ({str(row.columns[name])[:30]})"
