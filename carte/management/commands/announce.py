"""Wait until the server answers, then say where everything is."""

import os
import socket
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from comptes.demo import DEMO_ACCOUNTS, DEMO_PASSWORD

WAIT_S = 60
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class Command(BaseCommand):
    """Print the address of the map, of the API, and the demo accounts."""

    help = "Waits for the server and prints its addresses."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", required=True)
        parser.add_argument("--port", required=True)
        parser.add_argument("--pid", type=int, nargs="+", required=True, help="the processes that serve, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        base = f"http://{LOCAL.get(options['host'], options['host'])}:{options['port']}"
        self._wait(f"{base}/api/", options["pid"])
        self.stdout.write(
            f"\n  Map       {base}/\n  API       {base}/api/\n  API docs  {base}/api/docs\n  Managers  {base}/gestion/"
        )
        if options["host"] in LOCAL:
            self.stdout.write(f"  Elsewhere http://{socket.gethostname()}:{options['port']}/")
        roles = {name: f"{role} of {code}" for name, code, role in DEMO_ACCOUNTS}
        for name in get_user_model().objects.filter(is_demo=True, is_active=True).values_list("username", flat=True):
            self.stdout.write(f"  Demo      {name} / {DEMO_PASSWORD}  {roles.get(name, '')}".rstrip())
        self.stdout.write("\n  Ctrl-C stops it.\n")
        self.stdout.flush()

    def _wait(self, url: str, pids: list[int]) -> None:
        deadline = time.monotonic() + WAIT_S
        # A proxy of the environment leads elsewhere.
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline:
            try:
                for pid in pids:
                    os.kill(pid, 0)
            except ProcessLookupError:
                raise CommandError("The server stopped: see the lines above.") from None
            try:
                straight.open(url, timeout=5).close()
                return
            except urllib.error.HTTPError as error:
                # nginx answers before the server does.
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    return
                time.sleep(0.05)
            except OSError:
                time.sleep(0.05)
        raise CommandError(f"The server did not answer within {WAIT_S} s.")
