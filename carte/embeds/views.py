"""Pages and scripts of the maps that other sites show in a frame."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from carte.embeds import maps
from carte.embeds.export import MOST_BY_LINK, export
from carte.embeds.figures import FIGURES, FigureMap, figure_map
from carte.models import CartePartenaire
from carte.pages.texts import page_language
from geodata.endpoints.compression import compressed
from geodata.endpoints.naming import dated
from geodata.endpoints.validators import not_modified
from geodata.formats import folium_map
from geodata.problems import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

EVERYBODY = ["*"]


def _map(request: HttpRequest, slug: str) -> CartePartenaire:
    """The map, if it is on line or the person may edit it."""
    carte = get_object_or_404(CartePartenaire, slug=slug)
    if not carte.published and not request.user.has_perm("carte.change_cartepartenaire"):
        raise Http404
    return carte


@require_safe
@xframe_options_exempt
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A partner map for a frame: title, link to the lists, folium's script, nothing inline."""
    carte = _map(request, slug)
    context = {
        "title": maps.title(carte),
        "script": reverse("cartes:map-script", args=[slug]),
        "lists": maps.lists_of(carte),
        "whole": request.build_absolute_uri(reverse("home")),
    }
    return framed(render(request, "carte/embeds/map.html", context), maps.frame_ancestors(carte))


@require_safe
def script(request: HttpRequest, slug: str) -> HttpResponseBase:
    """folium's script of a partner map."""
    return scripted(request, folium_map.script(maps.view_of(_map(request, slug))))


@require_safe
def file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The partner map as one file to keep: Leaflet and data inside, no network needed."""
    carte = _map(request, slug)
    made = export(carte, request.build_absolute_uri("/").rstrip("/"), most=MOST_BY_LINK)
    response = HttpResponse(made.html, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = dated(slug, "html", made.day)
    response["Cache-Control"] = "public, max-age=300"
    return compressed(request, response)


@require_safe
@xframe_options_exempt
def figure(request: HttpRequest, figure: str) -> HttpResponse:
    """A map of key figures by commune, with its legend in text."""
    made = _figure(figure)
    context = {
        "map": made,
        "script": reverse("cartes:figure-script", args=[figure]),
        "figures": [
            {"id": each, "title": title, "current": each == figure} for each, (_column, title, _long) in FIGURES.items()
        ],
        "table": f"{reverse('pages:chiffres-cles')}#communes",
    }
    return framed(render(request, "carte/embeds/figure.html", context), EVERYBODY)


@require_safe
def figure_script(request: HttpRequest, figure: str) -> HttpResponseBase:
    """folium's script of a map of key figures."""
    return scripted(request, _figure(figure).script)


def _figure(figure: str) -> FigureMap:
    try:
        return figure_map(figure, page_language())
    except NotFound:
        raise Http404 from None


def framed(response: HttpResponse, ancestors: list[str]) -> HttpResponse:
    """The page with the sites that may frame it."""
    response._csp_replace = {"frame-ancestors": ancestors}  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-cache"
    return response


def scripted(request: HttpRequest, text: str) -> HttpResponseBase:
    """A script that folium made, with a validator."""
    etag = f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response: HttpResponseBase | None = not_modified(request, etag)
    if response is None:
        response = compressed(request, HttpResponse(text, content_type="text/javascript; charset=utf-8"))
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    response["Vary"] = "Accept-Encoding"
    return response
