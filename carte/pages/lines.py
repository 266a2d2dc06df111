"""The one line under a name in a list: what helps to choose, only what is known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext

from cabanes.codes import CabaneState
from carte import clock, wording
from carte.pages import closures
from carte.pages.happenings import next_time
from carte.pages.texts import Text, name_of
from carte.pages.vocabulary import word
from parcs import opening_hours
from parcs.opening_hours import Door
from sentiers.codes import SentierState


def line(feature: Any, towns: dict[str, Any] | None = None, *, with_state: bool = True) -> list[Text]:
    """ "Terril", "42 ha", "Loos-en-Gohelle": parts that are not known are left out.

    `towns` gives communes by INSEE code; without it the line names none. The state of a cabin is
    part of the line unless it is shown beside it.
    """
    own = LINES.get(feature._meta.label, _any)
    parts: list[str | Text] = [*own(feature), *_towns(feature, towns or {})]
    if with_state and feature._meta.label == "cabanes.Cabane":
        words = state(feature).words
        parts.append(words[:1].lower() + words[1:])
    return [part if isinstance(part, Text) else Text(part) for part in parts if part]


def plain(parts: Iterable[Text]) -> str:
    """A line without marks of language: "Terril · 42 ha · Loos-en-Gohelle"."""
    return " · ".join(part.value for part in parts)


@dataclass(frozen=True)
class State:
    """Whether a place can be visited, in words, and its shade: open, closed, unsure."""

    words: str
    shade: str


def state(feature: Any) -> State:
    """The state of a place for its card and the head of its page; no words for things that have none."""
    states = {"parcs.Parc": _park_state, "cabanes.Cabane": _cabin_state, "sentiers.Sentier": _trail_state}
    own = states.get(feature._meta.label)
    return own(feature) if own else State("", "unknown")


def _park_state(park: Any) -> State:
    now = opening_hours.at(park.opening_hours, clock.now())
    return State(wording.door(now), "unknown" if now.door is Door.NOT_STATED else now.door.value)


def _cabin_state(cabin: Any) -> State:
    """What was seen, and when; an open door that nobody saw this year or last is not called open."""
    seen = wording.partial_date(cabin.state_as_of)
    if not cabin.state:
        last = gettext("dernière mention : %(when)s") % {"when": seen}
        return State(gettext("État non vérifié") + (f" ({last})" if seen else ""), "unknown")
    told = gettext("%(state)s au dernier constat (%(when)s)") % {"state": cabin.get_state_display(), "when": seen}
    words = capfirst(told if seen else str(cabin.get_state_display()))
    if cabin.state != CabaneState.OPEN:
        return State(words, "closed")
    recent = not seen or int(cabin.state_as_of[:4]) >= clock.today().year - 1
    return State(words, "open" if recent else "unsure")


def _trail_state(trail: Any) -> State:
    if not trail.state:
        return State(gettext("État non vérifié"), "unknown")
    return State(capfirst(trail.get_state_display()), "open" if trail.state == SentierState.OPEN else "unsure")


def _park(park: Any) -> list[str]:
    area = park.area_ha if park.area_ha is not None else park.stated_area_ha
    return [capfirst(park.get_kind_display()), "" if area is None else wording.area(area)]


def _cabin(cabin: Any) -> list[str]:
    return [capfirst(cabin.get_kind_display()), str(cabin.year_built) if cabin.year_built else ""]


def _trail(trail: Any) -> list[str | Text]:
    length, hours = trail.length_m, trail.stated_duration_h or trail.duration_h
    if length is not None:
        words = wording.distance(length)
    else:
        stated = trail.stated_length_m
        words = "" if stated is None else gettext("%(length)s annoncés") % {"length": wording.distance(stated)}
    practices = dict(trail._meta.get_field("practices").base_field.flatchoices)
    return [
        opening(trail.category),
        words,
        "" if hours is None else wording.duration(hours),
        trail.get_difficulty_display() if trail.difficulty else "",
        wording.joined([str(practices.get(code, code)) for code in trail.practices]),
    ]


def _event(event: Any) -> list[str | Text]:
    return [next_time(event).when, word(event.place)]


def _closure(closure: Any) -> list[str]:
    period = closures.when(closure, clock.now())
    return [capfirst(closure.get_category_display()), closure.get_cause_display(), period]


def _project(project: Any) -> list[str | Text]:
    return [word(project.edition), opening(project.theme), word(project.holder)]


def _town(town: Any) -> list[str]:
    if town.population is None:
        return []
    return [gettext("%(n)s habitants") % {"n": wording.number(town.population)}]


def _authority(body: Any) -> list[str]:
    return [capfirst(body.get_kind_display()), gettext("code %(code)s") % {"code": body.code}]


def _any(feature: Any) -> list[str]:
    show = getattr(feature, "get_kind_display", None)
    return [capfirst(show())] if show and feature.kind else []


def opening(text: str) -> Text:
    """A word of a source at the beginning of a line or of a part."""
    said = word(text)
    return replace(said, value=capfirst(said.value))


LINES: dict[str, Callable[[Any], Sequence[str | Text]]] = {
    "parcs.Parc": _park,
    "cabanes.Cabane": _cabin,
    "sentiers.Sentier": _trail,
    "agenda.Evenement": _event,
    "alertes.Fermeture": _closure,
    "agenda.ProjetLabel": _project,
    "parcs.Commune": _town,
    "parcs.Autorite": _authority,
}


def codes_of(feature: Any) -> list[str]:
    """INSEE codes of the communes of a feature: those its source states, else those of its position."""
    codes = getattr(feature, "stated_communes", None) or getattr(feature, "communes", None)
    if isinstance(codes, list):
        return codes
    code = getattr(feature, "stated_commune", "") or getattr(feature, "commune_id", "")
    return [code] if code else []


def _towns(feature: Any, towns: dict[str, Any]) -> list[Text]:
    codes = codes_of(feature)
    names = [name_of(towns[code]) for code in codes[:2] if code in towns]
    if not names:
        return []
    more = ["…"] if len(codes) > len(names) else []
    return [Text(", ".join([*(name.value for name in names), *more]), names[0].lang)]
