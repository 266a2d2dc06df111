"""One POST to a vetted address: bounded in time and size, no redirect followed, no proxy of the environment asked."""

from __future__ import annotations

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
    over = threading.Event()
    # Timeouts of a socket count from byte to byte: an answer that drips is ended here.
    watch = threading.Timer(WHOLE_S, connection.cut, [over])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body=body, headers={"Host": target.authority, **headers})
        answer = connection.getresponse()
        raw = answer.read(MAX_ANSWER)
        return answer.status, raw[: EXCERPT * 4].decode("utf-8", "replace").replace("\0", "")[:EXCERPT]
    except (OSError, http.client.HTTPException):
        if over.is_set():
            raise TimeoutError from None
        raise
    finally:
        watch.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the number that was vetted; certificate and SNI are those of the name."""

    def __init__(self, target: Target, number: str) -> None:
        super().__init__(target.host, target.port, timeout=WHOLE_S)
        self._target, self._number = target, number

    def connect(self) -> None:
        """Connect to the number, then speak TLS with the name."""
        plain = socket.create_connection((self._number, self._target.port), timeout=CONNECT_S)
        plain.settimeout(WHOLE_S)
        self.sock = plain
        if self._target.tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)

    def cut(self, over: threading.Event) -> None:
        """End it from another thread."""
        over.set()
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.sock.close()
