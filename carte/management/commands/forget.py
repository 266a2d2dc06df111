"""`manage.py forget`: take texts of a record out of its history."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geodata import registry
from geodata.changes.forgetting import forget
from geodata.problems import Problem


class Command(BaseCommand):
    """Empty properties of a record in every past state, where the law asks for it."""

    help = "Empty properties of a record in every past state (the present one is edited as usual)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("collection")
        parser.add_argument("uuid", type=UUID)
        parser.add_argument("--field", action="append", default=[], help="a property; may be repeated")
        parser.add_argument("--reasons", action="store_true", help="also what was said of each change")
        parser.add_argument("--why", required=True, help="kept, without the texts: who asked, and when")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            collection = registry.get(options["collection"])
            done = forget(collection, options["uuid"], options["field"], options["why"], reasons=options["reasons"])
        except Problem as refusal:
            wrong = ", ".join(getattr(refusal, "errors", {}))
            raise CommandError(f"{refusal.detail or refusal.title} {wrong}".strip()) from None
        self.stdout.write(f"{done.states} past states, {done.reasons} reasons emptied")
        self.stdout.write("Caches of others may keep an answer about the past for one more day.")
