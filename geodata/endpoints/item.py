"""One item."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from geodata import registry
from geodata.endpoints.answers import item_etag, not_modified
from geodata.endpoints.downloads import download
from geodata.endpoints.items import labelled, require_choice
from geodata.endpoints.pages import link_header
from geodata.formats import geojson, offered
from geodata.formats.choice import HTML, choose
from geodata.ogc.links import link, selves
from geodata.params.columns import EVERYTHING, OWN, parse_columns
from geodata.params.crs import CRS84, parse_crs
from geodata.params.items import OF_ITEM, single
from geodata.queries import item as items
from geodata.queries import rows

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def read_item(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """One item by its uuid (OGC API Features §7.16); a slug redirects to it (307)."""
    collection = registry.get(collection_id)
    formats = offered.of(collection)
    chosen = choose(request.headers.get("Accept", ""), request.GET.get("f"), formats)
    given = single(request.GET, OF_ITEM)
    crs = parse_crs(given["crs"]) if "crs" in given else CRS84
    wanted = parse_columns(given, collection)
    require_choice(request, chosen, wanted)
    try:
        uuid = UUID(key)
    except ValueError:
        return _redirected(request, items.uuid_of_slug(collection, user, key))
    found = items.item(collection, user, uuid, crs, wanted)
    if chosen.is_download:
        return download(request, chosen, rows.of_item(collection, user, uuid, crs, wanted), f"{collection.id}-{uuid}")
    is_whole = chosen is not HTML and crs is CRS84 and wanted == EVERYTHING
    etag = item_etag(found.revision) if is_whole else f'W/"r{found.revision}-{chosen.name}-{crs.srid}"'
    kept = {name: value for name, value in given.items() if name != "f"}
    links = [
        *selves(request.build_absolute_uri(request.path), kept, chosen, formats, OWN),
        link(request.build_absolute_uri(f"/api/collections/{collection.id}"), "collection", "application/json"),
    ]  # fmt: skip
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        response: HttpResponse = unchanged
    elif chosen is HTML:
        response = render(
            request,
            "geodata/item.html",
            {"collection": collection, "feature": labelled(collection, found.text), "links": links},
        )
    else:
        response = HttpResponse(geojson.write_item(found, links), content_type=chosen.media_type)
        response["Link"] = link_header(links)
    response["ETag"] = etag
    response["Content-Crs"] = f"<{crs.uri}>"
    response["Cache-Control"] = "private, no-cache" if user.is_authenticated else "public, no-cache"
    return response


def _redirected(request: HttpRequest, uuid: UUID) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=307)
    response["Location"] = str(uuid) + (f"?{query}" if query else "")
    return response
