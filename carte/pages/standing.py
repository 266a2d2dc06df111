"""Pages about the service itself: accessibility, legal notice, privacy, plan of the site."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from carte.pages.addresses import list_address
from geodata import registry

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Entry:
    """A collection in a plan: its title, its words and its address."""

    collection: registry.Collection
    address: str
    api: str


@require_safe
def plan(request: "HttpRequest") -> "HttpResponse":
    """Every kind of page, one link each."""
    return render(request, "pages/plan_du_site.html", {"entries": entries()})


@require_safe
def accessibilite(request: "HttpRequest") -> "HttpResponse":
    """The accessibility statement (law 2005-102, article 47; RGAA 4.1)."""
    return render(request, "pages/accessibilite.html", {"operator": settings.OPERATOR})


@require_safe
def mentions(request: "HttpRequest") -> "HttpResponse":
    """The legal notice (law 2004-575, article 1-1)."""
    return render(request, "pages/mentions_legales.html", {"operator": settings.OPERATOR})


@require_safe
def vie_privee(request: "HttpRequest") -> "HttpResponse":
    """What is known of a visitor: almost nothing."""
    return render(request, "pages/vie_privee.html", {"operator": settings.OPERATOR})


def entries() -> list[Entry]:
    """The public collections with their pages and their place in the API."""
    return [
        Entry(collection, list_address(collection), reverse("api:items", args=[collection.id]))
        for collection in registry.collections()
    ]
