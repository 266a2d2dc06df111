"""Shared by all tests: the database is real, the outside network is closed."""

import gc
import os
import socket
import threading
from importlib import import_module

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client, TransactionTestCase
from django.utils import translation

from tests.database import network, rows, template
from tests.waiting import until

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def pytest_collection_finish():
    """What was imported and collected stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_outside_network(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _answers_are_closed(monkeypatch):
    """As every server does, which the client of the tests does only for answers that were read to their end.

    Else the collector meets the connection that a stream reads from before the stream that would give it back.
    """
    streams, request = [], Client.request

    def remembered(self, **environ):
        answer = request(self, **environ)
        if answer.streaming:
            streams.append(answer)
        return answer

    monkeypatch.setattr(Client, "request", remembered)
    yield
    request_finished.disconnect(close_old_connections)
    for each in streams:
        if not each.closed:
            each.close()
    request_finished.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _language_ends_with_the_test():
    """A page leaves its language to the thread, which a server would set anew at the next request."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _streams_end_with_the_test(request, monkeypatch):
    """What reads for the open maps of a live server ends before the tables are emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    # The patches of the test itself are taken back before these: in another order the last would put these in for good.
    monkeypatch.setattr("geodata.endpoints.live.BEAT_S", 0.2)
    monkeypatch.setattr("geodata.live.broadcast.IDLE_S", 0.0)
    monkeypatch.setattr("geodata.live.broadcast.LOOK_S", 0.2)
    yield
    until(lambda: not any(each.name == "geodata-broadcast" for each in threading.enumerate()), 10)


@pytest.fixture(scope="session", autouse=True)
def _times_are_put_back():
    """What a test made shorter is as long as before: a later test would take it for the time that is promised."""
    before = times()
    yield
    assert times() == before


def times():
    """The times of the modules that open maps and long polls wait in."""
    modules = [import_module(each) for each in ("geodata.endpoints.live", "geodata.live.broadcast", "geodata.live.hub")]
    return {
        (each.__name__, name): value for each in modules for name, value in vars(each).items() if name.endswith("_S")
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """As pytest-django's; and the databases are copies of one that is migrated."""
    with django_db_blocker.unblock():
        template.ensure()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django's; only tables that hold rows are emptied. At the end, sessions that a live server's threads left
    open are ended.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: rows.empty())
        yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture
def real_network(db, tmp_path_factory):
    """The starter network, before all other rows of the test."""
    own = tmp_path_factory.getbasetemp()
    network.load(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
