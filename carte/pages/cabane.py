"""The page of a cabin: open or not, who designed it, what one can do there, how to get there."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext, pgettext

from carte.pages import jsonld, relations
from carte.pages.closures import Notice, closed_now, notices_for_cabin
from carte.pages.facts import Fact, facts
from carte.pages.happenings import Occurrence, upcoming
from carte.pages.kinds import Page
from carte.pages.near import Neighbour, nearest
from carte.pages.texts import is_told, text_of
from geodata import registry
from geodata.formats import markdown

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

RELATED = ("authority", "park", "commune")
ACCESS = ("step_free", "wheelchair", "sheltered", "lit")
WORK = ("commissioned_by", "edition", "materials", "reclaimed_materials", "area_m2", "height_m", "capacity_people")
AROUND_M = 1000


@dataclass(frozen=True, kw_only=True)
class CabanePage(Page):
    """Everything the template of a cabin shows."""

    notices: list[Notice]
    closed: Notice | None
    access: list[Fact]
    authors: list[str]
    commune: Any
    park: Any
    entrances: list[Neighbour]
    neighbours: list[Neighbour]
    trails: list[Any]
    events: list[Occurrence]
    photos: list[Any] = field(default_factory=list)

    @property
    def trails_are_schematic(self) -> bool:
        """Whether a trail is said to pass by a drawing only."""
        return any(trail.is_schematic for trail in self.trails)


def page(cabin: Any, user: "User | AnonymousUser") -> CabanePage:
    """The page of a cabin, in a number of queries that does not depend on what is around it."""
    notices = notices_for_cabin(cabin, user)
    park = cabin.park if is_told(cabin.park) else None
    town = cabin.commune if is_told(cabin.commune) else None
    stated = relations.communes([cabin.stated_commune], user) if cabin.stated_commune else []
    return CabanePage(
        feature=cabin,
        collection=registry.get("cabanes"),
        facts=[Fact(gettext("Année"), str(cabin.year_built or "")), *facts(cabin, WORK)],
        summary=summary(cabin),
        jsonld=jsonld.of(cabin),
        notices=notices,
        closed=closed_now(notices),
        access=facts(cabin, ACCESS),
        authors=[author_line(author) for author in cabin.authors],
        commune=stated[0] if stated else town,
        park=park,
        entrances=_entrances(cabin, user),
        neighbours=nearest("cabanes", cabin.geom, user, quality=cabin.geom_quality, only=~Q(pk=cabin.pk), limit=4),
        trails=relations.related("sentiers", user, cabins__contains=[cabin.uuid]),
        events=upcoming(user, cabin=cabin),
        photos=list(cabin.photos.all()),
    )


def summary(cabin: Any) -> str:
    """What the cabin is, without markup."""
    return markdown.to_text(text_of(cabin, "description").value or text_of(cabin, "story").value)


def author_line(author: Any) -> str:
    """A person or firm with what is known of their part and country."""
    if not isinstance(author, dict):
        return str(author)
    extra = [str(author[key]) for key in ("role", "country") if author.get(key)]
    name = str(author.get("name", ""))
    return (
        pgettext("nom (rôle, pays)", "%(name)s (%(extra)s)") % {"name": name, "extra": ", ".join(extra)}
        if extra
        else name
    )


def _entrances(cabin: Any, user: "User | AnonymousUser") -> list[Neighbour]:
    """Features of the collections that no page knows by name (ways in, benches) near the cabin."""
    known = {"parcs", "cabanes", "sentiers", "fermetures", "evenements", "projets-label", "communes", "autorites"}
    return [
        each
        for collection in registry.collections()
        if collection.id not in known
        for each in nearest(collection.id, cabin.geom, user, quality=cabin.geom_quality, limit=3, within_m=AROUND_M)
    ]
