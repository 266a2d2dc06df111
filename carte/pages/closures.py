"""Closures and alerts that concern a page, in the words of its banner (ux.md §5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext
from psycopg import sql

from alertes.codes import FermetureCategory
from carte import clock, wording
from carte.pages import recurrence
from carte.pages.texts import Text, name_of, text_of
from geodata import registry
from geodata.features import Feature
from geodata.formats import markdown

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

STALE = timedelta(days=30)
# Announced this long before it starts; earlier it would only hide what matters today.
NOTICE = timedelta(days=30)
# By collection: the links of a closure to its places, and their column.
LINKS = {
    "parcs": ("park_links", "parc_id"),
    "cabanes": ("cabin_links", "cabane_id"),
    "sentiers": ("trail_links", "sentier_id"),
}
BLOCKING = frozenset({FermetureCategory.CLOSURE, FermetureCategory.DANGER})


@dataclass(frozen=True)
class Notice:
    """A closure as its banner says it.

    `when` reads after the title ("jusqu’au 12 mars", "date de fin inconnue"), `checked` may warn;
    `days` are the next ones of a closure that repeats. `in_part` when a part of the trail alone is closed; `stretch` tells which, on a
    surveyed one. `about` marks a relation to a schematic shape.
    """

    feature: Any
    title: Text
    word: str
    when: str
    why: str
    detour: Text
    checked: str
    stale: bool
    active: bool
    blocks: bool
    in_part: bool = False
    stretch: str = ""
    about: bool = False
    days: tuple[str, ...] = ()

    @property
    def shuts(self) -> bool:
        """Whether the whole place is closed at this moment."""
        return self.active and self.blocks and not self.in_part


def notices_for_park(park: Feature, user: "User | AnonymousUser") -> list[Notice]:
    """Closures that name the park or meet its outline, active first."""
    named = _model().objects.filter(parks=park).values("pk")
    rows = list(standing(user).filter(Q(pk__in=named) | Q(geom__intersects=park.geom)))
    return _sorted(notice(row) for row in rows)


def notices_for_trail(trail: Feature, user: "User | AnonymousUser") -> list[Notice]:
    """Closures of a trail with the stretch concerned, where the line is surveyed."""
    links = {link.fermeture_id: link for link in trail.closure_links.all()}  # type: ignore[attr-defined]
    rows = standing(user).filter(pk__in=list(links)) if links else []
    return _sorted(notice(row, links[row.pk], about=trail.is_schematic) for row in rows)


def notices_for_cabin(cabin: Feature, user: "User | AnonymousUser") -> list[Notice]:
    """Closures that name the cabin or its park, or cover it, active first."""
    named = _model().objects.filter(cabin_links__cabane=cabin).values("pk")
    cover = Q(pk__in=named) | Q(geom__intersects=cabin.geom)
    if cabin.park_id:  # type: ignore[attr-defined]
        cover |= Q(pk__in=_model().objects.filter(parks__uuid=cabin.park_id).values("pk"))  # type: ignore[attr-defined]
    return _sorted(notice(row) for row in standing(user).filter(cover))


def sentence(told: Notice) -> str:
    """A notice as one or two sentences of plain text, with the detour."""
    parts = [f"{told.word} {told.when}", told.stretch, f"{told.title} ({told.why})"]
    said = ", ".join(part for part in parts if part) + "."
    if told.detour:
        said += " " + gettext("Déviation : %(detour)s") % {"detour": markdown.to_text(told.detour.value)}
    return " ".join(part for part in (said, told.checked) if part)


def notices_of(
    collection_id: str, features: Sequence[Feature], user: "User | AnonymousUser"
) -> dict[int, list[Notice]]:
    """The standing closures of each of these features, by primary key, in at most four queries."""
    name, column = LINKS.get(collection_id, ("", ""))
    rows = {row.pk: row for row in standing(user)} if name and features else {}
    if not rows:
        return {}
    about = {feature.pk: feature for feature in features}
    found: dict[tuple[int, int], Any] = {}
    links = _model()._meta.get_field(name).related_model._default_manager
    for link in links.filter(fermeture_id__in=rows, **{f"{column}__in": about}).order_by("id"):
        found[getattr(link, column), link.fermeture_id] = link
    if collection_id != "sentiers":
        for pair in _covering(registry.get(collection_id).table, list(about), list(rows)):
            found.setdefault(pair, None)
    if collection_id == "cabanes":
        for pair in _of_their_parks(about, rows):
            found.setdefault(pair, None)
    told: dict[int, list[Notice]] = {}
    for (place, closure), link in found.items():
        told.setdefault(place, []).append(notice(rows[closure], link, about=about[place].is_schematic))
    return {place: _sorted(notices) for place, notices in told.items()}


COVERING = """
SELECT t.id, f.id FROM {table} t JOIN alertes_fermeture f ON ST_Intersects(f.geom, t.geom)
WHERE t.id = ANY(%s) AND f.id = ANY(%s)
"""


def _covering(table: str, places: list[int], closures: list[int]) -> Iterator[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(COVERING).format(table=sql.Identifier(table)), [places, closures])
        yield from cursor.fetchall()


def _of_their_parks(cabins: dict[int, Any], closures: dict[int, Any]) -> Iterator[tuple[int, int]]:
    links = _model()._meta.get_field("park_links").related_model._default_manager
    parks: dict[Any, list[int]] = {}
    named = links.filter(
        fermeture_id__in=closures, parc__uuid__in={cabin.park_id for cabin in cabins.values()} - {None}
    )
    for park, closure in named.values_list("parc__uuid", "fermeture_id"):
        parks.setdefault(park, []).append(closure)
    for number, cabin in cabins.items():
        yield from ((number, closure) for closure in parks.get(cabin.park_id, ()))


def notice(closure: Any, link: Any = None, *, about: bool = False, now: datetime | None = None) -> Notice:
    """The words of one closure at `now`, for the place of this link; without one, for all that it closes."""
    now = now or clock.now()
    times = recurrence.times_of(closure.rrule, closure.starts_at, closure.ends_at, now) if closure.rrule else []
    active = _holds(closure, times, now)
    blocks = closure.category in BLOCKING
    stale = _is_stale(closure, now)
    in_part = not getattr(link, "is_whole", True)
    return Notice(
        feature=closure,
        title=name_of(closure),
        word=_word(closure, blocks, in_part=in_part),
        when=", ".join(part for part in (recurrence.in_words(closure.rrule), when(closure, now)) if part),
        why=closure.get_cause_display(),
        detour=text_of(closure, "detour"),
        checked=_checked(closure, stale),
        stale=stale,
        active=active,
        blocks=blocks,
        in_part=in_part,
        stretch=_stretch(link) if in_part else "",
        about=about,
        days=tuple(recurrence.said(each) for each in times),
    )


def _holds(closure: Any, times: list[recurrence.Times], now: datetime) -> bool:
    """Whether it holds at this instant: within its period and, when it repeats, within one of its days."""
    if not (closure.starts_at <= now and (closure.ends_at is None or closure.ends_at > now)):
        return False
    here = wording.local(now).replace(tzinfo=None)
    return not closure.rrule or any(each.start <= here < each.end for each in times)


def closed_now(notices: Iterable[Notice]) -> Notice | None:
    """The notice that shuts the whole place at this moment, if one does."""
    return next((each for each in notices if each.shuts), None)


def _model() -> Any:
    return registry.get("fermetures").model_class


def standing(user: "User | AnonymousUser") -> Any:
    """Closures that hold now or begin soon."""
    now = clock.now()
    rows = registry.get("fermetures").visible_to(user)
    return rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now + NOTICE).order_by("id")


def _sorted(notices: Iterable[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda each: (*_weight(each), each.feature.starts_at, each.feature.pk))


def _weight(told: Notice) -> tuple[bool, bool, bool]:
    """What matters more comes first."""
    return not told.shuts, not told.active, not told.blocks


def _word(closure: Any, blocks: bool, *, in_part: bool) -> str:
    if not blocks:
        return str(closure.get_category_display()).capitalize()
    if closure.category == FermetureCategory.DANGER:
        return gettext("Danger")
    return gettext("En partie fermé") if in_part else gettext("Fermé")


def when(closure: Any, now: datetime) -> str:
    """Its period as one says it at `now`: from when, if that is to come, and until when."""
    if closure.starts_at > now:
        start = wording.day(closure.starts_at)
        if closure.ends_at is None:
            return gettext("à partir du %(start)s, date de fin inconnue") % {"start": start}
        first, last = wording.local(closure.starts_at), wording.local(closure.ends_at)
        if first.date() == last.date():
            words = {"day": start, "start": wording.hour(first), "end": wording.hour(last)}
            return gettext("le %(day)s de %(start)s à %(end)s") % words
        return gettext("du %(start)s au %(end)s") % {"start": start, "end": wording.day(closure.ends_at)}
    if closure.ends_at is None:
        return gettext("date de fin inconnue")
    if wording.local(closure.ends_at).date() == wording.local(now).date():
        return gettext("jusqu’à %(hour)s") % {"hour": wording.hour(wording.local(closure.ends_at))}
    return gettext("jusqu’au %(end)s") % {"end": wording.day(closure.ends_at)}


def _is_stale(closure: Any, now: datetime) -> bool:
    if closure.review_by is not None and closure.ends_at is None and closure.review_by < now.date():
        return True
    last = closure.checked_at or closure.starts_at
    return bool(now - last > STALE)


def _checked(closure: Any, stale: bool) -> str:
    if stale:
        return gettext("État non vérifié depuis 30 jours. Appelez avant de partir.")
    if closure.checked_at is None:
        return ""
    return gettext("Vérifié le %(day)s.") % {"day": wording.day(closure.checked_at)}


def _stretch(link: Any) -> str:
    if link.from_m is None or link.to_m is None:
        return ""
    return gettext("du km %(start)s au km %(end)s") % {
        "start": wording.number(link.from_m / 1000, 1),
        "end": wording.number(link.to_m / 1000, 1),
    }


def closed_places(collection_id: str, user: "User | AnonymousUser") -> dict[int, Notice]:
    """The places of a collection that a standing closure names, by primary key: two queries for a whole list."""
    name, column = LINKS.get(collection_id, ("", ""))
    if not name:
        return {}
    rows = {row.pk: row for row in standing(user)}
    if not rows:
        return {}
    links = _model()._meta.get_field(name).related_model._default_manager.filter(fermeture_id__in=rows)
    found: dict[int, Notice] = {}
    for link in links.order_by("id"):
        told = notice(rows[link.fermeture_id], link)
        before = found.get(getattr(link, column))
        found[getattr(link, column)] = told if before is None else foremost([before, told])
    return found


def foremost(notices: Iterable[Notice]) -> Notice:
    """The notice that matters most, for a card that has room for one."""
    return min(notices, key=_weight)
