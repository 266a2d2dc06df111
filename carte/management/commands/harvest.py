"""Pull the features of another service into drafts."""

import os
from argparse import ArgumentParser
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from geodata.harvest.models import HarvestRun, in_reader_language
from geodata.harvest.pulling import Haul
from geodata.harvest.running import harvest
from geodata.harvest.sources import Source, read
from geodata.harvest.words import in_words
from geodata.problems import Conflict, Problem

SHOWN = 200


class Command(BaseCommand):
    """New features become drafts, changed ones are updated or proposed; nothing is ever deleted."""

    help = "Pulls a source of harvest.toml into drafts; without a source it lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", help="its name in the file")
        parser.add_argument("--file", type=Path, help="another file of sources than HARVEST_SOURCES")
        parser.add_argument("--as", dest="account", help="account whose rights count, instead of the source's")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument(
            "--trust",
            action="store_true",
            help="believe a source that suddenly has far fewer features: list what it lost",
        )
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default=_environment_language(),
            help="of the report; else that of the variable LANGUAGE, else French",
        )  # fmt: skip

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
        by = self._account(source, options["account"])
        with translation.override(options["language"]):
            self._run(source, by, dry_run=options["dry_run"], trusting=options["trust"])

    def _account(self, source: Source, asked: str | None) -> Any:
        name = asked or source.account
        found = get_user_model().objects.filter(username=name, is_active=True).first() if name else None
        if found is None:
            made = f"manage.py make_account --authority {source.authority or 'CODE'} --role editor --username {name or 'moisson'}"
            raise CommandError(f"No account « {name} » to harvest with. Make it: {made}")
        return found

    def _run(self, source: Source, by: Any, *, dry_run: bool, trusting: bool) -> None:
        with transaction.atomic() if dry_run else nullcontext():
            try:
                run = harvest(source, by=by, trusting=trusting, seen=self._columns if dry_run else None)
            except Conflict as refusal:
                raise CommandError(f"{source.id}: {refusal.detail}") from None
            if dry_run:
                transaction.set_rollback(True)
        self._tell(source, run)
        if run.failure:
            raise CommandError(f"{source.id}: {run.failure_words}")

    def _columns(self, haul: Haul) -> None:
        """Say the columns of the first feature, so that a mapping can be written."""
        for first in islice(haul.rows, 1):
            told = (f"{name} ({str(value)[:30]})" for name, value in first.columns.items())
            self.stdout.write(f"columns: {', '.join(told)}")

    def _tell(self, source: Source, run: HarvestRun) -> None:
        counts = ", ".join(f"{run.counts.get(name, 0)} {words}" for name, words in HarvestRun.OUTCOMES.items())
        self.stdout.write(f"{source.id}: {counts}")
        for doubt in run.doubt_words:
            self.stdout.write(f"  ! {doubt}")
        lines = [row for row in run.report if row["outcome"] != "new"]
        for row in lines[:SHOWN]:
            words = HarvestRun.OUTCOMES[row["outcome"]]
            who = " ".join(filter(None, (row["source_id"], row["name"], in_reader_language(row["reason"]))))
            self.stdout.write("  " + _("%(name)s : %(told)s") % {"name": words, "told": who})
        if len(lines) > SHOWN:
            self.stdout.write(f"  … +{len(lines) - SHOWN}, /gestion/moissons/{source.id}/")


def _environment_language() -> str:
    """The first language of the variable LANGUAGE that the site speaks, else its own."""
    known = [code for code, _name in settings.LANGUAGES]
    asked = [each[:2].lower() for each in os.environ.get("LANGUAGE", "").split(":")]
    return next((each for each in asked if each in known), settings.LANGUAGE_CODE)
