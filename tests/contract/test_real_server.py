"""Bad input and broken connections against the server that `bin/serve` runs."""

import contextlib
import http.client
import json
import socket
import time

import pytest
from django.db import connection

from geodata.formats import csv, geojsonseq
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
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


def test_open_maps_and_long_polls_do_not_keep_a_server_that_is_to_stop(capfd):
    server = Server()
    server.environment["LOG_LEVEL"] = "warning"
    server.start()
    try:
        assert server.answers()
        onward = f"/api/changes?since={make_since(feed.latest())}"
        with contextlib.ExitStack() as open_lines:
            for address, header in [("/api/live", "")] * 4 + [(onward, "Prefer: wait=60\r\n")] * 2:
                line = open_lines.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
                line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n".encode())
                if not header:
                    assert line.recv(64).startswith(b"HTTP/1.1 200")
            time.sleep(0.5)
            server.stop()
            told = line.recv(4096)
    finally:
        server.kill()
    assert told.startswith(b"HTTP/1.1 200")
    assert "Killing" not in "".join(capfd.readouterr())


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
    # Heard each time, though it is known before the body was read.
    assert [status_of(port, head, b"[" * 25 * MIB) for _ in range(5)] == [401] * 5
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
    assert until(lambda: sessions_at_work() == 0, 20)
    assert answer(port, f"{ITEMS}?limit=1")[0] == 200


# Each with a story of 20 000 letters.
MANY = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom, lit, step_free, wheelchair, story_fr)
SELECT 'longue-' || n, 'Cabane ' || n, 'published', authority_id, 'essai', geom, lit, step_free, wheelchair, repeat('x', 20000)
FROM cabanes_cabane CROSS JOIN generate_series(1, %s) n WHERE id = %s
"""


def cut_by_postgresql(port, address):
    """The body of an answer whose sessions PostgreSQL ends while most of it is still to come."""
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(session):
        session.connect()
        session.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        session.request("GET", address)
        found = session.getresponse()
        assert found.status == 200
        assert found.getheader("Content-Length") is None
        begun = found.read(1000)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                " AND state <> 'idle'"
            )
            assert cursor.fetchone()[0] > 0
        return begun + found.read()


def is_whole_json(body):
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


TORN = {
    f"{ITEMS}?f=geojsonseq": lambda body: body.endswith(geojsonseq.TORN),
    f"{ITEMS}?f=geojsonseq&sortby=-name_fr": lambda body: body.endswith(geojsonseq.TORN),
    f"{ITEMS}?f=csv": lambda body: body.endswith(csv.TORN),
    f"{ITEMS}?f=csv&filter=name_fr%20LIKE%20'C%25'": lambda body: body.endswith(csv.TORN),
    f"{ITEMS}?f=kml": lambda body: b"</kml>" not in body,
    f"{ITEMS}?f=gpx": lambda body: b"</gpx>" not in body,
    f"{ITEMS}?f=jsonld": lambda body: not is_whole_json(body),
    f"{ITEMS}?limit=10000": lambda body: not is_whole_json(body),
    "/api/snapshot/cabanes": lambda body: not is_whole_json(body),
}


def test_an_answer_that_postgresql_could_not_finish_does_not_look_whole(port):
    """The server ends its body as that of any other; only its own end tells."""
    made = 1_500
    like = cabane()
    with connection.cursor() as cursor:
        cursor.execute(MANY, [made, like.pk])
    for address, is_torn in TORN.items():
        received = cut_by_postgresql(port, address)
        assert received.count(b"x" * 20_000) < made, address
        assert is_torn(received), (address, received[-300:])
        assert answer(port, f"{ITEMS}?limit=1")[0] == 200
    assert sessions_at_work() == 0
