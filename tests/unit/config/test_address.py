"""The port that a first start serves on, as bin/serve asks for it."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ADDRESS = Path(__file__).parents[3] / "bin" / "address.py"


def asked(port):
    return subprocess.run([sys.executable, ADDRESS, "127.0.0.1", port], capture_output=True, text=True, check=False)


def test_another_port_than_the_one_asked_for_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        answer = asked(str(taken))
    assert answer.returncode == 0
    assert int(answer.stdout) != taken
    assert answer.stderr == f"Port {taken} of 127.0.0.1 is taken: serving on {answer.stdout}"


@pytest.mark.parametrize("port", ["", "abc", "0", "-1", "65536", "80 00", "²"])
def test_what_is_no_port_is_refused_in_a_sentence(port):
    answer = asked(port)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == f"PORT={port} is no port: choose a number from 1 to 65535.\n"
