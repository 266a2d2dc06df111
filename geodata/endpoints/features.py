"""`items` and `items/{id}`: one dispatch per resource, reads here, writes in `writing`."""

from django.http import HttpRequest, HttpResponseBase

from geodata.endpoints.answers import endpoint
from geodata.endpoints.item import read_item
from geodata.endpoints.items import read_items


@endpoint("GET")
def items(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The items of a collection."""
    return read_items(request, collection_id, request.user)


@endpoint("GET")
def item(request: HttpRequest, collection_id: str, key: str) -> HttpResponseBase:
    """One item."""
    return read_item(request, collection_id, key, request.user)
