"""Bring an installation to the state in which it can serve; does only what lacks."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from carte.preparing import check_database, static_files_key
from geodata import registry

STARTER = "starter"


class Command(BaseCommand):
    """Migrate, collect static files, load the starter network into an empty database."""

    help = "Migrates, collects static files and loads the starter network when the database is empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-accounts", action="store_true", help="also make the accounts to try it out with")

    def handle(self, *args: Any, **options: Any) -> None:
        check_database(connection)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stderr.write("Preparing the database")
            call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        if not registry.get("parcs").model_class._default_manager.exists() and "load_network" in get_commands():
            self.stderr.write("Loading the starter network")
            call_command("load_network", str(Path(settings.ROOT) / STARTER))
            if options["demo_accounts"]:
                call_command("make_demo_accounts")

    def _collect_static(self) -> None:
        stamp = Path(settings.VAR) / "stamps" / "static"
        key = static_files_key()
        if not stamp.exists() or stamp.read_text() != key:
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(key)
