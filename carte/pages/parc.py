"""The page of a park: open today or not, access, services, what is inside, where it is known from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext

from carte import clock, wording
from carte.pages import jsonld, relations
from carte.pages.closures import Notice, closed_now, notices_for_park
from carte.pages.facts import Fact, by_source, fact, facts
from carte.pages.happenings import Occurrence, upcoming
from carte.pages.kinds import Page, Section
from carte.pages.texts import Text, text_of
from geodata import registry
from geodata.formats import markdown
from parcs import opening_hours

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

RELATED = ("authority", "parent", "replaced_by")
SHOWN = ("parcs", "cabanes", "sentiers", "fermetures", "evenements", "projets-label", "communes", "autorites")
ACCESS = ("wheelchair", "free_access", "parking", "bike_parking", "bus_stop", "dogs")
SERVICES = ("toilets", "water", "playground", "picnic")
WHO = ("manager", "owner", "authority")
STATUS = ("network_status", "ensemble", "parent", "protection", "unesco", "opened_on")


@dataclass(frozen=True)
class CommuneShare:
    """A commune and the share of the park that lies in it, where the outline allows to say so."""

    commune: Any
    share: float | None


@dataclass(frozen=True, kw_only=True)
class ParcPage(Page):
    """Everything the template of a park shows."""

    lead: Text
    notices: list[Notice]
    closed: Notice | None
    door: opening_hours.Moment
    week: tuple[opening_hours.Day, ...]
    access: list[Fact]
    services: list[Fact]
    communes: list[CommuneShare]
    cabins: list[Any]
    trails: list[Any]
    perhaps: list[Any]
    children: list[Any]
    events: list[Occurrence]
    photos: list[Any] = field(default_factory=list)
    others: list[Section] = field(default_factory=list)


def page(park: Any, user: "User | AnonymousUser") -> ParcPage:
    """The page of a park, in a number of queries that does not depend on what is in it."""
    now = clock.now()
    notices = notices_for_park(park, user)
    door = opening_hours.at(park.opening_hours, now)
    crossing = Q(parks__contains=[park.uuid]) | Q(stated_parks__contains=[park.uuid])
    trails = relations.related("sentiers", user, crossing)
    return ParcPage(
        feature=park,
        collection=registry.get("parcs"),
        facts=[
            *_areas(park),
            *facts(park, STATUS),
            fact(park, "website", gettext("Site")),
            fact(park, "phone"),
            *facts(park, WHO),
        ],
        summary=summary(park),
        jsonld=jsonld.of(park),
        lead=_lead(park),
        notices=notices,
        closed=closed_now(notices),
        door=door,
        week=opening_hours.week(park.opening_hours, now),
        access=facts(park, ACCESS),
        services=[*facts(park, SERVICES), fact(park, "services")],
        communes=list(_shares(park, user)),
        cabins=relations.related("cabanes", user, Q(park=park) | Q(parks_containing__contains=[park.uuid])),
        trails=[trail for trail in trails if _is_certain(trail, park)],
        perhaps=[trail for trail in trails if not _is_certain(trail, park)],
        children=relations.related("parcs", user, parent=park),
        events=upcoming(user, park=park),
        photos=list(park.photos.all()),
        others=relations.others_of(park, SHOWN, user),
    )


def summary(park: Any) -> str:
    """What the park is, in one or two sentences without markup."""
    return text_of(park, "summary").value or markdown.to_text(text_of(park, "description").value)


def _is_certain(trail: Any, park: Any) -> bool:
    """Whether a source says that the trail crosses the park, or two real shapes do (decisions 1)."""
    return park.uuid in trail.stated_parks or not (trail.is_schematic or park.is_schematic)


def _lead(park: Any) -> Text:
    """The summary, unless the description begins with the same words."""
    short, long = text_of(park, "summary"), text_of(park, "description")
    return Text("") if long.value.startswith(short.value.rstrip("….")) else short


def _areas(park: Any) -> Iterable[Fact]:
    """Computed and stated hectares, never mixed."""
    if park.area_ha is not None:
        yield Fact(gettext("Surface calculée"), wording.area(park.area_ha), note=gettext("d’après le contour"))
    if park.stated_area_ha is not None or park.area_ha is None:
        stated = "" if park.stated_area_ha is None else wording.area(park.stated_area_ha)
        yield Fact(gettext("Surface annoncée"), stated, note=by_source(park) if stated else "")


def _shares(park: Any, user: "User | AnonymousUser") -> Iterable[CommuneShare]:
    """The communes that the source states, else those the outline meets; shares only from a real outline."""
    shares = {} if park.is_schematic else {row.commune_id: row.share for row in park.commune_shares.all()}
    for commune in relations.communes(park.stated_communes or park.communes, user):
        yield CommuneShare(commune, shares.get(commune.insee_code))
