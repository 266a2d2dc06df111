"""Load a folder of facts (the starter network) into the database."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from carte.starter.differences import commune_differences
from carte.starter.load import REASON, load
from carte.starter.words import BadRow


class Command(BaseCommand):
    """Idempotent: rows that people edited since are left alone and listed."""

    help = "Loads parks, cabins, trails, communes, events, projects and figures from a folder of data files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--contours", type=Path, help="insee, geometry (hex WKB): what bin/setup extracts")
        parser.add_argument("--overwrite", action="store_true", help="also replace what people edited")
        parser.add_argument("--reason", default="", help="why, kept in the history; needed with --overwrite")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["overwrite"] and not options["reason"]:
            raise CommandError("--overwrite needs a --reason.")
        contours = options["contours"] or settings.VAR / "contours" / "communes.csv"
        if not contours.exists():
            self.stderr.write(f"No contours of communes at {contours}: run bin/setup. They are left out.")
            contours = None
        try:
            with transaction.atomic() if options["dry_run"] else nullcontext():
                refused = self._load(options, contours)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing.") from None
        except (BadRow, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from None
        if differences := list(commune_differences()):
            self.stdout.write(
                f"{'' if refused else 'Nothing failed. '}{len(differences)} places where a source and the shape differ wait for a human"
                f" (`manage.py load_network {options['folder']} --dry-run` lists them again):"
            )
            self.stdout.writelines(f"  {line}\n" for line in differences)
        if refused:
            raise CommandError(f"{refused} rows were refused; the others are loaded.")

    def _load(self, options: dict[str, Any], contours: Path | None) -> int:
        refused = 0
        reports = load(
            options["folder"], contours=contours, overwrite=options["overwrite"], reason=options["reason"] or REASON
        )
        for report in reports:
            drafts = (
                f" ({report.drafts} of them {'a draft' if report.drafts == 1 else 'drafts'})" if report.drafts else ""
            )
            self.stdout.write(
                f"{report.file}: {report.created} created{drafts}, {report.updated} updated, {report.unchanged} unchanged,"
                f" {len(report.kept)} kept as edited, {len(report.refused)} refused"
            )
            for line in report.kept:
                self.stdout.write(f"  kept: {line}")
            for line in report.refused:
                self.stderr.write(f"  refused: {line}")
            refused += len(report.refused)
        return refused
