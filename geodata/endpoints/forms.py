"""What Django's answers look like at one kind of address: learned from its own, so that the door answers alike.

Features under the same name of the site differ in their text, their validator and their uuid; tiles in their bytes and
their validator; pages in their features, their validator, their time, their box and where they begin. The rest (links,
headers, what the server's settings add) is taken from an answer that Django gave to a request without conditions and codings,
never written a second time here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, cast

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
OK = "200 OK"
# What is told anew in each answer.
OWN = ("etag", "content-length", "ratelimit", "ratelimit-policy")
# What an answer depends on beside its address: under which name the site is read.
NAMED = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME")
# Stands for what is told anew; no address and no title holds it.
TOKEN = "\x1a{}\x1a"  # noqa: S105
# Names of the site times collections times what pages are asked for: of limits and lengths of boxes anybody makes more.
MOST = 500


class Closable(Protocol):
    """What WSGI wants closed."""

    def close(self) -> None:
        """End it."""


@dataclass(frozen=True)
class About:
    """What an answer is about: its kind, its validator, and what of its end and headers is its own.

    `own` are pairs of a token, which stands for it in the form, and the text; one that holds another comes first.
    """

    kind: str
    etag: str
    own: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """A whole answer of Django's."""

    status: str
    headers: Headers
    body: bytes

    @property
    def etag(self) -> str:
        """Its validator, "" without."""
        return next((value for name, value in self.headers if name == "ETag"), "")

    def sent(self, start_response: Start) -> list[bytes]:
        """The same answer, given on."""
        start_response(self.status, self.headers)
        return [self.body]


@dataclass(frozen=True)
class Form:
    """Headers and end of the body, with tokens where what was an answer's own stood."""

    headers: tuple[tuple[str, str], ...]
    tail: str
    media_type: str

    def filled(self, own: tuple[tuple[str, str], ...]) -> tuple[Headers, bytes]:
        """Headers and end of the body of the answer whose own texts these are."""
        return [(name, _filled(value, own)) for name, value in self.headers], _filled(self.tail, own).encode()


# The last used at its end.
_forms: OrderedDict[tuple[Any, ...], Form] = OrderedDict()
_lock = Lock()


def known(environ: Environ, about: About) -> Form | None:
    """The form of answers of this kind under the name of the site that the request uses."""
    place = _place(environ, about)
    with _lock:
        form = _forms.get(place)
        if form is not None:
            _forms.move_to_end(place)
    return form


def learned(application: Application, environ: Environ, about: About, before: bytes) -> Answer:
    """Django's own answer; its form is kept when it is about the same state and its body begins with these bytes."""
    answer = _asked(application, environ)
    if answer.status != OK or answer.etag != about.etag or not answer.body.startswith(before):
        return answer
    rest = answer.body[len(before) :].decode()
    if all(text in rest for _token, text in about.own):
        told = [(name, _emptied(value, about.own)) for name, value in answer.headers if name.lower() not in OWN]
        with _lock:
            _forms[_place(environ, about)] = Form(tuple(told), _emptied(rest, about.own), dict(told)["Content-Type"])
            if len(_forms) > MOST:
                _forms.popitem(last=False)
    return answer


def forget() -> None:
    """Learn anew."""
    _forms.clear()


def _filled(text: str, own: tuple[tuple[str, str], ...]) -> str:
    for token, value in own:
        text = text.replace(token, value)
    return text


def _emptied(text: str, own: tuple[tuple[str, str], ...]) -> str:
    for token, value in own:
        text = text.replace(value, token)
    return text


def _asked(application: Application, environ: Environ) -> Answer:
    """The answer to the same request without codings."""
    told: list[tuple[str, Headers]] = []
    plain = {name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}
    pieces = application(plain, lambda status, headers, _error=None: told.append((status, headers)))
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            cast("Closable", pieces).close()
    status, headers = told[-1]
    return Answer(status, headers, body)


def _place(environ: Environ, about: About) -> tuple[Any, ...]:
    return (about.kind, *(environ.get(name) for name in NAMED))
