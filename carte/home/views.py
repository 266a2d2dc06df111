"""The first page: the map of the network with the list beside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from carte import clock
from carte.bygone import with_past
from carte.home import asking, picture, places
from carte.home.closed import Closures
from carte.pages.relations import named
from geodata import registry
from geodata.endpoints.validators import not_modified


@require_safe
@with_past
def home(request: HttpRequest) -> HttpResponse:
    """The list that answers the question in the URL, complete without JavaScript; the map follows it."""
    question = asking.read(request.GET)
    found = places.answer(question, request.user)
    onward = request.GET.copy()
    onward["page"] = str(question.page + 1)
    wider = request.GET.copy()
    wider.pop("pushchair", None)
    towns = named("communes", "insee_code", request.user)
    context = {
        "question": question,
        "found": found,
        "kinds": [registry.get(kind) for kind in asking.KINDS],
        "towns": towns,
        "closures": [told for told in Closures(request.user).all() if told.active],
        "onward": onward.urlencode() if found.more else "",
        "wider": wider.urlencode(),
        "picture": picture.address(),
    }
    response = render(request, "carte/home.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
@with_past
def drawing(request: HttpRequest) -> HttpResponse:
    """The network as an SVG picture, for the first paint and for print."""
    etag = f'"{picture.revision()}"'
    if clock.moment() is not None:
        return HttpResponse(picture.draw(), content_type="image/svg+xml")
    response = not_modified(request, etag) or HttpResponse(picture.draw(), content_type="image/svg+xml")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=300"
    return response
