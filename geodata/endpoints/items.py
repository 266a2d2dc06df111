"""Items of a collection: the BBOX walk of the house style."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.endpoints import mementos, validators
from geodata.endpoints.changes import Closing
from geodata.endpoints.downloads import download
from geodata.endpoints.negotiation import chosen_of
from geodata.endpoints.pages import link_header
from geodata.endpoints.validators import not_modified
from geodata.formats import geojson, offered
from geodata.formats.choice import HTML, Format
from geodata.ogc.links import OGC, Link, link, selves
from geodata.params import columns, sorting
from geodata.params.instants import AS_OF
from geodata.params.items import ItemsQuery, parse_items
from geodata.params.paging import make_cursor, parse_limit_of_all
from geodata.params.properties import sortable
from geodata.problems import BadParameter
from geodata.queries import items, past, rows, states
from geodata.queries.pages import ItemsPage
from geodata.queries.past import Moment
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# A page for a browser, which is made as a whole, has no more features.
MOST_IN_HTML = 1_000


def read_items(request: HttpRequest, collection_id: str, user: User | AnonymousUser) -> HttpResponseBase:
    """A page of items (OGC API Features §7.15), or all of them as a file."""
    collection, chosen = registry.get(collection_id), chosen_of(request)
    query, moment = past.resolved(parse_items(request.GET, collection))
    require_choice(request, chosen, query.columns)
    if (led := mementos.negotiated(request)) is not None:
        return led
    if chosen.is_download:
        limit = parse_limit_of_all(request.GET.get("limit"))
        selection = chosen.prepared(rows.of_query(collection, user, query, limit), query)
        return download(request, chosen, selection, collection.id, moment)
    if "If-None-Match" in request.headers:
        # Else the state is read together with the page.
        present = states.state(collection, user) if moment is None else None
        etag = _etag(request, collection, chosen, user, moment or present)
        if (unchanged := not_modified(request, etag)) is not None:
            return _validated(unchanged, etag, user, moment)
    if chosen is HTML:
        query = replace(query, limit=min(query.limit, MOST_IN_HTML))
    page = items.page(collection, user, query)
    etag = _etag(request, collection, chosen, user, moment or page.state)
    said = links(request, collection, chosen, page, moment)
    response = _page(request, collection, page, said, moment) if chosen is HTML else _stream(chosen, page, said)
    response["Link"] = link_header(said)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return _validated(response, etag, user, moment)


def _etag(
    request: HttpRequest,
    collection: Collection,
    chosen: Format,
    user: User | AnonymousUser,
    at: Moment | states.State | None,
) -> str:
    if not isinstance(at, Moment):
        return validators.of_collection(request, at or states.NOTHING_YET, chosen.name, user, [collection])
    is_page = chosen is HTML
    return mementos.etag_of_page(at, chosen.name, user) if is_page else mementos.etag(at, chosen.name)


def _validated(
    response: HttpResponseBase, etag: str, user: User | AnonymousUser, moment: Moment | None
) -> HttpResponseBase:
    if moment is not None:
        return mementos.told(response, moment, etag)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache" if user.is_authenticated else "public, no-cache"
    return response


def _stream(chosen: Format, page: ItemsPage, said: list[Link]) -> HttpResponseBase:
    chunks, media = geojson.write_items(page, said), chosen.media_type
    if page.flows:
        # The first piece is read before the status is sent: what fails, fails as a problem.
        return StreamingHttpResponse(Closing(chain([next(chunks)], chunks), page), content_type=media)
    return HttpResponse(b"".join(chunks), content_type=media)


def _page(
    request: HttpRequest, collection: Collection, page: ItemsPage, said: list[Link], moment: Moment | None
) -> HttpResponse:
    features = [labelled(collection, text) for text in page.texts]
    following = next((each["href"] for each in said if each["rel"] == "next"), None)
    wanted = page.query.columns
    context = {
        "collection": collection,
        "features": features,
        "page": page,
        "next": following,
        "links": said,
        "orders": _orders(request, collection, page.query),
        "columns": () if wanted.names is None else wanted.names,
        "moment": moment,
    }
    return render(request, "geodata/items.html", context)


def _orders(request: HttpRequest, collection: Collection, query: ItemsQuery) -> list[dict[str, Any]]:
    """What sorts, with the address of each order; the one in force is `current`."""
    kept, found = request.GET.copy(), []
    kept.pop("cursor", None)
    for name, field in sortable(collection).items():
        ways = []
        for key in (sorting.SortKey(name), sorting.SortKey(name, descending=True)):
            kept[sorting.PARAMETER] = str(key)
            ways.append({"href": f"?{kept.urlencode()}", "current": query.order == (key,)})
        found.append({"name": name, "title": field.verbose_name, "up": ways[0], "down": ways[1]})
    return found


def require_choice(request: HttpRequest, chosen: Format, wanted: columns.Columns) -> None:
    """Refuse what this format would not keep, a choice of columns above all. Raises BadParameter."""
    lost = next((each for each in chosen.loses if each in request.GET), None)
    if lost is not None:
        raise BadParameter(lost, _("Ce format donne toute la sélection, sans ordre."))
    if wanted != columns.EVERYTHING and not chosen.chooses:
        name = next(each for each in columns.OWN if each in request.GET)
        raise BadParameter(name, _("Ce format donne toujours les mêmes renseignements ; prenez GeoJSON ou CSV."))
    if chosen.shaped and not wanted.geometry:
        name = next(each for each in (columns.SKIP_GEOMETRY, columns.PROFILE) if each in request.GET)
        raise BadParameter(name, _("Ce format contient toujours la géométrie ; prenez GeoJSON ou CSV."))


def labelled(collection: Collection, text: bytes) -> dict[str, Any]:
    """A feature as a template reads it, with what it is called and its own text, in which nothing lacks (/req/html/content)."""
    feature: dict[str, Any] = json.loads(text)
    label = feature["properties"].get(collection.label) or feature["id"]
    return feature | {"label": label, "text": text.decode()}


def links(
    request: HttpRequest, collection: Collection, chosen: Format, page: ItemsPage, moment: Moment | None = None
) -> list[Link]:
    """`self`, `alternate`, `collection` and, when more follow, `next`; each keeps every parameter.

    A walk over the past goes on at the instant at which it began.
    """
    base = request.build_absolute_uri(request.path)
    given = {name: str(value) for name, value in request.GET.items() if name != "f"}
    found = selves(base, given, chosen, offered.of(collection), columns.OWN)
    root = request.build_absolute_uri(f"/api/collections/{collection.id}")
    found.append(link(root, "collection", "application/json", collection.title))
    found += [
        link(f"{root}/{each}", f"{OGC}/{each}", "application/schema+json") for each in ("queryables", "sortables")
    ]
    if moment is not None:
        found += mementos.links(request, moment, chosen.media_type)
    if page.more:
        last, kept = page.last, request.GET.copy()
        kept["cursor"] = make_cursor(collection.id, last.id, sorting.written(last.order), last.values)
        kept["f"] = chosen.name
        if moment is not None:
            kept[AS_OF] = mementos.written(moment.instant)
        found.append(link(f"{base}?{kept.urlencode()}", "next", chosen.media_type))
    return found
