"""Answers that need nothing of Django: a feature under its own address, tiles and pages of what everybody sees.

A feature is one indexed read, and so is a tile that this process made since the last edit; another tile is made here. A
page is one statement. What is around them was learned from Django (`forms`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.contrib.auth.models import AnonymousUser

from geodata import registry
from geodata.endpoints import forms, limiting, readypages, validators
from geodata.endpoints.compression import coding_of, pressed, tagged
from geodata.endpoints.forms import Application, Environ, Start
from geodata.formats import geojson
from geodata.queries import apart, items
from geodata.queries import item as item_queries
from geodata.tiles import kept, mvt
from geodata.tiles.matrix import MATRIX_SET, parse_tile, zooms

ITEM_PATH = re.compile(r"/api/collections/([a-z-]+)/items/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
TILE_PATH = re.compile(rf"/api/(?:collections/([a-z-]+)/)?tiles/{MATRIX_SET}/([0-9]+)/([0-9]+)/([0-9]+)")
ANY_TILE = ("", "*/*", mvt.MEDIA_TYPE)
ANY_JSON = ("", "*/*", "application/geo+json", "application/json")
NOBODY = AnonymousUser()


def answer(application: Application, environ: Environ, start_response: Start) -> Iterable[bytes] | None:
    """The answer to a public GET without a condition, None when it is Django's to give.

    Raises Problem and the errors of the database, which are Django's to tell.
    """
    item, tile, page = item_path(environ), tile_path(environ), _page(environ)
    if (item or tile or page) and not limiting.ticket_of(environ).is_valid:
        return None
    if item:
        return _item(application, environ, start_response, *item.groups())
    if tile:
        return _tile(application, environ, start_response, *tile.groups())
    return _of_page(application, environ, start_response, page) if page else None


def _item(
    application: Application, environ: Environ, start_response: Start, collection_id: str, uuid: str
) -> Iterable[bytes] | None:
    found = item_queries.kept(registry.get(collection_id), uuid)
    if found is None:
        return None
    uuid_of_links = ((forms.TOKEN.format("uuid"), uuid),)
    about = forms.About(f"items/{collection_id}", validators.of_item(found.state), uuid_of_links)
    return _told(application, environ, start_response, about, found.text[:-1].__add__)


def _tile(
    application: Application, environ: Environ, start_response: Start, collection_id: str | None, z: str, row: str, col: str
) -> Iterable[bytes] | None:  # fmt: skip
    layers = list(registry.collections()) if collection_id is None else [registry.get(collection_id)]
    place = parse_tile(z, row, col, *zooms(layers))
    state, body = kept.latest(layers, place)
    if not body:
        return None
    about = forms.About(f"tiles/{collection_id}", validators.of_tile(environ, state, NOBODY, layers))
    pack = kept.packing(layers, place, state, pressed)
    return _told(application, environ, start_response, about, body.__add__, pack)


def _of_page(
    application: Application, environ: Environ, start_response: Start, asked: readypages.Asked
) -> Iterable[bytes] | None:
    try:
        page = items.page(asked.collection, NOBODY, asked.query)
    finally:
        apart.hand_back()
    about = asked.about(environ, page)
    return _told(application, environ, start_response, about, lambda tail: geojson.in_one(page, tail))


def item_path(environ: Environ) -> re.Match[str] | None:
    """Collection and uuid of a feature asked for under its own address, None when anything special is asked."""
    if _is_special(environ) or environ.get("HTTP_ACCEPT", "") not in ANY_JSON:
        return None
    return ITEM_PATH.fullmatch(environ["PATH_INFO"])


def tile_path(environ: Environ) -> re.Match[str] | None:
    """Collection, matrix, row and column of a tile, None when anything special is asked."""
    if _is_special(environ) or environ.get("HTTP_ACCEPT", "") not in ANY_TILE:
        return None
    return TILE_PATH.fullmatch(environ["PATH_INFO"])


def _page(environ: Environ) -> readypages.Asked | None:
    if environ.get("HTTP_ACCEPT", "") not in ANY_JSON or "HTTP_ACCEPT_DATETIME" in environ:
        return None
    return readypages.asked(environ)


def _is_special(environ: Environ) -> bool:
    return bool(environ.get("QUERY_STRING")) or "HTTP_ACCEPT_DATETIME" in environ


def _told(
    application: Application, environ: Environ, start_response: Start, about: forms.About, write: Callable[[bytes], bytes],
    pack: kept.Pack = pressed,
) -> Iterable[bytes] | None:  # fmt: skip
    """The answer whose body is what `write` makes with the end that the form gives."""
    form = forms.known(environ, about)
    if form is None:
        return forms.learned(application, environ, about, write(b"")).sent(start_response)
    ticket = limiting.ticket_of(environ)
    headers, tail = form.filled(about.own)
    body, etag = write(tail), about.etag
    coding = coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""), form.media_type, len(body))
    if coding is not None:
        body, etag = pack(body, coding), tagged(etag, coding)
        headers.append(("Content-Encoding", coding))
    limiting.count(ticket, environ["PATH_INFO"], len(body))
    start_response(forms.OK, [*headers, *ticket.headers, ("ETag", etag), ("Content-Length", str(len(body)))])
    return [body]
