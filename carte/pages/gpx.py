"""The GPX of one surveyed trail: what a walker takes along."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from carte.pages import finding, relations
from carte.pages.addresses import address
from carte.pages.closures import notices_for_trail
from carte.pages.texts import name_of, text_of
from geodata import registry
from geodata.endpoints import answers
from geodata.formats import gpx, markdown
from geodata.licences import licence_of
from geodata.problems import Conflict, NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest

    from carte.pages.closures import Notice

SCHEMATIC = gettext_noop("Ce tracé est schématique : il relie les bons lieux, il ne se suit pas au GPS.")


@require_safe
def trail(request: "HttpRequest", slug: str) -> HttpResponse:
    """The file; 409 problem+json for a schematic line, which guides nobody (decisions 1)."""
    collection = registry.get("sentiers")
    try:
        feature = finding.find(collection, slug, request.user, ("authority",))
    except (NotFound, finding.Moved, finding.Deleted):
        return render(request, "404.html", {"collection": collection}, status=404)
    if feature.is_schematic:
        return answers.problem(request, Conflict(gettext(SCHEMATIC)))
    response = HttpResponse(gpx.write(document(feature, request)), content_type=gpx.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{timezone.localdate():%Y-%m-%d}.gpx"'
    return response


def document(feature: Any, request: "HttpRequest") -> gpx.Document:
    """The trail as a track, its cabins as way-points, its closures in words."""
    name, link = name_of(feature).value, request.build_absolute_uri(address(feature))
    about = markdown.to_text(text_of(feature, "description").value)
    note = " ".join(_sentence(notice) for notice in notices_for_trail(feature, request.user))
    track = gpx.Track(
        name=name,
        points=[(point[0], point[1]) for point in feature.geom.coords],
        elevations_m=feature.elevations_m,
        description=about,
        comment=note,
        source=feature.source,
        link=link,
        kind="hiking" if "pedestre" in feature.practices else "cycling" if "cyclo" in feature.practices else "",
    )
    cabins = relations.related("cabanes", request.user, shapes_too=True, uuid__in=feature.cabins)
    return gpx.Document(
        creator=settings.SITE_NAME,
        name=name,
        tracks=[track],
        waypoints=[_waypoint(cabin, request) for cabin in cabins],
        description=" ".join(part for part in (note, about) if part),
        author=name_of(feature.authority).value,
        licence=licence_of(feature.licence).url,
        year=feature.updated_at.year,
        link=link,
        time=timezone.now(),
    )


def _waypoint(cabin: Any, request: "HttpRequest") -> gpx.Waypoint:
    about = markdown.to_text(text_of(cabin, "description").value)
    if cabin.geom_quality != "surveyed":
        about = " ".join([gettext("Position approximative."), about])
    return gpx.Waypoint(
        lon=cabin.geom.x,
        lat=cabin.geom.y,
        name=name_of(cabin).value,
        description=about,
        link=request.build_absolute_uri(address(cabin)),
        symbol="Scenic Area",
        kind=str(cabin.get_kind_display()),
    )


def _sentence(notice: "Notice") -> str:
    parts = [f"{notice.word} {notice.when}", notice.stretch, f"{notice.title} ({notice.why})"]
    sentence = ", ".join(part for part in parts if part) + "."
    if notice.detour:
        sentence += " " + gettext("Déviation : %(detour)s") % {"detour": markdown.to_text(notice.detour.value)}
    return " ".join(part for part in (sentence, notice.checked) if part)
