"""Check the feeds of the partners' page now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carte.partenaires import health
from geodata.problems import NotFound


class Command(BaseCommand):
    """Reads each feed as a partner does, validates it by its schema, keeps size and speed."""

    help = "Checks every feed (or those named) against its schema and keeps what it found for /partenaires/etat/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "feeds", nargs="*", help="ids, for example cabanes or sentiers.schema-randonnee; all without it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = [health.subject(each) for each in options["feeds"]] or health.subjects()
        except NotFound as error:
            raise CommandError(f"No feed {error.detail}.") from None
        for each in chosen:
            found = health.check(each)
            self.stdout.write(
                f"{each.id}: {found.features} features, {found.judged} judged, {len(found.problems)} problems, "
                f"{found.bytes} bytes in {found.total_ms} ms"
            )
