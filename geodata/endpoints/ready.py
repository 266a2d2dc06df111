"""Answers that need nothing of Django: a feature under its own address, and the tiles of what everybody sees.

A feature is one indexed read, and so is a tile that this process made since the last edit; another tile is made here.
What is around them was learned from Django (`forms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from geodata import deprecations, registry
from geodata.endpoints import forms, limiting, validators
from geodata.endpoints.compression import coding_of, pressed
from geodata.endpoints.forms import Application, Environ, Start
from geodata.endpoints.machines import is_for_a_browser
from geodata.queries import item as items
from geodata.tiles import kept
from geodata.tiles.matrix import MATRIX_SET, parse_tile, zooms

ITEM_PATH = re.compile(r"/api/collections/([a-z-]+)/items/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
TILE_PATH = re.compile(rf"/api/(?:collections/([a-z-]+)/)?tiles/{MATRIX_SET}/([0-9]+)/([0-9]+)/([0-9]+)")
ANY_JSON = ("", "*/*", "application/geo+json", "application/json")
NOBODY = AnonymousUser()


def answer(application: Application, environ: Environ, start_response: Start) -> Iterable[bytes] | None:
    """The answer to a public GET without a condition, None when it is Django's to give.

    Raises NotFound and the errors of the database, which are Django's to tell.
    """
    if any(each.concerns(environ["PATH_INFO"], ()) for each in deprecations.declared()):
        return None
    item, tile = item_path(environ), tile_path(environ)
    if item or tile:
        ticket = limiting.ticket_of(environ)
        if ticket.refused or ticket.unknown_key:
            return None
    if item:
        found = items.kept(registry.get(item[1]), item[2])
        if found is None:
            return None
        about = forms.About(f"items/{item[1]}", item[2], validators.of_item(found.state))
        return _told(application, environ, start_response, about, found.text[:-1])
    if tile is None:
        return None
    layers = list(registry.collections()) if tile[1] is None else [registry.get(tile[1])]
    place = parse_tile(tile[2], tile[3], tile[4], *zooms(layers))
    state, body = kept.latest(layers, place)
    if not body:
        return None
    about = forms.About(f"tiles/{tile[1]}", forms.TOKEN, validators.of_tile(environ, state, NOBODY, layers))
    pack = kept.packing(layers, place, state, pressed)
    return _told(application, environ, start_response, about, body, pack)


def item_path(environ: Environ) -> re.Match[str] | None:
    """Collection and uuid of a feature asked for under its own address, None when anything special is asked."""
    if _is_special(environ) or environ.get("HTTP_ACCEPT", "") not in ANY_JSON:
        return None
    return ITEM_PATH.fullmatch(environ["PATH_INFO"])


def tile_path(environ: Environ) -> re.Match[str] | None:
    """Collection, matrix, row and column of a tile, None when anything special is asked or a browser looks at it."""
    if _is_special(environ) or is_for_a_browser(environ):
        return None
    return TILE_PATH.fullmatch(environ["PATH_INFO"])


def _is_special(environ: Environ) -> bool:
    return bool(environ.get("QUERY_STRING")) or "HTTP_ACCEPT_DATETIME" in environ


def _told(
    application: Application, environ: Environ, start_response: Start, about: forms.About, before: bytes,
    pack: kept.Pack = pressed,
) -> Iterable[bytes] | None:  # fmt: skip
    form = forms.known(environ, about)
    if form is None:
        return forms.learned(application, environ, about, before).sent(start_response)
    ticket = limiting.ticket_of(environ)
    headers, tail = form.filled(about.uuid)
    body, etag = before + tail, about.etag
    coding = coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""), form.media_type, len(body))
    if coding is not None:
        body, etag = pack(body, coding), f'{etag[:-1]}-{coding}"'
        headers.append(("Content-Encoding", coding))
    limiting.count(ticket, environ["PATH_INFO"], len(body))
    start_response(forms.OK, [*headers, *ticket.headers, ("ETag", etag), ("Content-Length", str(len(body)))])
    return [body]
