"""The change feed and the copies it continues: `/api/changes`, `/api/snapshot`. Only what everybody sees.

A copy is a file of everything and has no page: a browser is given it as it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from geodata import registry
from geodata.endpoints.answers import endpoint
from geodata.endpoints.limiting import neighbour
from geodata.endpoints.naming import dated
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import link_header, show
from geodata.formats import changes as formats
from geodata.formats.choice import GEOJSON, HTML, JSON, Format
from geodata.live.hub import hub
from geodata.ogc.documents import DOCUMENT_FORMATS
from geodata.ogc.links import Link, link, selves
from geodata.params import columns
from geodata.params.changes import Anchor, ChangesQuery, make_since, parse_changes, parse_uuid, wait_s
from geodata.params.items import single
from geodata.problems import ExpiredCursor
from geodata.queries import apart, copies
from geodata.queries import changes as feed
from geodata.registry import Collection

CURSOR_HEADER = "Changes-Cursor"
# Answers up to this many entries are one body, larger ones a stream; a page for a browser has no more.
AT_ONCE = 1_000


@endpoint("GET", gives=DOCUMENT_FORMATS)
def changes(request: HttpRequest) -> HttpResponseBase:
    """The changes after a cursor, of one collection or of all; `Prefer: wait=30` waits for the next one."""
    query, chosen = parse_changes(request.GET), chosen_of(request)
    if chosen is HTML:
        query = replace(query, limit=min(query.limit, AT_ONCE))
    seconds = wait_s(request.headers.get("Prefer", ""))
    page = _read(request, query)
    waited = False
    if seconds and not page.entries:
        page, waited = _wait(request, query, page, seconds)
    links = _links(request, page, chosen)
    response = _page(request, page, links) if chosen is HTML else _document(page, links)
    response["Link"] = link_header(links)
    response[CURSOR_HEADER] = make_since(page.last)
    response["Cache-Control"] = "no-store"
    if waited:
        response["Preference-Applied"] = f"wait={seconds}"
    patch_vary_headers(response, ["Prefer"])
    return response


def _document(page: feed.ChangesPage, links: list[Link]) -> HttpResponseBase:
    chunks = formats.write_changes(page, links)
    if len(page.entries) <= AT_ONCE:
        return HttpResponse(b"".join(chunks), content_type=JSON.media_type)
    return StreamingHttpResponse(chain([next(chunks)], chunks), content_type=JSON.media_type)


def _page(request: HttpRequest, page: feed.ChangesPage, links: list[Link]) -> HttpResponse:
    named = feed.names(page.entries)
    entries = [
        (each, registry.get(each.collection), named.get(each.uuid), named.get(each.successor)) for each in page.entries
    ]
    following = next((each["href"] for each in links if each["rel"] == "next"), None)
    context = {"collection": page.query.collection, "entries": entries, "links": links, "next": following}
    return render(request, "geodata/changes.html", context)


def _read(request: HttpRequest, query: ChangesQuery) -> feed.ChangesPage:
    try:
        return feed.page(query)
    except feed.Expired:
        wanted = [query.collection] if query.collection else list(registry.collections())
        told = _("Les changements depuis ce curseur ne sont plus tous gardés. Reprenez une copie, puis son curseur.")
        raise ExpiredCursor(told, [_copy_address(request, each) for each in wanted]) from None


def _wait(
    request: HttpRequest, query: ChangesQuery, page: feed.ChangesPage, seconds: int
) -> tuple[feed.ChangesPage, bool]:
    """The page once there is something on it or the time is over, and whether it was waited for as asked.

    At once when too many wait already; before the time is over when the place is lost to another reader.
    """
    until = time.monotonic() + seconds
    wanted = query.collection.id if query.collection else None
    with hub.place(neighbour(request)) as place:
        if place is None:
            return page, False
        hub.ready()
        while not page.entries:
            ticket = hub.ticket(wanted)
            page = _read(request, query)
            if page.entries or time.monotonic() >= until:
                break
            apart.hand_back()
            if not hub.wait(ticket, until - time.monotonic(), wanted, place) and place.is_lost:
                return page, False
    return page, True


def _links(request: HttpRequest, page: feed.ChangesPage, chosen: Format) -> list[Link]:
    base = request.build_absolute_uri(request.path)
    kept = request.GET.copy()
    found = []
    if chosen is HTML:
        kept["f"] = JSON.name
        found.append(link(f"{base}?{kept.urlencode()}", "alternate", JSON.media_type, JSON.title))
        kept["f"] = HTML.name
    found.append(link(f"{base}?{kept.urlencode()}" if kept else base, "self", chosen.media_type))
    if page.more:
        kept["since"] = make_since(page.last)
        found.append(link(f"{base}?{kept.urlencode()}", "next", chosen.media_type))
    return found


def _copy_address(request: HttpRequest, collection: Collection) -> str:
    return request.build_absolute_uri(f"/api/snapshot/{collection.id}")


@endpoint("GET", gives=DOCUMENT_FORMATS)
def snapshots(request: HttpRequest) -> HttpResponseBase:
    """Where the copies are, one a collection."""
    ask_nothing_else(request)
    chosen = chosen_of(request)
    links = [
        *selves(request.build_absolute_uri(request.path), {}, chosen, DOCUMENT_FORMATS),
        *(
            link(_copy_address(request, each), "item", GEOJSON.media_type, each.title)
            for each in registry.collections()
        ),
        link(request.build_absolute_uri("/api/changes"), "related", JSON.media_type, _("Changements")),
    ]
    return show(request, chosen, {"title": _("Copies des collections"), "links": links}, "geodata/snapshots.html")


@endpoint("GET", gives=(GEOJSON,))
def snapshot(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """All published features of a collection at one moment, with the cursor of that moment."""
    collection = registry.get(collection_id)
    given = single(request.GET, ("after", *columns.OWN, "f"))
    after = parse_uuid("after", given["after"]) if "after" in given else None
    wanted = columns.parse_columns(given, collection)
    rows = apart.Placed(copies.copy(collection, after, wanted))
    anchor = cast("Anchor", next(rows))
    kept = {name: given[name] for name in columns.OWN if name in given}
    onward = urlencode({"collection": collection.id, "since": make_since(anchor), **kept})
    links = [
        link(request.build_absolute_uri(), "self", GEOJSON.media_type),
        link(request.build_absolute_uri(f"/api/collections/{collection.id}"), "collection", JSON.media_type),
        link(
            f"{request.build_absolute_uri('/api/changes')}?{onward}",
            "monitor",
            JSON.media_type,
            _("Changements depuis cette copie"),
        ),
    ]
    if request.method == "HEAD":
        rows.close()
        response: HttpResponseBase = HttpResponse(content_type=GEOJSON.media_type)
    else:
        body = Closing(formats.write_copy(collection.id, anchor, cast("Any", rows), links), rows)
        response = StreamingHttpResponse(body, content_type=GEOJSON.media_type)
    response["Content-Disposition"] = dated(collection.id, GEOJSON.name, inline=True)
    response["Link"] = link_header(links)
    response[CURSOR_HEADER] = make_since(anchor)
    response["Cache-Control"] = "no-store"
    return response


class Closing(Iterator[bytes]):
    """Pieces whose rows are let go when the response is closed, also before the first one was taken."""

    def __init__(self, pieces: Iterator[bytes], rows: Any) -> None:
        self._pieces, self._rows = pieces, rows

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """End the transaction that the rows come from."""
        self._rows.close()
