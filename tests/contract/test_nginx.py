"""What nginx answers by itself, configured as the guide for operators says: a real one in front of the real server."""

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from geodata.endpoints.bodies import MAX_BODY
from tests.contract.turmoil import Server
from tests.factories.cabanes import cabane
from tests.waiting import until

GUIDE = Path("docs/guides/nginx.conf")
PROGRAM = settings.ROOT / "var" / "nginx" / "usr" / "sbin" / "nginx"
# Its workers keep bodies in the folder of the test, which is closed to other accounts.
USER = "user root root;" if os.geteuid() == 0 else ""
AROUND = """{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{site}
}}
"""
ITEMS = "/api/collections/cabanes/items"
MIB = 1024 * 1024


@contextlib.contextmanager
def nginx(folder, upstream):
    """The port of an nginx with the configuration of the guide, but for the certificate, before this port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = GUIDE.read_text(encoding="utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    site = re.sub(r"listen .*;", f"listen 127.0.0.1:{port} default_server;", site)
    site = re.sub(r"ssl_certificate.*;", "", site)
    (folder / "nginx.conf").write_text(AROUND.format(user=USER, folder=folder, site=site), encoding="utf-8")
    process = subprocess.Popen([PROGRAM, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        until(lambda: _listens(port), 20)
        yield port
    finally:
        process.terminate()
        process.wait(20)


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


REFUSED = {
    "filter of 10 MB": (414, f"GET {ITEMS}?filter={'(' * 10 * MIB} HTTP/1.1\r\nHost: x", 0),
    "one byte more than granian takes": (414, f"GET {ITEMS}?filter={'x' * 65_534} HTTP/1.1\r\nHost: x", 0),
    "absolute address": (414, f"GET http://x{ITEMS}?filter={'(' * MIB} HTTP/1.1\r\nHost: x", 0),
    "header of 1 MB": (431, f"GET {ITEMS} HTTP/1.1\r\nHost: x\r\nX: {'x' * MIB}", 0),
    "no host": (400, f"GET {ITEMS} HTTP/1.1", 0),
    "body of 41 MB": (413, f"POST {ITEMS} HTTP/1.1\r\nHost: x\r\nContent-Length: {41 * MIB}", 41 * MIB),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nginx_refuses_is_a_problem_under_the_api(tmp_path, case):
    status, head, size = REFUSED[case]
    with nginx(tmp_path, 9) as port:
        answered, headers, text = asked(port, head, b"x" * size)
        problem = json.loads(text)
        assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
        assert (problem["status"], bool(problem["title"]), bool(problem["detail"])) == (status, True, True)
        assert problem["type"].startswith("http://parcs.example.fr/api/problems/")
        assert headers["Access-Control-Allow-Origin"] == "*"
        answered, headers, text = asked(port, head.replace("/api/", "/"), b"x" * size)
        assert (answered, headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
        assert problem["title"] in text


def test_a_body_that_the_api_would_refuse_unread_is_refused_and_a_photo_is_not(tmp_path):
    with nginx(tmp_path, 9) as port:
        head = f"HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}"
        assert asked(port, f"POST {ITEMS} {head}", b"x" * (MAX_BODY + 1))[0] == 413
        assert asked(port, f"POST {ITEMS}/x/photos {head}", b"x" * (MAX_BODY + 1))[0] == 503
        head = f"HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY}"
        assert asked(port, f"POST {ITEMS} {head}", b"x" * MAX_BODY)[0] == 503


def test_a_service_that_does_not_answer_is_503_and_says_when_to_ask_again(tmp_path):
    with nginx(tmp_path, 9) as port:
        status, headers, text = asked(port, f"GET {ITEMS} HTTP/1.1\r\nHost: x")
        assert (status, headers["Retry-After"], json.loads(text)["status"]) == (503, "5", 503)
        assert asked(port, "GET / HTTP/1.1\r\nHost: x")[0] == 503


@pytest.mark.django_db(transaction=True)
def test_what_the_service_takes_or_refuses_itself_comes_through(tmp_path):
    server = Server()
    server.start()
    try:
        assert server.answers()
        cabane()
        with nginx(tmp_path, server.port) as port:
            there = f"Host: 127.0.0.1:{server.port}\r\nX-Forwarded-For: 192.0.2.1"
            longest = f"{ITEMS}?filter={'x' * (65_520 - len(ITEMS) - 8)}"
            status, headers, text = asked(port, f"GET {longest} HTTP/1.1\r\n{there}")
            assert (status, headers["Content-Type"], json.loads(text)["parameter"]) == (
                400,
                "application/problem+json",
                "filter",
            )
            status, headers, text = asked(port, f"GET {ITEMS}?limit=1 HTTP/1.1\r\n{there}")
            assert (status, json.loads(text)["numberReturned"]) == (200, 1)
            status, headers, _text = asked(port, f"GET /gestion/ HTTP/1.1\r\n{there}")
            assert (status, headers.keys().count("Location")) == (302, 1)
    finally:
        server.kill()
