"""What changed in the API and what goes away: `/api/changelog`, and the page that tells it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from geodata import announcements, deprecations
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.deprecating import collections_of
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.formats.choice import HTML
from geodata.ogc.documents import DOCUMENT_FORMATS


@endpoint("GET", gives=DOCUMENT_FORMATS)
def changelog(request: HttpRequest) -> HttpResponseBase:
    """Releases, newest first, with their entries (Markdown, in English); and the declared deprecations."""
    ask_nothing_else(request)
    response = page(request, of_api=True) if chosen_of(request) is HTML else document(request, _told())
    response["Cache-Control"] = "public, max-age=3600"
    return response


def page(request: HttpRequest, *, of_api: bool = False) -> HttpResponse:
    """The same for people, with the rules for what goes away."""
    going = [{"what": each, "collections": collections_of(each)} for each in deprecations.declared()]
    context = {"releases": announcements.releases(), "deprecations": going, "of_api": of_api}
    return render(request, "geodata/changelog.html", context)


def _told() -> dict[str, Any]:
    going = [
        {
            "kind": each.kind,
            "name": each.name,
            "collections": [collection.id for collection in collections_of(each)],
            "deprecated": each.deprecated_at.isoformat(),
            "sunset": each.sunset_at.isoformat() if each.sunset_at else None,
            "instead": str(each.instead),
            "link": each.link or None,
        }
        for each in deprecations.declared()
    ]
    found = [{"name": each.name, "entries": list(each.entries)} for each in announcements.releases()]
    return {"releases": found, "deprecations": going}
