"""The GPX of one surveyed trail, under the address of its page: the same file as the API gives, in the page's language."""

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from carte.pages import finding
from geodata import registry
from geodata.endpoints import answers
from geodata.endpoints.naming import dated
from geodata.formats import gpx
from geodata.params.crs import CRS84
from geodata.problems import Conflict, NotFound
from geodata.queries import rows

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def trail(request: "HttpRequest", slug: str) -> HttpResponse:
    """The file; 409 problem+json for a schematic line, which guides nobody (decisions 1)."""
    collection = registry.get("sentiers")
    try:
        feature = finding.find(collection, slug, request.user)
    except (NotFound, finding.Moved, finding.Deleted):
        return render(request, "404.html", {"collection": collection}, status=404)
    selection = rows.of_item(collection, request.user, feature.uuid, CRS84)
    try:
        body = b"".join(gpx.write(selection, request.build_absolute_uri("/")))
    except Conflict as refused:
        return answers.problem(request, refused)
    response = HttpResponse(body, content_type=gpx.MEDIA_TYPE)
    response["Content-Disposition"] = dated(slug, "gpx")
    return response
