"""Bring an installation to the state in which it can serve; does only what lacks."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from carte.preparing import check_database, static_files_key, with_pinned
from geodata import registry, upkeep

STARTER = "starter"
DEMO_ACCOUNTS = "make_demo_accounts"


class Command(BaseCommand):
    """Migrate, collect static files, load the starter network into an empty database."""

    requires_system_checks: list[str] = []  # bin/check runs them; they would cost half a second at each start
    help = "Migrates, collects static files and loads the starter network when the database is empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo-accounts", action="store_true", help="also make the accounts to try it out with")

    def handle(self, *args: Any, **options: Any) -> None:
        check_database(connection)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stderr.write("Preparing the database")
            call_command("migrate", verbosity=0, interactive=False)
        if upkeep.ensure():
            self.stderr.write("Storing the texts of features")
            upkeep.store()
        self._collect_static()
        if not registry.get("parcs").model_class._default_manager.exists():
            self._load_starter(demo_accounts=options["demo_accounts"])

    def _load_starter(self, *, demo_accounts: bool) -> None:
        self.stderr.write("Loading the starter network")
        # Whole or not at all: a run that was killed half-way must not leave a network that looks complete.
        with transaction.atomic():
            try:
                call_command("load_network", os.path.relpath(Path(settings.ROOT) / STARTER))
            except CommandError as error:
                self.stderr.write(str(error))
            if demo_accounts and DEMO_ACCOUNTS in get_commands():
                call_command(DEMO_ACCOUNTS)

    def _collect_static(self) -> None:
        stamp = Path(settings.VAR) / "stamps" / "static"
        key = static_files_key()
        if not stamp.exists() or stamp.read_text() != key:
            stamp.unlink(missing_ok=True)
            with with_pinned(Path(settings.STATIC_ROOT)):
                call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(key)
