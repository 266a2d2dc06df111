"""One POST to a vetted address: bounded in time and size, no redirect followed, no proxy of the environment asked."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from geodata.webhooks.addresses import Refused, Target, parse, resolve

CONNECT_S = 5.0
WHOLE_S = 15.0
MAX_ANSWER = 16 * 1024
EXCERPT = 500
REDIRECTS = range(300, 400)
SUCCESS = range(200, 300)


@dataclass(frozen=True)
class Answer:
    """What came back: `status` None when nothing did, `error` empty when it was received (2xx)."""

    status: int | None
    error: str
    excerpt: str
    duration_ms: int

    @property
    def is_received(self) -> bool:
        """Whether the receiver took it."""
        return not self.error


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send the body; never raises for what the other side does."""
    begun = time.monotonic()
    status, error, excerpt = None, "", ""
    try:
        target = parse(url)
        status, excerpt = _exchange(target, resolve(target), body, headers)
        error = _judged(status)
    except Refused as refusal:
        error = str(refusal.told)
    except ssl.SSLCertVerificationError as refusal:
        error = _("Certificat refusé : %(why)s") % {"why": refusal.verify_message}
    except TimeoutError:
        error = _("Pas de réponse en %(seconds)d secondes.") % {"seconds": WHOLE_S}
    except (OSError, http.client.HTTPException) as broken:
        error = _("Connexion interrompue (%(why)s).") % {"why": type(broken).__name__}
    return Answer(status, error, excerpt, round((time.monotonic() - begun) * 1000))


def _judged(status: int) -> str:
    if status in SUCCESS:
        return ""
    if status in REDIRECTS:
        return _("Réponse %(status)d : une redirection n’est pas suivie. Abonnez l’adresse finale.") % {
            "status": status
        }
    return _("Réponse %(status)d.") % {"status": status}


def _exchange(target: Target, number: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    connection = _Pinned(target, number)
    # Timeouts of a socket count from byte to byte: an answer that drips is ended here.
    watch = threading.Timer(WHOLE_S, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body=body, headers={"Host": target.authority, **headers})
        with connection.getresponse() as answer:
            status, raw = answer.status, answer.read(MAX_ANSWER)
    except (OSError, http.client.HTTPException):
        if connection.over.is_set():
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        connection.close()
    # The end of what was cut reads like the end of an answer.
    if connection.over.is_set():
        raise TimeoutError
    return status, raw[: EXCERPT * 4].decode("utf-8", "replace").replace("\0", "")[:EXCERPT]


class _Pinned(http.client.HTTPConnection):
    """A connection to the number that was vetted; certificate and SNI are those of the name."""

    def __init__(self, target: Target, number: str) -> None:
        super().__init__(target.host, target.port, timeout=WHOLE_S)
        self._target, self._number = target, number
        self.over = threading.Event()
        # HTTPConnection forgets its socket as soon as the answer is the last one; `cut` needs it until the end.
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the number, then speak TLS with the name."""
        wire = socket.create_connection((self._number, self._target.port), timeout=CONNECT_S)
        wire.settimeout(WHOLE_S)
        self.sock = self._wire = wire
        if self._target.tls:
            spoken = ssl.create_default_context().wrap_socket(
                wire, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = self._wire = spoken
            spoken.do_handshake()
        if self.over.is_set():
            raise TimeoutError

    def cut(self) -> None:
        """End it from another thread."""
        self.over.set()
        if self._wire is not None:
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown, which would have the reader go on without TLS.
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)
