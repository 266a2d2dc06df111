"""Django behind the door, as machines meet it, and what it would say without."""

import io

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from geodata.endpoints.door import door

LEFT = ("Content-Length", "RateLimit", "Connection")


class Site:
    """Django behind the door, and how often a request came as far."""

    def __init__(self):
        self.reached = 0
        self._django = WSGIHandler()
        self._door = door(self._behind)

    def _behind(self, environ, start_response):
        self.reached += 1
        return self._django(environ, start_response)

    def get(self, path, **headers):
        """Status, headers and body of an answer."""
        told = []
        # As Django's test client does: the connection is that of the test's transaction.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "", "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(), "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        pieces = self._door(environ | named, lambda status, given: told.append((int(status[:3]), dict(given))))
        body = b"".join(pieces)
        if hasattr(pieces, "close"):
            pieces.close()
        return *told[0], body

    def learn(self, path):
        """Have the form of answers at this kind of address learned; gives the answer."""
        answer = self.get(path)
        self.reached = 0
        return answer


def same(near, far):
    """Whether an answer of the door and one of Django's test client are the same."""
    status, headers, body = near
    return (status, body, {name: value for name, value in headers.items() if name not in LEFT}) == (
        far.status_code, far.content, {name: value for name, value in far.items() if name not in LEFT},
    )  # fmt: skip
