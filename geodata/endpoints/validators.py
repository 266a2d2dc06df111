"""Validators of answers that everybody gets: what they tell, and the seal that lets one be trusted unread.

    W/"5ka1.gk2v0p3x.1tz9-geojsonfr.Qm3v0sXbT1kZ"
       |    |        |    |         seal: this server answered this very request so
       |    |        |    format and language; who asks, and what they may see, when somebody is signed in
       |    |        release of the code
       |    instant of that revision: after a backup was restored, its number may stand for another change
       last revision of the collection

A client sends it back in `If-None-Match` (RFC 9110 §13.1.2). Where the seal is that of the request, its parameters
were read and accepted before and the format was chosen: nothing is left to find out but whether the revision is still
the last one. `geodata.endpoints.door` does that. Everywhere else what precedes the seal is compared.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from geodata.endpoints.compression import uncoded
from geodata.exports.sight import seen_by
from geodata.params.instants import read_http_date
from geodata.problems import PreconditionFailed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User
    from geodata.queries.states import State
    from geodata.registry import Collection

SEAL = 9
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Conditions that bind an answer to a state: `If-Match`, `If-Unmodified-Since`.
BINDING = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
# The instant in a validator of a state, of whatever is told of it.
TOLD = re.compile(r'(?:W/)?"[a-z]?[0-9a-z]+\.(-?[0-9a-z]+)\.')
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SOURCES = ("*.py", "*.sql", "*.html", "*.po")
# What an answer depends on beside `Accept`: its address, where its links lead, the language of their titles.
SEALED = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING",
          "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_DATETIME")  # fmt: skip


def sealed(environ: Mapping[str, Any], body: str) -> str:
    """The text of a validator: what it tells and the seal of this request."""
    return f"{body}.{seal(environ, body)}"


def seal(environ: Mapping[str, Any], body: str) -> str:
    """Twelve characters that only this service can make, for a request (WSGI or CGI names) and what was told."""
    told = "\n".join([body, environ.get("HTTP_ACCEPT") or "*/*", *(str(environ.get(name, "")) for name in SEALED)])
    made = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=SEAL, key=_key()).digest()
    return base64.urlsafe_b64encode(made).decode()


def of_collection(
    request: HttpRequest, state: State, what: str, user: User | AnonymousUser, collections: Iterable[Collection]
) -> str:
    """The weak validator of an answer made from these collections in this state, in the format `what`.

    The titles of links, and pages, are in the language of the request.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    return of_page(request.META, state, what, language, who(user, collections))


def of_page(environ: Mapping[str, Any], state: State, what: str, language: str, asking: str = "") -> str:
    """The same in this language for `asking`, whom `who` tells."""
    return f'W/"{sealed(environ, f"{told(state)}-{what}{language}{asking}")}"'


def of_tile(environ: Mapping[str, Any], state: State, user: User | AnonymousUser, layers: Iterable[Collection]) -> str:
    """The strong validator of a tile, or of the lack of one."""
    return f'"{sealed(environ, f"t{told(state)}-mvt{who(user, layers)}")}"'


def who(user: User | AnonymousUser, collections: Iterable[Collection]) -> str:
    """Who asks and a checksum of what they may see, which a change of memberships changes; "" for anybody."""
    if not user.is_authenticated:
        return ""
    seen = "".join(f"{seen_by(each, user):08x}" for each in collections)
    return f"-u{user.pk}-{short(zlib.crc32(seen.encode()))}"


def told(state: State) -> str:
    """A state and the release of the code, in short."""
    return f"{short(state.revision)}.{short(state.moment)}.{release()}"


def told_of_item(state: State) -> str:
    """What the strong validator of an item tells: `r` and its revision, the instant of that, the release."""
    return f"r{state.revision}.{short(state.moment)}.{release()}"


def of_item(state: State) -> str:
    """The strong validator of an item. `If-Match` reads the first two parts of it (`bodies.condition`)."""
    return f'"{told_of_item(state)}"'


def moment_of(at: datetime) -> int:
    """An instant as a `State` holds it."""
    return (at - EPOCH) // timedelta(microseconds=1)


def short(number: int) -> str:
    """A number in base 36; instants before 1970 are below zero."""
    text, left = "", abs(number)
    while left:
        left, rest = divmod(left, 36)
        text = DIGITS[rest] + text
    return f"{'-' if number < 0 else ''}{text or '0'}"


@cache
def release() -> str:
    """Some characters that change with the code: another release may publish the same revision otherwise."""
    digest = hashlib.blake2b(digest_size=4)
    root = Path(settings.ROOT)
    rooms = [root / name for name in ("config", "templates", "locale", *_own_apps())]
    for path in sorted(path for room in rooms for pattern in SOURCES for path in room.rglob(pattern)):
        digest.update(path.read_bytes())
    return short(int.from_bytes(digest.digest(), "big"))


def is_bound(environ: Mapping[str, Any]) -> bool:
    """Whether a request (WSGI or CGI names) asks for one state alone."""
    return any(name in environ for name in BINDING)


def ask_wanted(request: HttpRequest, etag: str) -> None:
    """Judge what a read asks of the present representation, of which this is the validator ("" for none).

    `If-Match` compares strongly (a weak validator matches nothing), `If-Unmodified-Since` counts without it, where the
    validator tells an instant (RFC 9110 §13.1.1, §13.1.4, §13.2.2). Raises PreconditionFailed.
    """
    wanted = request.headers.get("If-Match")
    if wanted is not None:
        parts = [part.strip() for part in wanted.split(",")]
        is_met = parts == ["*"] or (
            etag.startswith('"') and _unsealed(etag) in {_unsealed(part) for part in parts if part.startswith('"')}
        )
    else:
        is_met = not is_later(request, _changed_at(etag))
    if not is_met:
        raise PreconditionFailed(_("Ce n’est pas, ou plus, l’état que vous demandez."))


def is_later(request: HttpRequest, at: datetime | None) -> bool:
    """Whether this is after `If-Unmodified-Since`, which counts in seconds."""
    since = unmodified_since(request)
    return at is not None and since is not None and at.replace(microsecond=0) > since


def unmodified_since(request: HttpRequest) -> datetime | None:
    """The date of `If-Unmodified-Since`; one that cannot be read is no condition."""
    try:
        return read_http_date(request.headers.get("If-Unmodified-Since", ""))
    except ValueError:
        return None


def _changed_at(etag: str) -> datetime | None:
    told = TOLD.match(etag)
    return EPOCH + timedelta(microseconds=int(told[1], 36)) if told else None


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 when `If-None-Match` holds this validator, by the weak comparison (RFC 9110 §13.1.2); seals do not count.

    It names no type: caches take over what it says of the answer that they keep (RFC 9111 §3.2).
    """
    given = request.headers.get("If-None-Match", "")
    if not given or (given.strip() != "*" and _unsealed(etag) not in {_unsealed(part) for part in given.split(",")}):
        return None
    response = HttpResponse(status=304)
    del response["Content-Type"]
    response["ETag"] = etag
    return response


def _unsealed(etag: str) -> str:
    text = uncoded(etag)
    return text.rpartition(".")[0] if text.count(".") > 2 else text  # noqa: PLR2004


@cache
def _key() -> bytes:
    return hashlib.sha256(b"validators" + settings.SECRET_KEY.encode()).digest()


def _own_apps() -> list[str]:
    """The folders of our applications."""
    return [name for name in settings.INSTALLED_APPS if (Path(settings.ROOT) / name).is_dir()]
