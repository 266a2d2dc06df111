"""Make the stored texts of features that are absent or old."""

from typing import Any

from django.core.management.base import BaseCommand

from geodata import upkeep


class Command(BaseCommand):
    """After a bulk load that left them out, or a release that publishes more properties; safe to run twice."""

    help = "Stores the GeoJSON text of every feature that lacks it; readers compute it until then."

    def handle(self, *args: Any, **options: Any) -> None:
        upkeep.ensure()
        for collection, count in upkeep.store().items():
            self.stdout.write(f"{collection}: {count} stored")
