"""`items` and `items/{id}`: one dispatch per resource, for reads and writes."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from geodata import registry
from geodata.endpoints import qgis, writing
from geodata.endpoints.answers import endpoint, preflight
from geodata.endpoints.authentication import user_of
from geodata.endpoints.item import read_item
from geodata.endpoints.items import read_items
from geodata.formats import offered
from geodata.formats.choice import Format


def _of_collection(_request: HttpRequest, collection_id: str, **_more: object) -> Sequence[Format]:
    """Raises NotFound."""
    return offered.of(registry.get(collection_id))


@endpoint("GET", "POST", gives=_of_collection, own_options=True)
def items(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The items of a collection."""
    user = user_of(request)
    if request.method == "OPTIONS":
        return _options(request, collection_id, None)
    if request.method == "POST":
        return writing.create(request, collection_id, user)
    return read_items(request, collection_id, user)


@endpoint("GET", "PUT", "PATCH", "DELETE", gives=_of_collection, own_options=True)
def item(request: HttpRequest, collection_id: str, key: str) -> HttpResponseBase:
    """One item."""
    user = user_of(request)
    if request.method == "OPTIONS":
        return _options(request, collection_id, key)
    if request.method in ("PUT", "PATCH"):
        return writing.change(request, collection_id, key, user)
    if request.method == "DELETE":
        return writing.remove(request, collection_id, key, user)
    return read_item(request, collection_id, key, user)


def _options(request: HttpRequest, collection_id: str, key: str | None) -> HttpResponse:
    """`Allow` for this user; a browser's preflight, which carries no token, is told all methods."""
    every = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE") if key else ("GET", "HEAD", "OPTIONS", "POST")
    if "Access-Control-Request-Method" in request.headers:
        return preflight(request, every, writing.READS)
    user = user_of(request)
    if key and qgis.is_asking(request):
        return preflight(request, writing.allowed_somewhere(collection_id, user), writing.READS)
    return preflight(request, writing.allowed_methods(collection_id, key, user), writing.READS)
