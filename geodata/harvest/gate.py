"""The only way out for a harvest: a proxy on loopback that leads to the named hosts and to no other.

GDAL follows redirects, `next` links and the addresses of capabilities by itself; through the gate they end where the
operator said. A name is resolved once, its addresses are checked, and those are connected to: a second answer of the
name server changes nothing. What comes in is counted and cut at a limit.
"""

from __future__ import annotations

import ipaddress
import select
import socket
import socketserver
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from geodata.hosts import is_public
from geodata.problems import filled
from geodata.vectorfile import Unreadable

MAX_HEAD = 64 * 1024
PIECE = 64 * 1024
CONNECT_S = 10
SILENCE_S = 60
PORTS = {"http": 80, "https": 443}
Endpoint = tuple[str, int]


def endpoint_of(url: str) -> Endpoint:
    """Host and port of an address. Raises Unreadable: neither http nor https, or without a host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unreadable(_("Cette adresse ne se lit pas.")) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise Unreadable(_("Il faut une adresse http ou https, sans nom de compte."))
    return parts.hostname.lower(), port or PORTS[parts.scheme]


def checked(endpoint: Endpoint, *, private: bool) -> str:
    """An address of the host. Raises Unreadable: unknown, or (unless `private`) any address is not a public one."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(*endpoint, type=socket.SOCK_STREAM)}
    except OSError:
        raise Unreadable(filled(_("L’hôte « %(host)s » est inconnu."), {"host": endpoint[0]})) from None
    if not private and not all(is_public(ipaddress.ip_address(each.partition("%")[0])) for each in found):
        raise Unreadable(filled(_("L’hôte « %(host)s » est une adresse privée."), {"host": endpoint[0]}))
    return min(found, key=lambda each: (":" in each, each))


class Gate(socketserver.ThreadingTCPServer):
    """The proxy; used as a context manager. `refused` are hosts that were asked for in vain."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, allowed: Iterable[Endpoint], *, private: bool, max_bytes: int) -> None:
        self.allowed = {each: checked(each, private=private) for each in allowed}
        self.max_bytes, self.received = max_bytes, 0
        self.refused: set[str] = set()
        super().__init__(("127.0.0.1", 0), _Passage)

    @property
    def address(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def overflowed(self) -> bool:
        """Whether more came than may."""
        return self.received > self.max_bytes

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is the client's to report."""


class _Passage(socketserver.BaseRequestHandler):
    """One request: a tunnel (CONNECT), or a plain request whose connection is closed after the answer."""

    def handle(self) -> None:
        gate = cast("Gate", self.server)
        head, rest = self._head()
        method, target, _version = head[0].split(" ")
        tunnel = method == "CONNECT"
        endpoint = endpoint_of(f"https://{target}" if tunnel else target)
        address = gate.allowed.get(endpoint)
        if address is None:
            gate.refused.add(endpoint[0])
            self.request.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection((address, endpoint[1]), timeout=CONNECT_S) as far:
            if tunnel:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far.sendall(_plain(method, target, head[1:]))
            if rest:
                far.sendall(rest)
            self._exchange(far, gate)

    def _head(self) -> tuple[list[str], bytes]:
        held = b""
        self.request.settimeout(CONNECT_S)
        while b"\r\n\r\n" not in held and len(held) < MAX_HEAD:
            piece = self.request.recv(PIECE)
            if not piece:
                raise ConnectionError
            held += piece
        head, _end, rest = held.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n"), rest

    def _exchange(self, far: socket.socket, gate: Gate) -> None:
        near = self.request
        while not gate.overflowed:
            ready, _write, _broken = select.select([near, far], [], [], SILENCE_S)
            if not ready:
                return
            for side in ready:
                piece = side.recv(PIECE)
                if not piece:
                    return
                if side is far:
                    gate.received += len(piece)
                (near if side is far else far).sendall(piece)


def _plain(method: str, target: str, headers: list[str]) -> bytes:
    """The request as an origin server takes it; without what concerns the proxy."""
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [each for each in headers if not each.lower().startswith(("proxy-", "connection:"))]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1")
