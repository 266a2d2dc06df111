"""Make the stored texts of features that are absent or old."""

from typing import Any

from django.core.management.base import BaseCommand

from geodata import registry
from geodata.queries import stored


class Command(BaseCommand):
    """After a bulk load that left them out, or a release that publishes more properties; safe to run twice."""

    help = "Stores the GeoJSON text of every feature that lacks it; readers compute it until then."

    def handle(self, *args: Any, **options: Any) -> None:
        stored.ensure()
        for collection in registry.collections():
            self.stdout.write(f"{collection.id}: {stored.store(collection)} stored")
