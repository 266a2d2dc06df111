"""What changed in the API and what goes away, for programs: `/api/changelog`."""

from django.http import HttpRequest, HttpResponseBase

from geodata import announcements, deprecations
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.deprecating import collections_of
from geodata.endpoints.negotiation import ask_nothing_else
from geodata.formats.choice import JSON


@endpoint("GET", gives=(JSON,))
def changelog(request: HttpRequest) -> HttpResponseBase:
    """Releases, newest first, with their entries (Markdown, in English); and the declared deprecations."""
    ask_nothing_else(request)
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
    response = document(request, {"releases": found, "deprecations": going})
    response["Cache-Control"] = "public, max-age=3600"
    return response
