"""Tiles that lie under the data: our own ground, and Plan IGN through our cache."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from geodata.basemap import plan_ign, tiles
from geodata.basemap.models import GroundSource
from geodata.endpoints.answers import endpoint
from geodata.endpoints.negotiation import ask_nothing_else
from geodata.endpoints.tiles import MVT
from geodata.endpoints.validators import not_modified
from geodata.formats.choice import Format
from geodata.problems import NotFound
from geodata.tiles.matrix import parse_tile

MAX_ZOOM = 18
PNG = Format(name="png", media_type="image/png", title="PNG")
A_DAY = "public, max-age=86400"


@endpoint("GET", gives=(MVT,))
def ground(request: HttpRequest, z: str, row: str, col: str) -> HttpResponseBase:
    """A vector tile of our own ground; 204 when there is none."""
    ask_nothing_else(request)
    wanted = parse_tile(z, row, col, max_zoom=MAX_ZOOM)
    loaded = GroundSource.objects.order_by("-pk").values_list("loaded_at", flat=True).first()
    etag = f'"g{loaded.timestamp() if loaded else 0}"'
    response = not_modified(request, etag)
    if response is None:
        body = tiles.render(wanted) if loaded else b""
        response = HttpResponse(body, content_type=MVT.media_type) if body else HttpResponse(status=204)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response


@endpoint("GET", gives=(PNG,))
def plan(request: HttpRequest, z: str, row: str, col: str) -> HttpResponseBase:
    """A tile of Plan IGN; 404 while it cannot be had, and the map shows our own ground."""
    ask_nothing_else(request)
    try:
        content = plan_ign.tile(parse_tile(z, row, col, max_zoom=MAX_ZOOM))
    except plan_ign.Unavailable:
        raise NotFound(_("Plan IGN ne répond pas.")) from None
    response = HttpResponse(content, content_type=PNG.media_type)
    response["Cache-Control"] = A_DAY
    return response
