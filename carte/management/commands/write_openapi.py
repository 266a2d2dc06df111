"""Write the OpenAPI document to the standard output, for a validator or a client generator."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from geodata import registry
from geodata.ogc import openapi


class Command(BaseCommand):
    """Print what `/api/openapi.json` serves; needs no database."""

    help = "Prints the OpenAPI 3.0 document of the API (JSON)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--root", default="/api/", help="address of the API in the document")

    def handle(self, *args: Any, **options: Any) -> None:
        described = openapi.document(options["root"], registry.collections())
        self.stdout.write(json.dumps(described, ensure_ascii=False, indent=2, default=str))
