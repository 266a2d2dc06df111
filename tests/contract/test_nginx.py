"""The nginx that bin/serve runs, configured as the guide for operators says: a real one in front of the real server."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
from io import BytesIO

import pytest
from django.conf import settings

from geodata.endpoints.bodies import MAX_BODY
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.waiting import until

FRONT = settings.ROOT / "bin" / "front.py"
NAME = "parcs.test"
ITEMS = "/api/collections/cabanes/items"
MIB = 1024 * 1024


@contextlib.contextmanager
def nginx(upstream):
    """The port of the nginx that bin/serve runs before this port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port), "NAME": NAME, "INNER_PORT": str(upstream)}
    process = subprocess.Popen([sys.executable, FRONT], env=environment)
    try:
        assert until(lambda: _listens(port), 20)
        yield port
    finally:
        process.terminate()
        assert process.wait(20) == 0


def _listens(port):
    with contextlib.suppress(OSError), contextlib.closing(socket.create_connection(("127.0.0.1", port))):
        return True
    return False


class Sent(BytesIO):
    """What came, for http.client to read."""

    def makefile(self, *_args):
        return self


def asked(port, head, body=b""):
    """Status, headers and text of the answer to a request sent whole, however it is cut."""
    came = b""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as line:
        line.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
        while piece := line.recv(65536):
            came += piece
    answer = http.client.HTTPResponse(Sent(came))
    answer.begin()
    return answer.status, answer.headers, answer.read().decode()


# Status, host that the answer knows, head, size of the body.
REFUSED = {
    "filter of 10 MB": (414, NAME, f"GET {ITEMS}?filter={'(' * 10 * MIB} HTTP/1.1\r\nHost: x", 0),
    "one byte more than granian takes": (414, NAME, f"GET {ITEMS}?filter={'x' * 65_534} HTTP/1.1\r\nHost: x", 0),
    "absolute address": (414, NAME, f"GET http://x{ITEMS}?filter={'(' * MIB} HTTP/1.1\r\nHost: x", 0),
    "header of 1 MB": (431, "x:81", f"GET {ITEMS} HTTP/1.1\r\nHost: x:81\r\nX: {'x' * MIB}", 0),
    "a hundred headers": (431, NAME, f"GET {ITEMS} HTTP/1.1" + "".join(f"\r\nX-{n}: 1" for n in range(99)), 0),
    "no host": (400, NAME, f"GET {ITEMS} HTTP/1.1", 0),
    "a host that would break the document": (405, NAME, f'TRACE {ITEMS} HTTP/1.1\r\nHost: x"', 0),
    "a version to come": (400, NAME, f"GET {ITEMS} HTTP/4.0\r\nHost: x", 0),
    "body of 41 MB": (413, "x", f"POST {ITEMS} HTTP/1.1\r\nHost: x\r\nContent-Length: {41 * MIB}", 41 * MIB),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nginx_refuses_is_a_problem_under_the_api(case):
    status, host, head, size = REFUSED[case]
    with nginx(9) as port:
        answered, headers, text = asked(port, head, b"x" * size)
        problem = json.loads(text)
        assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
        assert (problem["status"], bool(problem["title"]), bool(problem["detail"])) == (status, True, True)
        assert problem["type"].startswith(f"http://{f'{NAME}:{port}' if host == NAME else host}/api/problems/")
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert ("Allow" in headers) == (status == 405)
        answered, headers, text = asked(port, head.replace("/api/", "/"), b"x" * size)
        assert (answered, headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
        assert problem["title"] in text


def test_a_body_that_the_api_would_refuse_unread_is_refused_and_a_photo_is_not():
    with nginx(9) as port:
        head = f"HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}"
        assert asked(port, f"POST {ITEMS} {head}", b"x" * (MAX_BODY + 1))[0] == 413
        assert asked(port, f"POST {ITEMS}/x/photos {head}", b"x" * (MAX_BODY + 1))[0] == 503
        head = f"HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY}"
        assert asked(port, f"POST {ITEMS} {head}", b"x" * MAX_BODY)[0] == 503


def test_a_service_that_does_not_answer_is_503_and_says_when_to_ask_again():
    with nginx(9) as port:
        status, headers, text = asked(port, f"GET {ITEMS} HTTP/1.1\r\nHost: x")
        assert (status, headers["Retry-After"], json.loads(text)["status"]) == (503, "5", 503)
        assert asked(port, "GET / HTTP/1.1\r\nHost: x")[0] == 503


@pytest.mark.django_db(transaction=True)
def test_what_the_service_takes_or_refuses_itself_comes_through():
    server = Server()
    server.start()
    try:
        assert server.answers()
        cabane()
        cabane()
        with nginx(server.port) as port:
            there = f"Host: 127.0.0.1:{port}"
            longest = f"{ITEMS}?filter={'x' * (65_520 - len(ITEMS) - 8)}"
            status, headers, text = asked(port, f"GET {longest} HTTP/1.1\r\n{there}")
            assert (status, headers["Content-Type"], json.loads(text)["parameter"]) == (
                400,
                "application/problem+json",
                "filter",
            )
            # Told again in `Link`, twice.
            long = "+OR+".join([f"name_fr%3C%3E%27{'x' * 3_000}%27"] * 10)
            status, headers, text = asked(port, f"GET {ITEMS}?limit=1&filter={long} HTTP/1.1\r\n{there}")
            assert (status, json.loads(text)["numberReturned"]) == (200, 1)
            assert headers["Link"].count(long) == len(("self", "next"))
            assert f"<http://127.0.0.1:{port}{ITEMS}?" in headers["Link"]
            # With `Host` and `Connection` as many as nginx takes; granian is sent two more.
            most = "\r\n".join(f"X-{n}: 1" for n in range(96))
            assert asked(port, f"GET {ITEMS} HTTP/1.1\r\n{there}\r\n{most}")[0] == 200
            status, headers, _text = asked(port, f"GET {ITEMS} HTTP/1.1\r\n{there}\r\n{most}\r\nX: 1")
            assert (status, headers["Content-Type"]) == (431, "application/problem+json")
            head = f"POST {ITEMS} HTTP/1.1\r\n{there}\r\nContent-Length: {3 * MIB}"
            assert [asked(port, head, b"x" * 3 * MIB)[0] for _ in range(5)] == [401] * 5
            status, headers, _text = asked(port, f"GET /gestion/ HTTP/1.1\r\n{there}")
            assert (status, headers.keys().count("Location")) == (302, 1)
    finally:
        server.kill()
