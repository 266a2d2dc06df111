"""The list of the first page: parks, cabins and trails that answer a question, in one order.

`finding` says which, one statement a kind reads the rows that are shown; none depends on how many places there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models.functions import PointOnSurface

from carte import clock
from carte.home import finding
from carte.home.asking import Question
from carte.home.closed import Closures
from carte.pages import lines, relations
from carte.pages.addresses import address
from carte.pages.closures import Notice
from carte.pages.paging import MOST_COUNTED, MOST_REACHED
from carte.pages.texts import Text
from geodata import registry
from geodata.queries import counting

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

AT_ONCE = 200
PAGE_SIZE = 60
# Read at most to tell which are not closed.
MOST_JUDGED = 1_000


@dataclass(frozen=True)
class Place:
    """One card: a feature, its line, its position in degrees, and what closes it."""

    collection: str
    feature: Any
    line: list[Text]
    url: str
    lon: float
    lat: float
    notice: Notice | None
    state: lines.State

    @property
    def is_closed(self) -> bool:
        """Whether a visit today is in vain, as far as is known."""
        return (self.notice is not None and self.notice.shuts) or self.state.shade == "closed"


@dataclass(frozen=True)
class Answer:
    """The places of this page, how many there are in all, and what was perhaps meant when none is.

    With `at_least` there are more than `count`. None is `unstated` when it is so only for want of knowing who can go there.
    """

    places: list[Place]
    count: int
    more: bool
    at_least: bool = False
    meant: str = ""
    unstated: bool = False


def answer(question: Question, user: User | AnonymousUser) -> Answer:
    """The places that answer a question, at most AT_ONCE together, else PAGE_SIZE a page."""
    search = finding.search(question, user)
    if question.open_only:
        return _open(search, user)
    reach = MOST_COUNTED if question.words else MOST_REACHED
    found = search.found(max(AT_ONCE + 1, min(question.page * PAGE_SIZE, reach) + 1))
    if not found:
        return _nothing(search)
    if len(found) <= AT_ONCE:
        return Answer(_places(found, user), len(found), more=False)
    start = min((question.page - 1) * PAGE_SIZE, reach)
    end = min(start + PAGE_SIZE, reach)
    count, at_least = _count(question, user)
    return Answer(_places(found[start:end], user), count, more=end < min(len(found), reach), at_least=at_least)


def _nothing(search: finding.Search) -> Answer:
    unstated = search.unstated()
    return Answer([], 0, more=False, meant="" if unstated else search.meant(), unstated=unstated)


def _count(question: Question, user: User | AnonymousUser) -> tuple[int, bool]:
    """How many there are of more than AT_ONCE: exact for everything that is public, else that it is more."""
    if question.words or question.commune or question.pushchair or user.is_authenticated or clock.moment() is not None:
        return AT_ONCE, True
    return sum(counting.total(registry.get(kind)) for kind in question.kinds), False


def _open(search: finding.Search, user: User | AnonymousUser) -> Answer:
    found = search.found(MOST_JUDGED)
    if not found:
        return _nothing(search)
    places = [place for place in _places(found, user) if not place.is_closed]
    at_least = len(found) == MOST_JUDGED or len(places) > AT_ONCE
    return Answer(places[:AT_ONCE], min(len(places), AT_ONCE), more=False, at_least=at_least)


def _places(found: list[tuple[str, int]], user: User | AnonymousUser) -> list[Place]:
    rows: dict[tuple[str, int], Any] = {}
    for kind in {kind for kind, _number in found}:
        numbers = [number for each, number in found if each == kind]
        model = registry.get(kind).model_class
        for row in model.objects.filter(pk__in=numbers).annotate(spot=PointOnSurface("geom")):
            rows[kind, row.pk] = row
    codes = {code for row in rows.values() for code in lines.codes_of(row)}
    towns = {town.insee_code: town for town in relations.communes(codes, user)}
    closures = Closures(user)
    return [_place(kind, rows[kind, number], towns, closures) for kind, number in found]


def _place(kind: str, row: Any, towns: dict[str, Any], closures: Closures) -> Place:
    return Place(
        collection=kind,
        feature=row,
        line=lines.line(row, towns, with_state=False),
        url=address(row),
        lon=round(row.spot.x, 5),
        lat=round(row.spot.y, 5),
        notice=closures.of(kind, row),
        state=lines.state(row),
    )
