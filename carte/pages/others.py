"""The pages of closures, events, label projects, communes and authorities, and the generic one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from carte import clock
from carte.pages import jsonld, recurrence, relations
from carte.pages.closures import Notice, notice
from carte.pages.facts import COMMON, facts, own_facts
from carte.pages.happenings import Occurrence, at_place, is_over, next_time, state
from carte.pages.kinds import Page, Section
from carte.pages.near import Neighbour, places_near
from carte.pages.texts import Text, text_of
from geodata import registry
from geodata.formats import markdown

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

    Person = User | AnonymousUser

PLACES = ("parcs", "cabanes", "sentiers")


@dataclass(frozen=True, kw_only=True)
class GenericPage(Page):
    """A page made from the declaration of the collection alone."""

    texts: list[tuple[str, Text]]
    others: list[Section]


@dataclass(frozen=True, kw_only=True)
class FermeturePage(Page):
    """A closure and what it closes."""

    notice: Notice
    over: bool
    sections: list[Section]


@dataclass(frozen=True, kw_only=True)
class EvenementPage(Page):
    """An event: when, where, and other editions."""

    when: str
    state: str
    over: bool
    repeats: str


@dataclass(frozen=True, kw_only=True)
class ProjetPage(Page):
    """A label project and the places near it."""

    neighbours: list[Neighbour]


@dataclass(frozen=True, kw_only=True)
class PlacesPage(Page):
    """A commune or an authority, with what lies in it or what it looks after."""

    sections: list[Section]
    events: list[Occurrence]
    members: list[Any]


def generic(feature: Any, user: "Person") -> GenericPage:
    """The page of a collection that has none of its own."""
    collection = registry.of_model(type(feature))
    stems = [name[:-3] for name in collection.properties if name.endswith("_fr") and name != collection.label]
    texts = [(str(feature._meta.get_field(f"{stem}_fr").verbose_name), text_of(feature, stem)) for stem in stems]
    return GenericPage(
        feature=feature,
        collection=collection,
        facts=list(own_facts(feature)),
        summary=markdown.to_text(texts[0][1].value) if texts else "",
        jsonld=jsonld.of(feature),
        texts=[(label, text) for label, text in texts if text],
        others=relations.others_of(feature, (), user),
    )


def generic_related(collection: registry.Collection) -> tuple[str, ...]:
    """The foreign keys that the generic page follows, in the same query."""
    return tuple(name for name, field in collection.fields.items() if field.is_relation and name not in COMMON)


def fermeture(closure: Any, user: "Person") -> FermeturePage:
    """The page of a closure."""
    trails = {"pk__in": closure.trail_links.values("sentier_id")}
    cabins = {"pk__in": closure.cabin_links.values("cabane_id")}
    parks = {"pk__in": closure.park_links.values("parc_id")}
    return FermeturePage(
        feature=closure,
        collection=registry.get("fermetures"),
        facts=facts(closure, ("category", "cause", "starts_at", "ends_at", "checked_at", "review_by")),
        summary=markdown.to_text(text_of(closure, "description").value),
        jsonld=jsonld.of(closure),
        notice=notice(closure),
        over=closure.ends_at is not None and closure.ends_at <= clock.now(),
        sections=_filled(user, {"parcs": Q(**parks), "cabanes": Q(**cabins), "sentiers": Q(**trails)}),
    )


def evenement(event: Any, _user: "Person") -> EvenementPage:
    """The page of an event."""
    names = ("place", "park", "cabin", "trail", "commune", "organiser", "price", "audience", "booking_url", "website")
    optional = {"park", "cabin", "trail", "place", "booking_url", "website"}
    rows = [row for name, row in zip(names, facts(event, names), strict=True) if row.known or name not in optional]
    return EvenementPage(
        feature=event,
        collection=registry.get("evenements"),
        facts=rows,
        summary=markdown.to_text(text_of(event, "description").value),
        jsonld=jsonld.of(event),
        when=next_time(event).when,
        state=state(event),
        over=is_over(event, clock.now()),
        repeats=recurrence.in_words(event.rrule or ("FREQ=YEARLY" if event.yearly else "")),
    )


def projet(project: Any, user: "Person") -> ProjetPage:
    """The page of a label project."""
    return ProjetPage(
        feature=project,
        collection=registry.get("projets-label"),
        facts=facts(project, ("label_status", "edition", "year", "theme", "holder", "commune", "website")),
        summary=markdown.to_text(text_of(project, "description").value),
        jsonld=jsonld.of(project),
        neighbours=places_near(project.geom, user) if project.geom is not None else [],
    )


def commune(town: Any, user: "Person") -> PlacesPage:
    """The page of a commune: the places in it, whether a source or a shape says so."""
    kinds = (*PLACES, "projets-label")
    wanted = {kind: relations.in_communes(registry.get(kind), [town.insee_code]) or Q(pk=None) for kind in kinds}
    return PlacesPage(
        feature=town,
        collection=registry.get("communes"),
        facts=facts(town, ("population", "epci", "insee_code", "postcodes")),
        jsonld=jsonld.of(town),
        sections=_filled(user, wanted),
        events=at_place(Q(commune=town), user),
        members=[],
    )


def autorite(body: Any, user: "Person") -> PlacesPage:
    """The page of an authority: how to reach it, what it looks after, who belongs to it."""
    mine = Q(authority=body)
    rows = registry.get("autorites").visible_to(user).filter(parent=body)
    return PlacesPage(
        feature=body,
        collection=registry.get("autorites"),
        facts=facts(body, ("kind", "code", "parent", "email", "phone", "website", "siren")),
        jsonld=jsonld.of(body),
        sections=_filled(user, dict.fromkeys(PLACES, mine) | {"communes": Q(epci=body)}, most=200),
        events=[],
        members=list(rows.order_by("id")[: relations.MOST]),
    )


def _filled(user: "Person", wanted: dict[str, Q], most: int = relations.MOST) -> list[Section]:
    sections = []
    for collection_id, condition in wanted.items():
        rows = relations.related(collection_id, user, condition, most=most)
        if rows:
            sections.append(Section(registry.get(collection_id), rows))
    return sections
