"""The process that keeps the site served, with a process that only sleeps in place of each granian."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.waiting import until

BIN = Path(__file__).parents[2] / "bin"
ROUNDS = 300
# Its own program, without the pauses that a granian would need.
ASLEEP = """
import sys
sys.path.insert(0, sys.argv[1])
import keep_serving
keep_serving.COMMAND, keep_serving.APPLICATION = ["sleep", "600"], sys.argv[2]
keep_serving.FIRST_PAUSE_S = keep_serving.LAST_PAUSE_S = 0.0
keep_serving.KILL_AFTER_S = 0
sys.exit(keep_serving.main())
"""


@contextlib.contextmanager
def keeper(application="json", **environment):
    command = [sys.executable, "-c", ASLEEP, str(BIN), application]
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        left = psutil.Process(process.pid).children() if process.poll() is None else []
        process.kill()
        for each in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.communicate()


def asleep(process, count, but=()):
    """The processes that it keeps now, once there are so many, none of them one of `but`."""
    over_at = time.monotonic() + 20
    while time.monotonic() < over_at:
        found = set()
        for each in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if each.status() != psutil.STATUS_ZOMBIE and each.name() == "sleep":
                    found.add(each.pid)
        if len(found) == count and not found & set(but):
            return found
        time.sleep(0.001)
    raise AssertionError(f"{count} were not kept")


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_deaths_at_the_same_moment_neither_stop_it_nor_make_it_deaf(port):
    with keeper(WORKERS="2", PORT=str(port)) as process:
        ended = set()
        for _ in range(ROUNDS):
            ended = asleep(process, 2, but=ended)
            for pid in ended:
                os.kill(pid, signal.SIGKILL)
        last = asleep(process, 2, but=ended)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert not any(psutil.pid_exists(pid) for pid in last)


# Notes each time it is loaded, and fails the first times.
FAILING = """
import os, pathlib
noted = pathlib.Path(__file__).with_name("noted")
with noted.open("a") as file:
    file.write(".")
if noted.stat().st_size <= int(os.environ["FAILURES"]):
    raise ImportError
"""


@pytest.mark.parametrize(("failures", "ends"), [(1, False), (2, True)])
def test_what_fails_to_load_once_is_loaded_again(port, tmp_path, failures, ends):
    (tmp_path / "failing.py").write_text(FAILING)
    noted = tmp_path / "noted"
    with keeper("failing", PORT=str(port), PYTHONPATH=str(tmp_path), FAILURES=str(failures)) as process:
        first = asleep(process, 2)
        os.kill(min(first), signal.SIGKILL)
        if ends:
            assert process.wait(timeout=20) == 1
        assert until(lambda: noted.exists() and noted.stat().st_size == 2, 20)
        if not ends:
            again = asleep(process, 2, but=[min(first)])
            os.kill(min(again), signal.SIGKILL)
            asleep(process, 2, but=[min(again)])


@pytest.mark.parametrize("shared", [False, True], ids=["taken", "shared"])
def test_a_port_that_another_listens_on_is_said(port, shared):
    with socket.socket() as other:
        # Another installation's granian lets others of the same user listen beside it.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with keeper(WORKERS="2", HOST="127.0.0.1", PORT=str(port)) as process:
            _out, said = process.communicate(timeout=30)
            assert process.returncode == 1
            assert said.startswith(f"Port {port} of 127.0.0.1 is taken")


def test_a_port_that_is_about_to_be_left_is_waited_for(port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with keeper(WORKERS="2", HOST="127.0.0.1", PORT=str(port)) as process:
            other.close()
            asleep(process, 2)


def test_an_address_of_another_machine_is_said(port):
    with keeper(HOST="192.0.2.1", PORT=str(port)) as process:
        _out, said = process.communicate(timeout=30)
        assert process.returncode == 1
        assert said.startswith("The address 192.0.2.1 cannot be served from: ")
