"""The versions of a feature: a list that everybody may read, also once the feature is gone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from geodata import registry
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.mementos import written
from geodata.endpoints.negotiation import chosen_of
from geodata.endpoints.pages import link_header
from geodata.formats.choice import HTML, JSON, Format
from geodata.ogc import versions as documents
from geodata.ogc.links import link, selves
from geodata.params.instants import AS_OF
from geodata.params.items import single
from geodata.params.paging import DEFAULT_LIMIT, make_cursor, parse_cursor, parse_limit
from geodata.queries import versions

LINK_FORMAT = Format(name="link", media_type=documents.LINK_FORMAT, title="Time map (RFC 7089)")
FORMATS = (JSON, HTML, LINK_FORMAT)
NEWEST = 2**63 - 1


@endpoint("GET", gives=FORMATS)
def listed(request: HttpRequest, collection_id: str, key: UUID) -> HttpResponseBase:
    """The public versions of a feature, newest first."""
    collection, chosen = registry.get(collection_id), chosen_of(request)
    given = single(request.GET, ("f", "limit", "cursor"))
    sealed = f"{collection.id}/{key}/versions"
    before = parse_cursor(given["cursor"], sealed)[0] if "cursor" in given else NEWEST
    limit = parse_limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT
    found, more = versions.page(collection, key, limit, before)
    base = request.build_absolute_uri(request.path)
    item = base.removesuffix("/versions")
    links = [*selves(base, {}, chosen, FORMATS), link(item, "original", "application/geo+json")]
    if more:
        onward = f"limit={limit}&cursor={make_cursor(sealed, found[-1].revision)}"
        links.append(link(f"{base}?f={chosen.name}&{onward}", "next", chosen.media_type))

    def address(instant: datetime | None) -> str:
        return f"{item}?{AS_OF}={written(instant)}" if instant else item

    if chosen is HTML:
        told = [(each, documents.described(each, address), address(each.at)) for each in found]
        labels = {name: field.verbose_name for name, field in collection.fields.items()}
        labels[registry.GEOMETRY] = collection.geometry.verbose_name
        context = {"collection": collection, "uuid": key, "versions": told, "links": links, "labels": labels}
        response = render(request, "geodata/versions.html", context)
    elif chosen is LINK_FORMAT:
        body = documents.time_map(item, request.build_absolute_uri(), address, found)
        response = HttpResponse(body, content_type=documents.LINK_FORMAT)
    else:
        told_versions = [documents.described(each, address) for each in found]
        content = {"collection": collection.id, "uuid": str(key), "versions": told_versions, "links": links}
        response = document(request, content | {"numberReturned": len(found)})
    response["Link"] = link_header(links)
    response["Cache-Control"] = "public, no-cache"
    return response
