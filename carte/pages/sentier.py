"""The page of a trail: length, time, climb and surface beside the difficulty; its profile; what lies along it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from carte import wording
from carte.pages import jsonld, relations
from carte.pages.closures import Notice, closed_now, notices_for_trail
from carte.pages.facts import Fact, by_source, fact, facts
from carte.pages.happenings import Occurrence, upcoming
from carte.pages.kinds import Page
from carte.pages.texts import text_of
from geodata import registry
from geodata.formats import markdown
from sentiers.profile import Profile, profile

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import Promise

    from comptes.models import User

RELATED = ("authority", "parent")
ACCESS = ("wheelchair", "pushchair", "steps_count", "min_width_m", "max_slope_pct")
MORE = ("kind", "practices", "category", "ref", "waymarks", "themes", "pdipr", "website")
WAY = ("departure", "arrival", "public_transport", "parking")
# OSM values of `surface`, the words of the national schema's readers.
SURFACES: "dict[str, str | Promise]" = {
    "asphalt": gettext_lazy("enrobé"),
    "concrete": gettext_lazy("béton"),
    "paved": gettext_lazy("revêtement dur"),
    "paving_stones": gettext_lazy("pavés"),
    "sett": gettext_lazy("pavés"),
    "compacted": gettext_lazy("stabilisé"),
    "fine_gravel": gettext_lazy("gravillon"),
    "gravel": gettext_lazy("gravier"),
    "ground": gettext_lazy("terre"),
    "dirt": gettext_lazy("terre"),
    "grass": gettext_lazy("herbe"),
    "sand": gettext_lazy("sable"),
    "wood": gettext_lazy("bois"),
    "mud": gettext_lazy("boue"),
    "unpaved": gettext_lazy("non revêtu"),
}


@dataclass(frozen=True)
class AlongStop:
    """A park or cabin along the line; `at_m` from the start on a surveyed line, else None.

    `certain` unless only a schematic shape says so.
    """

    feature: Any
    at_m: float | None
    to_m: float | None = None
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class SentierPage(Page):
    """Everything the template of a trail shows."""

    essentials: list[Fact]
    access: list[Fact]
    way: list[Fact]
    notices: list[Notice]
    closed: Notice | None
    profile: Profile | None
    along: list[AlongStop]
    communes: list[Any]
    stages: list[Any]
    events: list[Occurrence]
    can_gpx: bool
    photos: list[Any] = field(default_factory=list)


def page(trail: Any, user: "User | AnonymousUser") -> SentierPage:
    """The page of a trail, in a number of queries that does not depend on what lies along it."""
    notices = notices_for_trail(trail, user)
    drawn = None if trail.is_schematic else profile(trail.geom_l93.coords, trail.elevations_m)
    return SentierPage(
        feature=trail,
        collection=registry.get("sentiers"),
        facts=facts(trail, MORE),
        summary=markdown.to_text(text_of(trail, "description").value),
        jsonld=jsonld.of(trail),
        essentials=list(essentials(trail)),
        access=facts(trail, ACCESS),
        way=facts(trail, WAY),
        notices=notices,
        closed=closed_now(notices),
        profile=drawn,
        along=along(trail, user),
        communes=relations.communes(trail.stated_communes or trail.communes, user),
        stages=_stages(trail, user),
        events=upcoming(user, trail=trail),
        can_gpx=not trail.is_schematic,
        photos=list(trail.photos.all()),
    )


def essentials(trail: Any) -> Iterable[Fact]:
    """Difficulty with what it is made of: length, time, climb, surface (ux.md §5)."""
    yield length(trail)
    yield time(trail)
    yield Fact(gettext("Montée"), "" if trail.ascent_m is None else wording.with_unit(trail.ascent_m, "m"))
    yield Fact(gettext("Revêtement"), surface(trail.surface_mix))
    yield fact(trail, "difficulty")


def length(trail: Any) -> Fact:
    """The computed length, else the stated one, labelled as such."""
    if trail.length_m is not None:
        note = ""
        if trail.stated_length_m is not None:
            note = gettext("%(length)s annoncés") % {"length": wording.distance(trail.stated_length_m)}
        return Fact(gettext("Longueur"), wording.distance(trail.length_m), note=note)
    if trail.stated_length_m is None:
        return Fact(gettext("Longueur"))
    return Fact(gettext("Longueur annoncée"), wording.distance(trail.stated_length_m), note=by_source(trail))


def time(trail: Any) -> Fact:
    """The stated time with its reason, else the computed one."""
    if trail.stated_duration_h is not None:
        return Fact(gettext("Durée annoncée"), wording.duration(trail.stated_duration_h), note=trail.duration_reason)
    if trail.duration_h is not None:
        return Fact(
            gettext("Durée estimée"), wording.duration(trail.duration_h), note=gettext("à pied, sans les pauses")
        )
    return Fact(gettext("Durée"))


def surface(mix: Any) -> str:
    """Shares of surfaces in words, the largest first."""
    if not isinstance(mix, dict) or not mix:
        return ""
    shares = sorted(((share, name) for name, share in mix.items() if isinstance(share, (int, float))), reverse=True)
    return wording.joined([f"{SURFACES.get(name, name)} {wording.share(share)}" for share, name in shares])


def along(trail: Any, user: "User | AnonymousUser") -> list[AlongStop]:
    """Parks and cabins along the line, in walking order where it is surveyed, parks first elsewhere."""
    crossed = {row.parc_id: row for row in trail.park_positions.all()}
    passed = {row.cabane_id: row for row in trail.cabin_positions.all()}
    parks = relations.related("parcs", user, Q(uuid__in=[*trail.stated_parks, *trail.parks]))
    cabins = relations.related("cabanes", user, uuid__in=trail.cabins)
    stops = [_crossed(trail, park, crossed.get(park.pk)) for park in parks]
    stops += [_passed(trail, cabin, passed.get(cabin.pk)) for cabin in cabins]
    return sorted(stops, key=lambda stop: (not stop.certain, stop.at_m is None, stop.at_m or 0))


def _crossed(trail: Any, park: Any, row: Any) -> AlongStop:
    certain = park.uuid in trail.stated_parks or not (trail.is_schematic or park.is_schematic)
    if row is None or trail.is_schematic:
        return AlongStop(park, None, certain=certain)
    return AlongStop(park, row.from_m, row.to_m, certain)


def _passed(trail: Any, cabin: Any, row: Any) -> AlongStop:
    at = None if row is None or trail.is_schematic else row.at_m
    return AlongStop(cabin, at, certain=not trail.is_schematic)


def _stages(trail: Any, user: "User | AnonymousUser") -> list[Any]:
    rows = registry.get("sentiers").visible_to(user).filter(parent=trail)
    return list(rows.order_by("stage_rank", "id")[: relations.MOST])
