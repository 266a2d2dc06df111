"""The agenda of the visitors, as a page and as calendars (iCalendar)."""

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agenda.codes import EvenementDatePrecision, EvenementState
from carte import wording
from carte.pages import finding, happenings
from carte.pages.addresses import address
from carte.pages.texts import name_of, text_of
from geodata import registry
from geodata.formats import ical, markdown
from geodata.problems import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest

STATES = {
    EvenementState.SCHEDULED: "CONFIRMED",
    EvenementState.CANCELLED: "CANCELLED",
    EvenementState.POSTPONED: "TENTATIVE",
}
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
    rows = happenings.for_visitors(request.user).filter(ends_at__gte=timezone.now() - KEPT).order_by("starts_at", "id")
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


def _by_month(events: list[Any]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for event in events:
        groups.setdefault(wording.month(max(event.starts_at, timezone.now())), []).append(event)
    return list(groups.items())


def _by_year(events: list[Any]) -> list[tuple[str, list[Any]]]:
    groups = groupby(events, key=lambda event: str(wording.local(event.starts_at).year))
    return [(year, list(listed)) for year, listed in groups]


def _by_park(events: list[Any]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for event in events:
        where = event.park if event.park is not None and event.park.is_public else None
        groups.setdefault(name_of(where).value if where else gettext("Ailleurs"), []).append(event)
    return sorted(groups.items(), key=lambda group: group[0])


def _answer(request: "HttpRequest", events: list[Any], name: str, stem: str) -> HttpResponse:
    entries = [_entry(request, event) for event in events if event.date_precision == EvenementDatePrecision.DAY]
    response = HttpResponse(ical.write(entries, name), content_type=f"{ical.MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{stem}-{timezone.localdate():%Y-%m-%d}.ics"'
    return response


def _entry(request: "HttpRequest", event: Any) -> ical.Happening:
    spot = event.geom
    return ical.Happening(
        uid=f"{event.uuid}@chaine-des-parcs",
        title=name_of(event).value,
        starts=_instant(event, event.starts_at),
        ends=_instant(event, event.ends_at),
        updated_at=event.updated_at,
        sequence=event.revision,
        status=STATES[EvenementState(event.state)],
        description=markdown.to_text(text_of(event, "description").value),
        place=event.place or (name_of(event.commune).value if event.commune else ""),
        at=(spot.y, spot.x) if spot is not None and not event.is_schematic else None,
        url=request.build_absolute_uri(address(event)),
        rrule=event.rrule,
    )


def _instant(event: Any, when: Any) -> Any:
    clock = wording.local(when)
    return date(clock.year, clock.month, clock.day) if event.all_day else clock
