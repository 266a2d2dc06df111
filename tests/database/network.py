"""The real network of the folder `starter`, loaded once a run for all tests that read it whole."""

import fcntl
import tempfile
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.database import rows

STARTER = Path(settings.ROOT) / "starter"


def load(folder: Path) -> None:
    """Let a database that holds no rows hold the real network.

    The first to ask, of the processes that share the folder, loads it as an operator does; the others take the rows
    that came of it: the same numbers, revisions and instants.
    """
    with connection.cursor() as cursor:
        assert rows.held(cursor) == [], "the real network comes before all other rows"
    kept = folder / "real-network"
    with (folder / "real-network.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not kept.exists():
            call_command("load_network", str(STARTER), stdout=StringIO())
            made = Path(tempfile.mkdtemp(dir=folder))
            rows.keep(made)
            made.rename(kept)
            return
    rows.put_back(kept)
