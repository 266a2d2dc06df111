"""Load the ground of the map from an OSM extract or an IGN file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geodata.basemap.load import load
from geodata.vectorfile import Unreadable


class Command(BaseCommand):
    """Replaces the ground as a whole; running it again with the same file gives the same ground."""

    help = "Fills the base map from FILE.osm.pbf (OpenStreetMap) or FILE.gpkg (IGN BD TOPO), cut to the extent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load(options["file"], self.stdout.write)
        except Unreadable as error:
            raise CommandError(str(error.detail)) from None
        self.stdout.write(f"{count} pieces of ground")
