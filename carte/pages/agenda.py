"""The agenda of the visitors, as a page and as calendars (iCalendar)."""

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from carte import clock, wording
from carte.pages import finding, happenings
from carte.pages.happenings import Occurrence
from carte.pages.texts import name_of
from carte.told import happenings as happenings_told
from geodata import registry
from geodata.endpoints.naming import dated
from geodata.formats import ical
from geodata.problems import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest

# A subscribed calendar keeps last month's entries; older ones are on the page.
KEPT = timedelta(days=60)


@require_safe
def page(request: "HttpRequest") -> HttpResponse:
    """What comes, by date or by park (`?par=parc`); what comes back; what has been."""
    by_park = request.GET.get("par") == "parc"
    programme = happenings.programme(request.user)
    groups = _by_park(programme.coming) if by_park else _by_month(programme.coming)
    context = {"programme": programme, "groups": groups, "past": _by_year(programme.past), "by_park": by_park}
    return render(request, "pages/agenda.html", context)


@require_safe
def calendar(request: "HttpRequest") -> HttpResponse:
    """The agenda to subscribe to: what comes and the last two months."""
    kept = happenings.lasting(timezone.now() - KEPT)
    rows = happenings.for_visitors(request.user).filter(kept).order_by("starts_at", "id")
    return _answer(request, list(rows), gettext("Agenda"), "agenda")


@require_safe
def one(request: "HttpRequest", slug: str) -> HttpResponse:
    """One event as a calendar of one entry."""
    collection = registry.get("evenements")
    try:
        event = finding.find(collection, slug, request.user, happenings.RELATED)
    except (NotFound, finding.Moved, finding.Deleted):
        return render(request, "404.html", {"collection": collection}, status=404)
    return _answer(request, [event], name_of(event).value, slug)


def _by_month(coming: list[Occurrence]) -> list[tuple[str, list[Occurrence]]]:
    now = clock.now()
    groups = groupby(coming, key=lambda each: wording.month(max(each.start, now)))
    return [(month, list(listed)) for month, listed in groups]


def _by_year(past: list[Occurrence]) -> list[tuple[str, list[Occurrence]]]:
    groups = groupby(past, key=lambda each: str(each.start.year))
    return [(year, list(listed)) for year, listed in groups]


def _by_park(coming: list[Occurrence]) -> list[tuple[str, list[Occurrence]]]:
    groups: dict[str, list[Occurrence]] = {}
    for each in coming:
        park = each.event.park
        where = park if park is not None and park.is_public else None
        groups.setdefault(name_of(where).value if where else gettext("Ailleurs"), []).append(each)
    return sorted(groups.items(), key=lambda group: group[0])


def _answer(request: "HttpRequest", events: list[Any], name: str, stem: str) -> HttpResponse:
    told = [happenings_told.event(event, request.build_absolute_uri("/")) for event in events]
    entries = [each for each in told if each is not None]
    first = min((wording.local(event.starts_at).date() for event in events), default=None)
    body = b"".join(ical.pieces(entries, name, first))
    response = HttpResponse(body, content_type=f"{ical.MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = dated(stem, "ics", inline=True)
    return response
