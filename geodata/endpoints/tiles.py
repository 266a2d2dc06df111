"""Tiles and what describes them, of one collection or of all together (OGC API Tiles)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from geodata import registry
from geodata.endpoints import mementos, validators
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.authentication import user_of
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.endpoints.pages import show
from geodata.endpoints.validators import not_modified
from geodata.formats.choice import JSON, Format
from geodata.ogc.documents import DOCUMENT_FORMATS
from geodata.ogc.links import selves
from geodata.params.items import ItemsQuery, parse_narrowing
from geodata.queries import extent, past, states
from geodata.registry import Collection
from geodata.tiles import kept, mvt
from geodata.tiles.matrix import MATRIX_SET, Tile, matrix_set, parse_tile, zooms
from geodata.tiles.tilejson import matrix_sets, tilejson, tileset, tilesets

if TYPE_CHECKING:
    from comptes.models import User

MVT = Format(name="mvt", media_type=mvt.MEDIA_TYPE, title="Mapbox Vector Tiles", accepts=mvt.FORMER_MEDIA_TYPES)
TILEJSON = Format(name="tilejson", media_type="application/json", title="TileJSON")


def _base(request: HttpRequest, collection: Collection | None) -> str:
    inner = f"collections/{collection.id}/" if collection else ""
    return request.build_absolute_uri(f"/api/{inner}tiles")


def _layers(collection_id: str | None) -> tuple[Collection | None, list[Collection]]:
    if collection_id is None:
        return None, list(registry.collections())
    found = registry.get(collection_id)
    return found, [found]


def _title(collection: Collection | None) -> str:
    return str(collection.title) if collection else settings.SITE_NAME


def _shown(
    request: HttpRequest, content: dict[str, Any], heading: str, template: str = "geodata/tiles.html"
) -> HttpResponseBase:
    """A document about tiles, or its page, with links to both."""
    chosen = chosen_of(request)
    others = [each for each in content["links"] if each["rel"] != "self"]
    content["links"] = [*selves(request.build_absolute_uri(request.path), {}, chosen, DOCUMENT_FORMATS), *others]
    return show(request, chosen, content, template, heading=heading)


@endpoint("GET", gives=DOCUMENT_FORMATS)
def listed(request: HttpRequest, collection_id: str | None = None) -> HttpResponseBase:
    """The list of tilesets."""
    ask_nothing_else(request)
    collection, _layer = _layers(collection_id)
    title = _title(collection)
    heading = _("%(name)s : jeux de tuiles") % {"name": title}
    return _shown(request, tilesets(_base(request, collection), title), heading)


@endpoint("GET", gives=DOCUMENT_FORMATS)
def described(request: HttpRequest, collection_id: str | None = None) -> HttpResponseBase:
    """The metadata of the tileset."""
    ask_nothing_else(request)
    collection, layers = _layers(collection_id)
    base, title = _base(request, collection), _title(collection)
    template = f"{base}/{MATRIX_SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    scheme = request.build_absolute_uri(f"/api/tileMatrixSets/{MATRIX_SET}")
    heading = _("%(name)s : tuiles") % {"name": title}
    return _shown(request, tileset(base, template, scheme, layers, title), heading)


@endpoint("GET", gives=DOCUMENT_FORMATS)
def schemes(request: HttpRequest) -> HttpResponseBase:
    """The list of tile matrix sets (OGC API Tiles, Tile matrix sets)."""
    ask_nothing_else(request)
    return _shown(request, matrix_sets(request.build_absolute_uri("/api/tileMatrixSets")), _("Grilles de tuiles"))


@endpoint("GET", gives=DOCUMENT_FORMATS)
def scheme(request: HttpRequest) -> HttpResponseBase:
    """The definition of the one tile matrix set."""
    ask_nothing_else(request)
    told = matrix_set(request.build_absolute_uri(request.path))
    return _shown(request, told, told["title"], "geodata/matrix_set.html")


@endpoint("GET", gives=(JSON, TILEJSON))
def tilejson_document(request: HttpRequest, collection_id: str | None = None) -> HttpResponseBase:
    """TileJSON, with {z}/{y}/{x}: matrix, row, column; conditions given here hold for its tiles."""
    collection, layers = _layers(collection_id)
    is_past = parse_narrowing(request.GET, layers)[0].as_of is not None
    # Where the past lay outside the present bounds, these would hide it.
    extents = [] if is_past else [extent.public_extent(each) for each in layers]
    template = f"{_base(request, collection)}/{MATRIX_SET}/{{z}}/{{y}}/{{x}}"
    kept = request.GET.copy()
    kept.pop("f", None)
    template += f"?{kept.urlencode()}" if kept else ""
    return document(request, tilejson(template, layers, extents, _title(collection)))


@endpoint("GET", gives=(MVT,))
def tile(request: HttpRequest, z: str, row: str, col: str, collection_id: str | None = None) -> HttpResponseBase:
    """One tile: 204 when it is empty, 304 without touching a geometry.

    It takes the conditions that items take: datetime, q, filter, properties; of several layers those that hold for each.
    """
    user = user_of(request)
    collection, layers = _layers(collection_id)
    first, *others = parse_narrowing(request.GET, layers)
    first, moment = past.resolved(first)
    queries = [first, *(replace(each, revision=first.revision) for each in others)]
    found = parse_tile(z, row, col, *zooms(layers))
    if moment is not None:
        etag = mementos.etag(moment, "mvt")
        return mementos.told(not_modified(request, etag) or _answered(layers, user, found, queries), moment, etag)
    state = states.state(collection, user)
    etag = validators.of_tile(request.META, state, user, layers)
    response = not_modified(request, etag) or _answered(layers, user, found, queries, state)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache" if user.is_authenticated else "public, no-cache"
    return response


def _answered(
    layers: list[Collection],
    user: User | AnonymousUser,
    found: Tile,
    queries: list[ItemsQuery],
    state: states.State | None = None,
) -> HttpResponse:
    if state is not None and user.is_anonymous and not any(each.selects for each in queries):
        body = kept.tile(layers, found, state)
    else:
        body = mvt.together(layers, user, found, queries)
    if not body:
        return HttpResponse(status=204)
    return HttpResponse(body, content_type=MVT.media_type)
