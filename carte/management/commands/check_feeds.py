"""Check the feeds of the partners' page now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carte.partenaires import health
from geodata import registry
from geodata.problems import NotFound


class Command(BaseCommand):
    """Reads each collection as a partner does, validates it by its schema, keeps size and speed."""

    help = "Checks every feed (or those named) against its schema and keeps what it found for /partenaires/etat/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("collections", nargs="*", help="ids, for example cabanes; all without it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = [registry.get(each) for each in options["collections"]] or list(registry.collections())
        except NotFound as error:
            raise CommandError(f"No collection {error.detail}.") from None
        for collection in chosen:
            found = health.check(collection)
            self.stdout.write(
                f"{collection.id}: {found.features} features, {found.judged} judged, {len(found.problems)} problems, "
                f"{found.bytes} bytes in {found.total_ms} ms"
            )
