"""One view for the page of any feature: find it, build its page, choose its template."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import select_template
from django.views.decorators.http import require_safe

from carte.bygone import with_past
from carte.pages import cabane, finding, others, parc, sentier
from carte.pages.addresses import address_of, segment
from carte.pages.kinds import Builder
from carte.pages.near import places_near
from geodata import registry
from geodata.problems import NotFound
from parcs import permissions

if TYPE_CHECKING:
    from django.http import HttpRequest

    from geodata.registry import Collection

GENERIC_TEMPLATE = "pages/detail.html"


@dataclass(frozen=True)
class Own:
    """How a collection with a page of its own builds it, and the foreign keys it reads in the same query."""

    build: Builder
    related: tuple[str, ...] = ()


OWN = {
    "parcs": Own(parc.page, parc.RELATED),
    "cabanes": Own(cabane.page, cabane.RELATED),
    "sentiers": Own(sentier.page, sentier.RELATED),
    "fermetures": Own(others.fermeture, ("authority",)),
    "evenements": Own(others.evenement, ("authority", "park", "cabin", "trail", "commune")),
    "projets-label": Own(others.projet, ("authority", "commune")),
    "communes": Own(others.commune, ("epci", "authority")),
    "autorites": Own(others.autorite, ("parent", "authority")),
}


@require_safe
@with_past
def show(request: "HttpRequest", collection_id: str, key: str) -> HttpResponse:
    """The page of a feature: 200, 301 to its current address, 410 with what is near, 404 with what resembles."""
    collection = registry.get(collection_id)
    own = OWN.get(collection_id) or Own(others.generic, others.generic_related(collection))
    try:
        feature = finding.find(collection, key, request.user, own.related)
    except finding.Moved as moved:
        return HttpResponsePermanentRedirect(address_of(collection, moved.key))
    except finding.Deleted as deleted:
        return _gone(request, collection, deleted)
    except NotFound:
        return _unknown(request, collection, key)
    template = select_template([f"pages/{segment(collection)}_detail.html", GENERIC_TEMPLATE])
    page = own.build(feature, request.user)
    context = {"page": page, "feature": feature, "may_edit": permissions.may_edit(request.user, feature)}
    return HttpResponse(template.render(context, request))


def _gone(request: "HttpRequest", collection: "Collection", deleted: finding.Deleted) -> HttpResponse:
    shape = None if deleted.feature is None else deleted.feature.geom
    context: dict[str, Any] = {
        "collection": collection,
        "departure": deleted.departure,
        "neighbours": places_near(shape, request.user) if shape is not None else [],
    }
    return render(request, "pages/gone.html", context, status=410)


def _unknown(request: "HttpRequest", collection: "Collection", key: str) -> HttpResponse:
    found = finding.similar(collection, key, request.user)
    return render(request, "404.html", {"collection": collection, "similar": found}, status=404)
