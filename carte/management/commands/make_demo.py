"""Make a synthetic network of any size."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carte.demo.fill import SOURCE, fill
from geodata import registry


class Command(BaseCommand):
    """For benchmarks and tests; refuses to mix with another network unless asked to."""

    help = "Fills an empty database with a synthetic network: parks, cabins, trails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parks", type=int, default=300)
        parser.add_argument("--cabins", type=int, default=1000)
        parser.add_argument("--trails", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--mix", action="store_true", help="also into a database that holds another network")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = {name: options[name] for name in ("parks", "cabins", "trails")}
        if min(sizes.values()) < 0:
            raise CommandError("A number of things is not negative.")
        parks = registry.get("parcs").model_class.objects
        if parks.filter(source=SOURCE).exists():
            raise CommandError("A synthetic network is there already: bin/db empty begins again.")
        if parks.exists() and not options["mix"]:
            raise CommandError("This database holds a real network; --mix adds the synthetic one to it.")
        start = time.monotonic()
        fill(**sizes, seed=options["seed"])
        told = ", ".join(f"{count} {name}" for name, count in sizes.items())
        self.stdout.write(f"{told} in {time.monotonic() - start:.1f} s")
