"""Shared by all tests: the database is real, the outside network is closed."""

import socket
import threading
import time

import pytest
from django.db import connection

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _no_outside_network(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _streams_end_with_the_test(request):
    """What reads for the open maps of a live server ends before the tables are emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geodata.endpoints.live.BEAT_S", 0.2)
        patch.setattr("geodata.live.broadcast.IDLE_S", 0.0)
        patch.setattr("geodata.live.broadcast.LOOK_S", 0.2)
        yield
        until = time.monotonic() + 10
        while any(each.name == "geodata-broadcast" for each in threading.enumerate()) and time.monotonic() < until:
            time.sleep(0.02)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django's; at the end, sessions that a live server's threads left open are ended."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
