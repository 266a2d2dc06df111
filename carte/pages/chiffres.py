"""Key figures: what sources state, beside what the data itself gives; never one for the other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from agenda.queries import key_figures
from carte import wording
from carte.pages import relations, vocabulary
from carte.pages.texts import Text, text_of
from geodata.queries.tallies import ALL, Tally

if TYPE_CHECKING:
    from django.http import HttpRequest

    from comptes.models import User

    Person = User | AnonymousUser

PLACES = ("parcs", "cabanes", "sentiers")
# A commune that a source states wins over the one computed from a shape (decisions 5).
SEVERAL = "CASE WHEN cardinality(t.stated_communes) = 0 THEN t.communes ELSE t.stated_communes END"
ONE = "ARRAY[coalesce(nullif(t.stated_commune, ''), t.commune_id)]"
# What is added up of each collection, in all and for each commune.
SUMS = {
    "parcs": {"drawn": "(t.area_ha IS NOT NULL)::int", "area": "t.area_ha", "said": "(t.stated_area_ha IS NOT NULL)::int",
              "stated": "t.stated_area_ha"},
    "cabanes": {"gone": "(t.state = 'dismantled')::int", "unsure": "(t.state IS NULL)::int"},
    "sentiers": {"drawn": "(t.length_m IS NOT NULL)::int", "length": "t.length_m",
                 "said": "(t.stated_length_m IS NOT NULL)::int", "stated": "t.stated_length_m"},
}  # fmt: skip
COMMUNES = {"parcs": SEVERAL, "cabanes": ONE, "sentiers": SEVERAL}
_tallies = {each: Tally(each, tuple(SUMS[each].values()), COMMUNES[each]) for each in PLACES}


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
    value: Text
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
    """The tallies of what the person may see; those of everybody are brought forward by what changed."""
    found = {each: tally.of(user) for each, tally in _tallies.items()}
    whole = {each: groups.get(ALL, (Decimal(0),) * (len(SUMS[each]) + 1)) for each, groups in found.items()}
    return Tallies(
        {each: dict(zip(("n", *SUMS[each]), map(_plain, sums), strict=True)) for each, sums in whole.items()},
        {each: {town: int(sums[0]) for town, sums in groups.items() if town != ALL} for each, groups in found.items()},
    )


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
            _area(parks["area"] if parks["drawn"] else None),
            _share(parks["drawn"], parks["n"], gettext("contours relevés")),
        ),
        Computed(
            gettext("Somme des surfaces annoncées"),
            _area(parks["stated"] if parks["said"] else None),
            _share(parks["said"], parks["n"], gettext("parcs dont une source donne la surface")),
        ),
        Computed(gettext("Cabanes décrites"), wording.number(cabins["n"]), _cabins(cabins)),
        Computed(gettext("Sentiers décrits"), wording.number(trails["n"])),
        Computed(
            gettext("Longueur calculée des sentiers"),
            _length(trails["length"] if trails["drawn"] else None),
            _share(trails["drawn"], trails["n"], gettext("tracés relevés")),
        ),
        Computed(
            gettext("Somme des longueurs annoncées"),
            _length(trails["stated"] if trails["said"] else None),
            _share(
                trails["said"],
                trails["n"],
                gettext("sentiers dont une source donne la longueur ; des tronçons communs comptent deux fois"),
            ),
        ),
    ]


def stated() -> list[Stated]:
    """Figures of the sources with date, source and confidence."""
    return [
        Stated(
            label=text_of(row, "label"),
            value=_counted(row.value, vocabulary.word(row.unit)),
            date=row.date_text,
            source=row.source,
            url=row.source if row.source.startswith(("https://", "http://")) else "",
            note=row.note,
            confidence=row.get_fact_confidence_display() if row.fact_confidence else "",
        )
        for row in key_figures()
    ]


def _counted(value: Decimal, unit: Text) -> Text:
    return Text(wording.with_unit(value, unit.value, 2), unit.lang)


def towns(tallies: Tallies, user: "Person") -> list[TownRow]:
    """Per commune, by name; only communes where something lies."""
    parks, cabins, trails = (tallies.towns[each] for each in PLACES)
    found = relations.related("communes", user, insee_code__in={*parks, *trails, *cabins}, most=5000)
    return [
        TownRow(town, parks.get(town.insee_code, 0), cabins.get(town.insee_code, 0), trails.get(town.insee_code, 0))
        for town in found
    ]


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


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
