"""What serves is replaced however often it is killed; what cannot start says so (decision 0193)."""

import contextlib
import os
import random
import subprocess
import time

import psutil
import pytest
from django.conf import settings

from tests.contract.turmoil import Server
from tests.waiting import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A worker that is killed leaves sockets behind in those that talked with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def server():
    made = Server()
    made.start()
    try:
        assert made.answers()
        yield made
    finally:
        made.kill()


def kill(processes):
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()


def is_whole(server, without=()):
    """Two processes that keep a worker each, none of them those that were killed."""
    found = server.workers()
    return len(found) == 2 and len(server.processes()) == 5 and not {each.pid for each in found} & set(without)


def test_the_site_survives_ten_kills_within_ten_seconds(server):
    choice = random.Random(1)
    assert until(lambda: is_whole(server))
    killed = set()
    for _ in range(10):
        if found := server.workers():
            one = choice.choice(found)
            killed.add(one.pid)
            kill([one])
        time.sleep(1)
    assert server.answers(60)
    assert until(lambda: is_whole(server, killed), 60)
    assert not server.has_ended()


def test_all_workers_killed_at_the_same_moment_are_all_replaced(server):
    for _ in range(3):
        assert until(lambda: is_whole(server))
        killed = server.workers()
        kill(killed)
        assert until(lambda: is_whole(server, [each.pid for each in killed]))  # noqa: B023
    assert server.answers()


def test_a_worker_does_not_outlive_what_kept_it(server):
    assert until(lambda: is_whole(server))
    workers = server.workers()
    kill(psutil.Process(server.process.pid).children())
    assert until(lambda: not any(each.is_running() for each in workers))
    assert server.answers()


def test_it_stops_when_told_and_leaves_no_process(server):
    found = server.processes()
    server.stop()
    assert server.process.returncode == 0
    assert until(lambda: not any(each.is_running() for each in found))


def test_what_cannot_be_loaded_ends_and_says_why():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.nowhere", "WORKERS": "1", "PORT": "8105"}
    ended = subprocess.run(
        [settings.ROOT / "bin" / "server"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "config.settings.nowhere" in ended.stdout + ended.stderr
