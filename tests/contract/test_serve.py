"""The one command, on the test database: what answers at its address, and what is left once it was killed."""

import contextlib
import http.client
import json
import os
import socket
import subprocess

import psutil
import pytest
from django.conf import settings
from django.db import connection

from tests.contract.turmoil import url_of
from tests.factories.parcs import parc
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/parcs/items"


@contextlib.contextmanager
def served():
    """bin/serve, and its port once it has said its addresses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": url_of(given["HOST"], given["NAME"]),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "SECRET_KEY": settings.SECRET_KEY,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # Quotas are those of a process.
        "WORKERS": "1",
        "API_LIMIT_LOCAL": "1000/3600",
        "TRUSTED_PROXIES": "192.0.2.0/24",
    }
    process = subprocess.Popen(
        [settings.ROOT / "bin" / "serve"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert any("Ctrl-C" in line for line in process.stdout)
        yield process, port
    finally:
        process.terminate()
        process.communicate(timeout=60)


def answer(port, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as session:
        session.request("GET", path)
        found = session.getresponse()
        return found.status, found.headers["Content-Type"], json.load(found)


def left(port, source, forged):
    """What a visitor from this address, who claims to be another, has left of a quota."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    with contextlib.closing(line) as session:
        session.request("GET", ITEMS, headers={"X-Forwarded-For": forged})
        return int(session.getresponse().headers["RateLimit"].split(";r=")[1].split(";")[0])


def test_it_serves_behind_nginx_and_leaves_nothing_when_it_is_killed():
    # With a park in it the network of the start is not loaded.
    parc()
    with served() as (process, port):
        status, _media, found = answer(port, f"{ITEMS}?limit=1")
        assert (status, found["numberReturned"]) == (200, 1)
        links = [each["href"] for each in found["links"]]
        assert all(each.startswith(f"http://127.0.0.1:{port}/") for each in links if "/api/" in each)
        status, media, found = answer(port, f"{ITEMS}?filter={'x' * 1024 * 1024}")
        assert (status, media, found["status"]) == (414, "application/problem+json", 414)
        assert found["type"] == f"http://127.0.0.1:{port}/api/problems/uri-too-long"
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as session:
            session.request("GET", "/api/live")
            assert b"event: ready\n" in session.getresponse()
        first = left(port, "127.0.0.8", "198.51.100.1")
        assert left(port, "127.0.0.8", "198.51.100.2") == first - 1
        assert left(port, "127.0.0.9", "198.51.100.1") == first
        started = psutil.Process(process.pid).children(recursive=True)
        assert "nginx" in {each.name() for each in started}
        process.kill()
        assert until(lambda: not any(each.is_running() and each.status() != "zombie" for each in started), 30)
