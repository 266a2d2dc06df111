"""The door before Django: what everybody reads most is answered here, the rest goes on.

- What a client has already. A validator that carries the seal of this request proves that its address was read, accepted
  and answered before (`validators`). An item needs no seal: its address says all.
- A feature under its own address, and a tile, by one indexed read where they are kept ready; a page of a box or of the
  walk through all features by one statement. Their form was learned from Django (`ready`).

Whoever signs in, sends a token, meets what goes away or asks for one state alone (`If-Match`) goes on to Django, and so
does every doubt: this module says nothing but 200 and 304.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import parse_qsl

from django.db import Error

from geodata import deprecations, registry
from geodata.endpoints import limiting, ready, validators
from geodata.endpoints.answers import EXPOSED, VARY
from geodata.endpoints.forms import Application, Environ, Start
from geodata.endpoints.machines import is_public_read
from geodata.problems import Problem
from geodata.queries import item as items
from geodata.queries import states
from geodata.queries.turns import Turns

CODING = r'(?:-(?:br|gzip))?"'
SEALED = re.compile(rf'(?:W/)?"(t?([0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+)-[a-z0-9]+)\.([\w-]{{12}}){CODING}')
ITEM = re.compile(rf'"(r\d{{1,18}}\.[0-9a-z]+\.[0-9a-z]+){CODING}')
COLLECTIONS = "/api/collections/"
TURNS: Turns[states.State] = Turns()
HEADERS = [
    ("Cache-Control", "public, no-cache"),
    ("Vary", VARY),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
]


def door(application: Application) -> Application:
    """The application behind the door."""

    def serve(environ: Environ, start_response: Start) -> Iterable[bytes]:
        answer = _answer(application, environ, start_response) if is_public_read(environ) else None
        return application(environ, start_response) if answer is None else answer

    return serve


def _answer(application: Application, environ: Environ, start_response: Start) -> Iterable[bytes] | None:
    if _is_announced(environ) or validators.is_bound(environ):
        return None
    try:
        given = environ.get("HTTP_IF_NONE_MATCH")
        if given and _is_unchanged(environ, given):
            ticket = limiting.ticket_of(environ)
            if not ticket.is_valid:
                return None
            limiting.count(ticket, environ["PATH_INFO"], 0)
            start_response("304 Not Modified", [("ETag", given), *HEADERS, *ticket.headers])
            return []
        if not given and environ["REQUEST_METHOD"] == "GET":
            return ready.answer(application, environ, start_response)
    except (Problem, Error):
        pass
    return None


def _is_announced(environ: Environ) -> bool:
    """Whether the request meets something that goes away, of which Django tells, or refuses it after its end."""
    if not (declared := deprecations.declared()):
        return False
    names = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return any(each.concerns(environ["PATH_INFO"], names) for each in declared)


def _is_unchanged(environ: Environ, given: str) -> bool:
    sealed = SEALED.fullmatch(given)
    if sealed:
        body, state, seal = sealed.groups()
        made = validators.seal(environ, body)
        return hmac.compare_digest(made, seal) and validators.told(_state(environ["PATH_INFO"])) == state
    plain = ITEM.fullmatch(given)
    return plain is not None and plain[1] == _item(environ)


def _state(path: str) -> states.State:
    of = registry.get(path.split("/")[3]).id if path.startswith(COLLECTIONS) else None
    return TURNS.read(of, partial(states.public_state, of))


def _item(environ: Environ) -> str | None:
    """What the validator of the item at this address tells, None when the request asks for anything special."""
    path = ready.item_path(environ)
    known = items.public_state(registry.get(path[1]), path[2]) if path else None
    return validators.told_of_item(known) if known else None
