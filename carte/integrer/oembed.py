"""oEmbed 1.0: from the address of one of our pages to the frame that shows it (https://oembed.com, §2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, JsonResponse, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language_from_path
from django.views.decorators.http import require_safe

from carte.embeds import maps
from carte.home import asking
from carte.integrer import narrowing
from carte.integrer.selection import NOBODY, ONE, read
from carte.pages import finding
from carte.pages.texts import name_of
from geodata import registry
from geodata.endpoints import parameters
from geodata.params import letters
from geodata.problems import BadParameter, Problem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import ResolverMatch

WIDTH, HEIGHT = 640, 480
AGE_S = 3600


@dataclass(frozen=True)
class Piece:
    """What is shown: the title and the path of the frame."""

    title: str
    path: str


@require_safe
@parameters.asking
def answer(request: HttpRequest) -> HttpResponse:
    """The frame of a page: 404 for what is not ours or not public, 501 for another format than JSON, 400 for what cannot be read."""
    try:
        response = _answer(request, parameters.given(request))
    except BadParameter as refusal:
        response = HttpResponse(
            f"{refusal.parameter}: {refusal.detail}\n", content_type="text/plain; charset=utf-8", status=400
        )
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _answer(request: HttpRequest, asked: QueryDict) -> HttpResponse:
    if asked.get("format", "json") != "json":
        return HttpResponse("Only format=json.\n", content_type="text/plain", status=501)
    url = asked.get("url", "")
    sizes = [asked.get(name, "") for name in ("maxwidth", "maxheight")]
    if not url or any(size and not (size.isascii() and size.isdigit()) for size in sizes):
        return HttpResponse("url is needed; maxwidth and maxheight are whole numbers.\n", "text/plain", 400)
    piece = _piece(request, url)
    if piece is None:
        return HttpResponse("Nothing to embed at this address.\n", content_type="text/plain", status=404)
    width, height = (
        max(min(int(size[:6] or most), most), 1) for size, most in zip(sizes, (WIDTH, HEIGHT), strict=True)
    )
    response = JsonResponse(_document(request, piece, width, height), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = f"public, max-age={AGE_S}"
    return response


def _document(request: HttpRequest, piece: Piece, width: int, height: int) -> dict[str, Any]:
    frame = format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        request.build_absolute_uri(piece.path), piece.title, width, height,
    )  # fmt: skip
    return {
        "version": "1.0",
        "type": "rich",
        "title": piece.title,
        "provider_name": settings.SITE_NAME,
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": AGE_S,
        "html": frame,
        "width": width,
        "height": height,
    }


def _piece(request: HttpRequest, url: str) -> Piece | None:
    """What is embedded of an address, None for what is not ours. Raises BadParameter: its query is no UTF-8."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc != request.get_host():
        return None
    letters.ask_readable(parts.query.encode().decode("latin-1"))
    language = get_language_from_path(parts.path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            return _of_page(resolve(parts.path), parts.path + (f"?{parts.query}" if parts.query else ""))
        except (Resolver404, Problem, finding.Moved):
            return None


def _of_page(match: ResolverMatch, path: str) -> Piece | None:
    """The piece for a page of ours, None where no piece shows it. Raises NotFound and Moved for what is not there (any more)."""
    name, collection_id = match.url_name or "", str(match.kwargs.get("collection_id", ""))
    given = QueryDict(urlsplit(path).query)
    if match.view_name == "home":
        return _of_home(given)
    if match.view_name == "cartes:map":
        carte = maps.published().filter(slug=match.kwargs["slug"]).first()
        return Piece(maps.title(carte), path) if carte else None
    if match.view_name == "integrer:page":
        return Piece(_title(collection_id, path), path)
    if match.namespace == "pages" and name.endswith("-detail") and not narrowing.is_of_the_past(given):
        feature = finding.find(registry.get(collection_id), str(match.kwargs["key"]), NOBODY)
        query = urlencode({ONE: match.kwargs["key"]})
        return Piece(name_of(feature).value, f"{reverse('integrer:page', args=[collection_id])}?{query}")
    if match.namespace == "pages" and name.endswith("-list"):
        parameters = narrowing.of_list(registry.get(collection_id), given)
        return None if parameters is None else _of_selection(collection_id, parameters)
    return None


def _of_home(given: QueryDict) -> Piece | None:
    """The piece for the first page: the first partner map, which shows all of it, else the kind that it was narrowed to."""
    if not narrowing.is_of_the_past(given) and not asking.read(given).is_filtered:
        carte = maps.published().order_by("slug").first()
        return Piece(maps.title(carte), carte.get_absolute_url()) if carte else None
    found = narrowing.of_home(given)
    return _of_selection(*found) if found else None


def _of_selection(collection_id: str, parameters: dict[str, str]) -> Piece:
    asked = urlencode(parameters)
    path = reverse("integrer:page", args=[collection_id])
    return Piece(read(collection_id, QueryDict(asked)).title, f"{path}?{asked}" if asked else path)


def _title(collection_id: str, path: str) -> str:
    return read(collection_id, QueryDict(urlsplit(path).query)).title
