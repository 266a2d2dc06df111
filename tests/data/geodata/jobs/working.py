"""A worker in a process of its own on the database of the tests."""

import contextlib
import os
import signal
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def command(*arguments, module="tests.data.geodata.jobs.settings"):
    given = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": f"postgis://{given['USER']}@{quote(given['HOST'], safe='')}/{given['NAME']}",
        "DJANGO_SETTINGS_MODULE": module,
    }
    return [sys.executable, "manage.py", "run_worker", *arguments], {"env": environment, "cwd": settings.ROOT}


@contextlib.contextmanager
def started(**options):
    """A worker that runs meanwhile, and is told to end, which it must do well, unless it was killed."""
    line, where = command(**options)
    worker = subprocess.Popen(line, **where)
    try:
        yield worker
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) in (0, -signal.SIGKILL)
    finally:
        worker.kill()
        worker.wait()


def work_until_empty(**options):
    """What a worker writes in its journal until nothing waits."""
    line, where = command("--until-empty", **options)
    return subprocess.run(line, **where, check=True, timeout=60, capture_output=True, text=True).stderr
