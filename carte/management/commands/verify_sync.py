"""Compare a mirror with this service, row for row."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser

from carte.mirroring import Difference, compare_file, compare_service
from geodata import registry
from geodata.problems import BadParameter, NotFound

SHOWN = 20
REFUSED = (ValueError, KeyError, sqlite3.Error, httpx.HTTPError, BadParameter, NotFound)


class Command(BaseCommand):
    """A file is compared with what everybody saw at its cursors, so it may be behind; safe to run any time."""

    help = "Compares a mirror (a file of clients/python/mirror.py, or the address of a service) with this service by hashes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mirror", help="mirror.sqlite, or https://…")
        parser.add_argument("--collection", action="append", help="of an address: only these; all without it")

    def handle(self, *args: Any, **options: Any) -> None:
        given: str = options["mirror"]
        names = options["collection"] or [each.id for each in registry.collections()]
        is_address = given.startswith(("http://", "https://"))
        found = compare_service(given.rstrip("/"), names) if is_address else compare_file(Path(given))
        wrong: list[int] = []
        try:
            wrong.extend(self._told(each) for each in found)
        except REFUSED as error:
            raise CommandError(f"{given} cannot be compared: {error}") from None
        if not wrong:
            raise CommandError(f"{given} holds no whole copy to compare: run the mirror again.")
        if sum(wrong):
            raise CommandError(f"{sum(wrong)} features differ.")

    def _told(self, found: Difference) -> int:
        verdict = "equal" if found.is_equal else "DIFFERENT"
        self.stdout.write(
            f"{found.collection}: {found.count} features at revision {found.at}, sha256 {found.digest[:16]}, {verdict}"
        )
        wrong = 0
        for word in ("absent", "extra", "different"):
            uuids: list[str] = getattr(found, word)
            wrong += len(uuids)
            for uuid in uuids[:SHOWN]:
                self.stdout.write(f"  {word} {uuid}")
            if len(uuids) > SHOWN:
                self.stdout.write(f"  … {len(uuids) - SHOWN} more {word}")
        return wrong
