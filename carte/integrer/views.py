"""The addresses under /integrer/: nothing of them sets a cookie, all may be used on any site."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from carte.embeds import maps
from carte.embeds.views import framed, scripted
from carte.integrer import listing, picture
from carte.integrer.selection import read
from carte.models import CartePartenaire
from carte.pages.addresses import list_address
from geodata.endpoints.answers import problem
from geodata.endpoints.compression import compressed
from geodata.endpoints.parameters import asking, given
from geodata.endpoints.validators import not_modified
from geodata.formats import folium_map
from geodata.problems import BadParameter, NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase
    from django.utils.functional import Promise

    View = Callable[[HttpRequest, str], HttpResponseBase]
    Resource = Callable[[HttpRequest, str], HttpResponse]

EVERYBODY = ["*"]
COLOURS = picture.SIGN
COMPONENT = "dist/component.js"
ABSENT = _("Cette collection, ou le lieu de cette sélection, n’existe pas.")
FRESH_S = 300
COMPONENT_FRESH_S = 3600


@require_safe
@xframe_options_exempt
@asking
def page(request: HttpRequest, collection_id: str) -> HttpResponse:
    """A selection for a frame: its map, and the same as a list of links; in the frame too it says what cannot be read or is gone."""
    try:
        shown = read(collection_id, given(request))
        rows, count = shown.rows()
    except BadParameter as error:
        return _refused(
            request, error.status, _("%(name)s : %(told)s") % {"name": error.parameter, "told": error.detail}
        )
    except NotFound as error:
        return _refused(request, error.status, ABSENT)
    script = f"{reverse('integrer:script', args=[collection_id])}?{urlencode(shown.asked)}"
    context: dict[str, Any] = {
        "title": shown.title,
        "script": script,
        "places": listing.entries(rows, shown, request.build_absolute_uri),
        "words": listing.words(count, len(rows)),
        "list": request.build_absolute_uri(list_address(shown.collection)),
        "whole": request.build_absolute_uri(reverse("home")),
    }
    return framed(render(request, "carte/integrer/page.html", context), EVERYBODY)


def _refused(request: HttpRequest, status: int, told: str | Promise) -> HttpResponse:
    context = {
        "wrong": told,
        "may_come": status == NotFound.status,
        "whole": request.build_absolute_uri(reverse("home")),
    }
    return framed(render(request, "carte/integrer/page.html", context, status=status), EVERYBODY)


@require_safe
def script(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """folium's script of the map of a selection."""
    try:
        shown = read(collection_id, given(request))
        box = shown.box()
    except (BadParameter, NotFound) as error:
        return problem(request, error)
    colour = COLOURS.get(collection_id, picture.OTHER)
    layer = {"collection": collection_id, "filter": shown.map_filters, "colour": colour}
    view = maps.view_of(CartePartenaire(slug=collection_id, title_fr=shown.title, layers=[layer]))
    layers = [replace(each, current=shown.is_current) for each in view.layers]
    return scripted(request, folium_map.script(replace(view, layers=layers, bounds=_roomy(box) or view.bounds)))


def _roomy(box: folium_map.Bounds | None) -> folium_map.Bounds | None:
    """A box with room around it, so that a single point does not fill the whole zoom."""
    if box is None:
        return None
    west, south, east, north = box
    return west - 0.01, south - 0.006, east + 0.01, north + 0.006


def _shared(view: Resource) -> View:
    """A resource for other sites: any origin may read it; its validator is of what it says, which changes with the hour too."""

    @wraps(view)
    def wrapped(request: HttpRequest, collection_id: str) -> HttpResponseBase:
        try:
            response = _validated(request, view(request, collection_id))
        except BadParameter as error:
            response = problem(request, error)
        except NotFound:
            response = problem(request, NotFound(ABSENT))
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return asking(wrapped)


def _validated(request: HttpRequest, made: HttpResponse) -> HttpResponseBase:
    etag = f'W/"{hashlib.sha256(made.content).hexdigest()[:32]}"'
    response = not_modified(request, etag) or compressed(request, made)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response


@require_safe
@_shared
def places(request: HttpRequest, collection_id: str) -> HttpResponse:
    """A selection as the web component reads it."""
    shown = read(collection_id, given(request))
    return JsonResponse(listing.document(shown, request.build_absolute_uri), json_dumps_params={"ensure_ascii": False})


@require_safe
@_shared
def drawing(request: HttpRequest, collection_id: str) -> HttpResponse:
    """A selection as an SVG picture; the numbers are those of the list."""
    return HttpResponse(picture.draw(read(collection_id, given(request))), content_type="image/svg+xml")


@require_safe
def component(request: HttpRequest) -> HttpResponseBase:
    """The web component under an address that stays; the hashed one of /static/ is for `integrity`."""
    body = component_file().read_bytes()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponseBase | None = not_modified(request, etag)
    if response is None:
        response = compressed(request, HttpResponse(body, content_type="text/javascript; charset=utf-8"))
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={COMPONENT_FRESH_S}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Vary"] = "Accept-Encoding"
    return response


def component_file() -> Path:
    """The bundle of the web component, where it was collected or built. Raises FileNotFoundError."""
    found = finders.find(COMPONENT)
    if found is None:
        collected = staticfiles_storage.path(COMPONENT)
        if not Path(collected).exists():
            raise FileNotFoundError(COMPONENT)
        return Path(collected)
    return Path(str(found))
