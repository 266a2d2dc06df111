"""The partners' page and what belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from carte.embeds import maps
from carte.integrer import listing
from carte.integrer.addresses import address_for
from carte.integrer.selection import MOST
from carte.partenaires import copying, health, qgis, samples
from carte.partenaires.asking import Asking
from geodata.endpoints import changelog
from geodata.limits.policies import read_policy
from geodata.problems import BadParameter
from geodata.queries.counting import COUNT_LIMIT
from geodata.queries.rows import of_query

if TYPE_CHECKING:
    from django.http import HttpRequest

MIRROR = "clients/python/mirror.py"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Compose an address, see what it gives, take its code. What cannot be read is said beside its field, 400."""
    asking = Asking(request.GET)
    addresses = _addresses(request, asking)
    context: dict[str, Any] = {"asking": asking, "origin": addresses.origin, "operator": settings.OPERATOR}
    if asking.is_valid() and asking.shown:
        addresses = _addresses(request, asking)
        result = _result(request, asking)
        context |= result | _code(request, asking, addresses, result.get("count"))
    context |= {
        "maps": [{"map": each, "address": each.get_absolute_url()} for each in maps.published()],
        "limits": limits(),
        "words": words(),
    }
    return render(request, "partenaires/page.html", context, status=200 if "found" in context else 400)


def words() -> dict[str, str]:
    """What the script of the page says."""
    return copying.words() | {
        "map": _("Carte du résultat. La liste contient les premières fiches."),
        "view": _("Prendre la zone affichée"),
        "draw": _("Dessiner une zone"),
        "corner": _("Touchez un coin de la zone."),
        "opposite": _("Touchez le coin opposé."),
        "everywhere": _("Partout"),
    }


def limits() -> list[Any]:
    """The quotas that hold, by network and with a key."""
    named = (("address", settings.GEODATA_LIMIT_ADDRESS), ("key", settings.GEODATA_LIMIT_KEY))
    return [policy for policy in (read_policy(name, text) for name, text in named) if policy]


def _addresses(request: HttpRequest, asking: Asking) -> samples.Addresses:
    origin = request.build_absolute_uri("/").rstrip("/")
    return samples.Addresses(origin, asking.collection.id, asking.format, dict(asking.parameters))


def _result(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    shown = asking.shown
    if shown is None:
        return {}
    try:
        rows, count = shown.rows()
        selection = of_query(asking.collection, AnonymousUser(), shown.query)
        omissions = [] if count is None else asking.format.omissions(selection)
    except BadParameter as error:
        asking.add_error("filter", str(error.detail))
        return {}
    query = urlencode([*shown.asked.items(), (MOST, shown.most)])
    return {
        "found": listing.entries(rows, shown, request.build_absolute_uri),
        "count": count,
        "omissions": omissions,
        "held": None if count is None else count - sum(each.count for each in omissions),
        "most_counted": COUNT_LIMIT,
        "picture": f"{reverse('integrer:picture', args=[asking.collection.id])}?{query}",
        "state": health.of(asking.collection.id),
    }


def _code(request: HttpRequest, asking: Asking, addresses: samples.Addresses, count: int | None) -> dict[str, Any]:
    return {
        "addresses": addresses,
        "programs": list(samples.programs(addresses, count)),
        "spreadsheets": list(samples.spreadsheets(addresses)),
        "embeds": list(samples.embeds(asking, addresses)),
        "oembed": address_for(request, addresses.frame),
    }


@require_safe
def layer(request: HttpRequest) -> HttpResponse:
    """The selection as a layer definition for QGIS."""
    asking = Asking(request.GET)
    if not asking.is_valid():
        return page(request)
    try:
        definition = qgis.definition(asking, _addresses(request, asking))
    except BadParameter:
        return page(request)
    response = HttpResponse(definition, content_type=qgis.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{asking.collection.id}.qlr"'
    return response


@require_safe
def mirror(_request: HttpRequest) -> HttpResponse:
    """The program that keeps a copy, as a file."""
    response = HttpResponse((settings.ROOT / MIRROR).read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{Path(MIRROR).name}"'
    return response


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """The health of every feed, as a page."""
    return render(request, "partenaires/state.html", {"states": health.all_of_them()})


@require_safe
def state_json(request: HttpRequest) -> HttpResponse:
    """The health of every feed, for a program that watches."""
    feeds, origin = health.all_of_them(), request.build_absolute_uri("/").rstrip("/")
    response = JsonResponse({"feeds": [each.document(origin) for each in feeds], "ok": health.is_healthy(feeds)})
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed in the API, what goes away and when, and the rules for it."""
    return changelog.page(request)
