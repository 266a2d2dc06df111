"""The one line under a name in a list: what helps to choose, only what is known."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext

from carte import wording
from carte.pages.happenings import when
from carte.pages.texts import name_of
from parcs import opening_hours
from parcs.opening_hours import Door


def line(feature: Any, towns: dict[str, Any] | None = None) -> str:
    """ "Terril · 42 ha · Loos-en-Gohelle": parts that are not known are left out.

    `towns` gives communes by INSEE code; without it the line names none.
    """
    own = LINES.get(feature._meta.label, _any)
    parts = [*own(feature), *_towns(feature, towns or {})]
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class State:
    """Whether a place can be visited, in words, and its shade: open, closed, unsure."""

    words: str
    shade: str


def state(feature: Any) -> State | None:
    """The state of a place for its card; None where nobody has stated it."""
    label = feature._meta.label
    if label == "parcs.Parc":
        now = opening_hours.at(feature.opening_hours, timezone.now())
        return None if now.door is Door.NOT_STATED else State(wording.door(now), now.door.value)
    if label == "cabanes.Cabane" and feature.state:
        seen = wording.partial_date(feature.state_as_of)
        told = gettext("%(state)s, constaté en %(when)s") % {"state": feature.get_state_display(), "when": seen}
        words = capfirst(told if seen else str(feature.get_state_display()))
        return State(words, "open" if feature.state == "open" else "closed")
    if label == "sentiers.Sentier" and feature.state:
        return State(capfirst(feature.get_state_display()), "open" if feature.state == "open" else "unsure")
    return None


def _park(park: Any) -> list[str]:
    area = park.area_ha if park.area_ha is not None else park.stated_area_ha
    return [capfirst(park.get_kind_display()), "" if area is None else wording.area(area)]


def _cabin(cabin: Any) -> list[str]:
    seen = state(cabin)
    told = seen.words if seen else gettext("état non vérifié")
    year = str(cabin.year_built) if cabin.year_built else ""
    return [capfirst(cabin.get_kind_display()), year, told[:1].lower() + told[1:]]


def _trail(trail: Any) -> list[str]:
    length, hours = trail.length_m, trail.stated_duration_h or trail.duration_h
    if length is not None:
        words = wording.distance(length)
    else:
        stated = trail.stated_length_m
        words = "" if stated is None else gettext("%(length)s annoncés") % {"length": wording.distance(stated)}
    practices = dict(trail._meta.get_field("practices").base_field.flatchoices)
    return [
        capfirst(trail.category),
        words,
        "" if hours is None else wording.duration(hours),
        trail.get_difficulty_display() if trail.difficulty else "",
        wording.joined([str(practices.get(code, code)) for code in trail.practices]),
    ]


def _event(event: Any) -> list[str]:
    return [when(event), event.place]


def _closure(closure: Any) -> list[str]:
    ends = wording.day(closure.ends_at) if closure.ends_at else ""
    until = gettext("jusqu’au %(end)s") % {"end": ends} if ends else gettext("date de fin inconnue")
    return [capfirst(closure.get_category_display()), closure.get_cause_display(), until]


def _project(project: Any) -> list[str]:
    return [project.edition, capfirst(project.theme), project.holder]


def _town(town: Any) -> list[str]:
    if town.population is None:
        return []
    return [gettext("%(n)s habitants") % {"n": wording.number(town.population)}]


def _authority(body: Any) -> list[str]:
    return [capfirst(body.get_kind_display())]


def _any(feature: Any) -> list[str]:
    show = getattr(feature, "get_kind_display", None)
    return [capfirst(show())] if show and feature.kind else []


LINES = {
    "parcs.Parc": _park,
    "cabanes.Cabane": _cabin,
    "sentiers.Sentier": _trail,
    "agenda.Evenement": _event,
    "alertes.Fermeture": _closure,
    "agenda.ProjetLabel": _project,
    "parcs.Commune": _town,
    "parcs.Autorite": _authority,
}


def _towns(feature: Any, towns: dict[str, Any]) -> list[str]:
    codes = getattr(feature, "stated_communes", None) or getattr(feature, "communes", None)
    if not isinstance(codes, list):
        code = getattr(feature, "stated_commune", "") or getattr(feature, "commune_id", "")
        codes = [code] if code else []
    names = [name_of(towns[code]).value for code in codes[:2] if code in towns]
    if len(codes) > len(names) > 0:
        names.append("…")
    return [", ".join(names)] if names else []
