"""One item, now or as it was at an instant."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from geodata import registry
from geodata.endpoints import mementos, validators
from geodata.endpoints.downloads import download
from geodata.endpoints.items import labelled, require_choice
from geodata.endpoints.negotiation import chosen_of
from geodata.endpoints.pages import link_header
from geodata.endpoints.validators import not_modified
from geodata.formats import geojson, offered
from geodata.formats.choice import HTML, Format
from geodata.ogc.links import Link, link, selves
from geodata.ogc.versions import history_links, version_links
from geodata.params.columns import EVERYTHING, OWN, parse_columns
from geodata.params.crs import CRS84, Crs, parse_crs
from geodata.params.instants import AS_OF, parse_as_of
from geodata.params.items import OF_ITEM, ItemsQuery, single
from geodata.queries import item as items
from geodata.queries import past, rows, versions
from geodata.queries.past import Moment
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def read_item(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """One item by its uuid (OGC API Features §7.16); a slug redirects to it (307)."""
    collection, chosen = registry.get(collection_id), chosen_of(request)
    given = single(request.GET, OF_ITEM)
    crs = parse_crs(given["crs"]) if "crs" in given else CRS84
    wanted = parse_columns(given, collection)
    require_choice(request, chosen, wanted)
    moment = past.moment(parse_as_of(given[AS_OF])) if AS_OF in given else None
    try:
        uuid = UUID(key)
    except ValueError:
        return _redirected(request, items.uuid_of_slug(collection, user, key))
    if (led := mementos.negotiated(request)) is not None:
        return led
    revision = moment.revision if moment else None
    found = items.item(collection, user, uuid, crs, wanted, revision)
    if chosen.is_download:
        selection = rows.of_item(collection, user, uuid, crs, wanted, revision)
        selection = chosen.prepared(selection, ItemsQuery(filters={"id": uuid}, revision=revision))
        return download(request, chosen, selection, f"{collection.id}-{uuid}", moment)
    # A feature is the same bytes in every language, as its strong validator promises; a page is not.
    with nullcontext() if chosen is HTML else translation.override(settings.LANGUAGE_CODE):
        links = _links(request, collection, chosen, given)
    if moment is not None:
        return _former(request, collection, chosen, uuid, found, crs, moment, links, user)
    is_whole = chosen is not HTML and crs is CRS84 and wanted == EVERYTHING
    told = validators.told_of_item(found.state)
    own = f"{chosen.name}-{crs.srid}-{translation.get_language()}{validators.who(user, [collection])}"
    etag = f'"{told}"' if is_whole else f'W/"{told}-{own}"'
    response = not_modified(request, etag) or _written(request, collection, chosen, found, links)
    response["ETag"] = etag
    response["Content-Crs"] = f"<{crs.uri}>"
    response["Cache-Control"] = "private, no-cache" if user.is_authenticated else "public, no-cache"
    return response


def _links(request: HttpRequest, collection: Collection, chosen: Format, given: dict[str, str]) -> list[Link]:
    kept = {name: value for name, value in given.items() if name != "f"}
    base = request.build_absolute_uri(request.path)
    return [
        *selves(base, kept, chosen, offered.of(collection), OWN),
        link(request.build_absolute_uri(f"/api/collections/{collection.id}"), "collection", "application/json"),
        *history_links(base),
    ]


def _former(
    request: HttpRequest, collection: Collection, chosen: Format, uuid: UUID, found: items.Item, crs: Crs,
    moment: Moment, links: list[Link], user: User | AnonymousUser,
) -> HttpResponseBase:  # fmt: skip
    """The version of an instant, with those around it (RFC 5829)."""
    name = f"{chosen.name}-{found.state.revision}-{crs.srid}"
    etag = mementos.etag_of_page(moment, name, user) if chosen is HTML else mementos.etag(moment, name)
    around = versions.around(collection, uuid, moment.revision)
    links += version_links(lambda instant: mementos.at(request, instant), around, chosen.media_type)
    response = not_modified(request, etag) or _written(request, collection, chosen, found, links, moment)
    response["Content-Crs"] = f"<{crs.uri}>"
    return mementos.told(response, moment, etag, around.since)


def _written(
    request: HttpRequest, collection: Collection, chosen: Format, found: items.Item, links: list[Link],
    moment: Moment | None = None,
) -> HttpResponse:  # fmt: skip
    if chosen is HTML:
        feature = labelled(collection, found.text)
        context = {"collection": collection, "feature": feature, "links": links, "moment": moment}
        response = render(request, "geodata/item.html", context)
    else:
        response = HttpResponse(geojson.write_item(found, links), content_type=chosen.media_type)
    response["Link"] = link_header(links)
    return response


def _redirected(request: HttpRequest, uuid: UUID) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=307)
    response["Location"] = str(uuid) + (f"?{query}" if query else "")
    return response
