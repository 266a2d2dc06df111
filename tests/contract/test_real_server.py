"""Bad input and broken connections against the server that `bin/serve` runs."""

import contextlib
import http.client
import json
import socket
import time

import pytest
from django.db import connection

from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("live")]
ITEMS = "/api/collections/cabanes/items"
MIB = 1024 * 1024


@pytest.fixture
def port():
    server = Server()
    server.start()
    try:
        assert server.answers()
        yield server.port
    finally:
        server.kill()


def answer(port, address):
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(session):
        session.request("GET", address)
        found = session.getresponse()
        return found.status, found.headers.get("Content-Type", ""), found.read()


def status_of(port, head, body=b""):
    """The status of a request so large that the server may hang up while it is still being sent; 0 without one."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        with contextlib.suppress(OSError):
            line.sendall(f"{head}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode() + body)
        with contextlib.suppress(OSError):
            told = line.recv(64)
            return int(told.split()[1]) if told else 0
    return 0


def sessions_at_work():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle' AND query NOT ILIKE '%%listen%%'"
        )
        return cursor.fetchone()[0]


def test_what_is_too_large_or_cut_is_refused_and_leaves_nothing_behind(port):
    for n in range(300):
        cabane(story_fr="x" * 30_000, slug=f"longue-{n}")
    assert status_of(port, f"GET {ITEMS}?filter={'(' * 10 * MIB} HTTP/1.1") in (0, 400, 414, 431)
    assert status_of(port, f"GET {ITEMS}?filter={'(' * 60_000} HTTP/1.1") in (400, 414, 431)
    head = f"POST {ITEMS} HTTP/1.1\r\nContent-Type: application/geo+json\r\nContent-Length: {25 * MIB}"
    assert status_of(port, head, b"[" * 25 * MIB) in (0, 401, 413)
    status, media, body = answer(port, f"{ITEMS}?filter={'(' * 5_000}")
    assert (status, media) == (400, "application/problem+json")
    assert json.loads(body)["parameter"] == "filter"
    assert answer(port, f"{ITEMS}?limit=1")[0] == 200

    for address in (
        f"{ITEMS}?f=geojsonseq",
        f"{ITEMS}?f=csv&sortby=-name_fr",
        f"{ITEMS}?limit=10000",
        "/api/snapshot/cabanes",
    ):
        with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert b" 200 " in line.recv(64)
    until = time.monotonic() + 20
    while sessions_at_work() and time.monotonic() < until:
        time.sleep(0.1)
    assert sessions_at_work() == 0
    assert answer(port, f"{ITEMS}?limit=1")[0] == 200
