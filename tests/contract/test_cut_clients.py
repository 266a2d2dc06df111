"""Clients that vanish from what lasts: exports, open maps, long polls. Files, places and connections are free again."""

import contextlib
import http.client
import socket
import struct

import pytest
from django.db import connection

from geodata.exports import tasks
from geodata.exports.models import Export
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"
# More than all processes have places for.
MANY = 40
# So often that each process was asked.
ASKED = 20
# Of the 12 places in each of two processes, those for callers of this machine (decision 0191).
PLACES = 18
# Longer than a look at a line takes (3 s), not as long as a beat (15 s): who waits for beats is late.
FREED_S = 12
BROKEN_OFF = struct.pack("ii", 1, 0)
PATIENCE_S = 30
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND state <> 'idle' AND query NOT ILIKE '%%listen%%'"
)


@pytest.fixture
def server(tmp_path, settings):
    exports = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"exports": exports}
    settings.GEODATA_FILES = tmp_path / "made"
    made = Server()
    made.environment |= {"EXPORTS_ROOT": str(tmp_path)}
    made.start()
    try:
        # The kernel gives each connection to one of the processes: the other may still be loading when the first answers.
        assert all(made.answers() for _ in range(ASKED))
        yield made
    finally:
        made.kill()


@contextlib.contextmanager
def begun(server, address, **headers):
    """So many requests at once of which the head was read, then cut. Gives their statuses."""
    with contextlib.ExitStack() as stack:
        lines = []
        for _ in range(MANY):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            told = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1{told}\r\n\r\n".encode())
            lines.append(line)
        yield [int(each.recv(16).split()[1]) if not headers else 0 for each in lines]


def status(server, address, **headers):
    session = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    with contextlib.closing(session):
        session.request("GET", address, headers=headers)
        return session.getresponse().status


def held(server, folder):
    """Files in a folder that processes of the server hold open."""
    return [each.path for one in server.processes() for each in one.open_files() if each.path.startswith(str(folder))]


def at_work():
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS)
        return cursor.fetchone()[0]


def test_an_export_that_nobody_goes_on_reading_holds_no_file(server, tmp_path):
    # More than the buffers of a connection take.
    for number in range(120):
        cabane(story_fr="".join(f"{each * number:x}" for each in range(20_000)))
    assert status(server, f"{ITEMS}?f=gpkg") == 202
    export = Export.objects.get()
    tasks.write(uuid=str(export.uuid))
    address = f"/api/exports/{export.uuid}/file"
    with begun(server, address) as statuses:
        assert 200 in statuses
        assert held(server, tmp_path)
    assert until(lambda: held(server, tmp_path) == [], 20)
    assert status(server, address) == 200
    assert until(lambda: at_work() == 0, 10)


def open_map(server, stack):
    """The line of an open map that has begun, None when there is no place for it."""
    session = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    stack.callback(session.close)
    session.request("GET", "/api/live")
    found = session.getresponse()
    if found.status == 503:
        found.read()
        return None
    assert b"event: ready\n" in found
    return session.sock


def open_maps(server, stack, seconds):
    """Their lines, once they have all places, or those that they got in time. Asking takes a place, so each is kept."""
    lines = []

    def are_all():
        if line := open_map(server, stack):
            lines.append(line)
        return len(lines) == PLACES

    until(are_all, seconds)
    return lines


def test_open_maps_that_are_gone_leave_their_places(server):
    with contextlib.ExitStack() as stack:
        lines = open_maps(server, stack, PATIENCE_S)
        assert len(lines) == PLACES
        assert not any(open_map(server, stack) for _ in range(ASKED))
        # Every second one is not even closed well.
        for line in lines[::2]:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, BROKEN_OFF)
    with contextlib.ExitStack() as stack:
        assert len(open_maps(server, stack, FREED_S)) == PLACES
    assert until(lambda: at_work() == 0, 10)


def test_long_polls_that_are_gone_leave_their_places(server):
    cabane()
    address = f"/api/changes?since={make_since(feed.latest())}"
    last = []

    def waits():
        session = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
        with contextlib.closing(session):
            session.request("GET", address, headers={"Prefer": "wait=1"})
            found = session.getresponse()
            last[:] = [found.status, found.headers.get("Preference-Applied"), found.read()]
            return last[:2] == [200, "wait=1"]

    with begun(server, address, Prefer="wait=30"):
        pass
    # Their own time would be over ten seconds later.
    assert until(waits, 20), last
    assert until(lambda: at_work() == 0, 10)
