"""Key figures: what sources state, beside what the data itself gives; never one for the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, F, Func, Q, Sum, TextField, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from agenda.queries import key_figures
from carte import wording
from carte.pages import relations
from carte.pages.texts import Text, text_of
from geodata import registry
from geodata.queries.kept import Kept

if TYPE_CHECKING:
    from django.http import HttpRequest

    from comptes.models import User

    Person = User | AnonymousUser

PLACES = ("parcs", "cabanes", "sentiers")


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    output_field = TextField()
    set_returning = True


@dataclass(frozen=True)
class Computed:
    """A figure made from the data at the moment of reading; `note` says from how much of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Stated:
    """A figure as a source gives it."""

    label: Text
    value: str
    date: str
    source: str
    url: str
    note: str
    confidence: str


@dataclass(frozen=True)
class TownRow:
    """What lies in one commune."""

    commune: Any
    parks: int
    cabins: int
    trails: int


@dataclass(frozen=True)
class Tallies:
    """What reads every row, by collection: counts and sums over all, and how many lie in each commune."""

    sums: dict[str, dict[str, Any]]
    towns: dict[str, dict[str, int]]


def tallies_for(user: "Person") -> Tallies:
    """The tallies of what the person may see; for everybody made once for each public state."""
    return Tallies(_sums(user), _per_kind(user)) if user.is_authenticated else _public.get()


def _of_everybody() -> Tallies:
    anybody = AnonymousUser()
    return Tallies(_sums(anybody), _per_kind(anybody))


_public = Kept(_of_everybody, *PLACES)


@require_safe
def page(request: "HttpRequest") -> HttpResponse:
    """Tables first: computed, stated, per commune."""
    tallies = tallies_for(request.user)
    context = {
        "computed": computed(tallies),
        "stated": stated(),
        "towns": towns(tallies, request.user),
        "today": timezone.localdate(),
    }
    return render(request, "pages/chiffres_cles.html", context)


def computed(tallies: Tallies) -> list[Computed]:
    """Counts and sums over what the person may see."""
    parks, cabins, trails = (tallies.sums[each] for each in PLACES)
    return [
        Computed(gettext("Parcs et sites décrits"), wording.number(parks["n"])),
        Computed(
            gettext("Surface calculée des parcs"),
            _area(parks["area"]),
            _share(parks["drawn"], parks["n"], gettext("contours relevés")),
        ),
        Computed(
            gettext("Somme des surfaces annoncées"),
            _area(parks["stated"]),
            _share(parks["said"], parks["n"], gettext("parcs dont une source donne la surface")),
        ),
        Computed(gettext("Cabanes décrites"), wording.number(cabins["n"]), _cabins(cabins)),
        Computed(gettext("Sentiers décrits"), wording.number(trails["n"])),
        Computed(
            gettext("Longueur calculée des sentiers"),
            _length(trails["length"]),
            _share(trails["drawn"], trails["n"], gettext("tracés relevés")),
        ),
        Computed(
            gettext("Somme des longueurs annoncées"),
            _length(trails["stated"]),
            _share(
                trails["said"],
                trails["n"],
                gettext("sentiers dont une source donne la longueur ; des tronçons communs comptent deux fois"),
            ),
        ),
    ]


def _sums(user: "Person") -> dict[str, dict[str, Any]]:
    parks = (
        registry.get("parcs")
        .visible_to(user)
        .aggregate(
            n=Count("pk"),
            drawn=Count("area_ha"),
            area=Sum("area_ha"),
            said=Count("stated_area_ha"),
            stated=Sum("stated_area_ha"),
        )
    )
    trails = (
        registry.get("sentiers")
        .visible_to(user)
        .aggregate(
            n=Count("pk"),
            drawn=Count("length_m"),
            length=Sum("length_m"),
            said=Count("stated_length_m"),
            stated=Sum("stated_length_m"),
        )
    )
    cabins = (
        registry.get("cabanes")
        .visible_to(user)
        .aggregate(
            n=Count("pk"),
            gone=Count("pk", filter=Q(state="dismantled")),
            unsure=Count("pk", filter=Q(state__isnull=True)),
        )
    )
    return {"parcs": parks, "cabanes": cabins, "sentiers": trails}


def stated() -> list[Stated]:
    """Figures of the sources with date, source and confidence."""
    return [
        Stated(
            label=text_of(row, "label"),
            value=wording.with_unit(row.value, row.unit, 2),
            date=row.date_text,
            source=row.source,
            url=row.source if row.source.startswith(("https://", "http://")) else "",
            note=row.note,
            confidence=row.get_fact_confidence_display() if row.fact_confidence else "",
        )
        for row in key_figures()
    ]


def towns(tallies: Tallies, user: "Person") -> list[TownRow]:
    """Per commune, by name; only communes where something lies.

    A commune that a source states wins over the one computed from a shape (decisions 5).
    """
    parks, cabins, trails = (tallies.towns[each] for each in PLACES)
    found = relations.related("communes", user, insee_code__in={*parks, *trails, *cabins} - {None}, most=5000)
    return [
        TownRow(town, parks.get(town.insee_code, 0), cabins.get(town.insee_code, 0), trails.get(town.insee_code, 0))
        for town in found
    ]


def _per_kind(user: "Person") -> dict[str, dict[str, int]]:
    code = Case(When(stated_commune="", then=F("commune")), default=F("stated_commune"), output_field=TextField())
    rows = registry.get("cabanes").visible_to(user).order_by().values(town=code).annotate(n=Count("pk"))
    cabins = {row["town"]: row["n"] for row in rows}
    return {"parcs": _per_town("parcs", user), "cabanes": cabins, "sentiers": _per_town("sentiers", user)}


def _per_town(collection_id: str, user: "Person") -> dict[str, int]:
    codes = Case(When(stated_communes__len=0, then=F("communes")), default=F("stated_communes"))
    rows = registry.get(collection_id).visible_to(user).order_by().values(town=Unnest(codes)).annotate(n=Count("pk"))
    return {row["town"]: row["n"] for row in rows}


def _area(hectares: float | None) -> str:
    return "" if hectares is None else wording.area(hectares)


def _length(metres: float | None) -> str:
    return "" if metres is None else wording.with_unit(metres / 1000, "km")


def _share(some: int, whole: int, what: str) -> str:
    return gettext("%(some)s sur %(whole)s : %(what)s") % {"some": some, "whole": whole, "what": what}


def _cabins(counts: dict[str, int]) -> str:
    notes = []
    if counts["gone"]:
        notes.append(ngettext("dont %(n)s démontée", "dont %(n)s démontées", counts["gone"]) % {"n": counts["gone"]})
    if counts["unsure"]:
        words = ngettext("%(n)s dont l’état n’est pas connu", "%(n)s dont l’état n’est pas connu", counts["unsure"])
        notes.append(words % {"n": counts["unsure"]})
    return ", ".join(notes)
