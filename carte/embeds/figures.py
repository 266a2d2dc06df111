"""The maps of key figures: communes coloured by a count, with the legend that the page writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import AsGeoJSON, GeoFunc
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from carte import wording
from carte.embeds.maps import data_bounds, texts
from carte.pages import chiffres
from carte.pages.texts import name_of
from geodata import registry
from geodata.formats.folium_map import Shading, choropleth
from geodata.problems import NotFound
from geodata.queries import states

if TYPE_CHECKING:
    from geodata.features import Feature

TOLERANCE_DEG = 0.0004  # about 40 m: less than a pixel at the zoom where the whole territory is seen
DECIMALS = 4
MIN_EDGES = 4
STEPS = (1, 2, 3, 5, 9, 17, 33)
THOUSANDS = (0, 1000, 2500, 5000, 10_000, 20_000, 50_000)
FIGURES: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "parcs": ("parks", gettext_lazy("Parcs"), gettext_lazy("Parcs par commune")),
    "cabanes": ("cabins", gettext_lazy("Cabanes"), gettext_lazy("Cabanes par commune")),
    "sentiers": ("trails", gettext_lazy("Sentiers"), gettext_lazy("Sentiers par commune")),
    "habitants": ("", gettext_lazy("Habitants"), gettext_lazy("Habitants par commune")),
}


class Simplified(GeoFunc):
    """A shape with fewer vertices that stays valid."""

    function = "ST_SimplifyPreserveTopology"
    geom_param_pos = (0,)


@dataclass(frozen=True)
class LegendClass:
    """A colour and the values it stands for, in words."""

    colour: str
    words: str


@dataclass(frozen=True)
class FigureMap:
    """A choropleth: its title, folium's script, its legend."""

    figure: str
    title: str
    script: str
    legend: tuple[LegendClass, ...]


def figure_map(figure: str, language: str) -> FigureMap:
    """The map of a figure as everybody sees it, made once for each revision. Raises NotFound."""
    if figure not in FIGURES:
        raise NotFound(figure)
    return _made(figure, language, states.revision(None, AnonymousUser()))


@lru_cache(maxsize=24)
def _made(figure: str, language: str, revision: int) -> FigureMap:
    towns = list(
        registry.get("communes")
        .visible_to(AnonymousUser())
        .filter(geom__isnull=False)
        .annotate(shape=AsGeoJSON(Simplified("geom", TOLERANCE_DEG, output_field=GeometryField()), precision=DECIMALS))
        .defer("geom")
        .order_by("insee_code")
    )
    values = _values(figure, towns)
    edges = classes(values.values(), THOUSANDS if figure == "habitants" else STEPS)
    title, said = str(FIGURES[figure][2]), texts()
    shaded = choropleth(
        Shading(
            title=title,
            areas=[_area(town, values) for town in towns],
            values=values,
            edges=edges,
            bounds=data_bounds([registry.get("communes")]),
            texts=said | {"attribution": f"{said['attribution']}. {said['ground']}"},
        )
    )
    words = [_words(low, high - 1) for low, high in pairwise(edges)]
    legend = tuple(LegendClass(colour, said) for colour, said in zip(shaded.colours, words, strict=True))
    return FigureMap(figure, title, shaded.script, legend)


def _values(figure: str, towns: Sequence[Any]) -> dict[str, float]:
    attribute = FIGURES[figure][0]
    if not attribute:
        return {town.insee_code: town.population for town in towns if town.population is not None}
    drawn = {town.insee_code for town in towns}
    anybody = AnonymousUser()
    rows = chiffres.towns(chiffres.tallies_for(anybody), anybody)
    counts = {row.commune.insee_code: getattr(row, attribute) for row in rows}
    return {code: count for code, count in counts.items() if count and code in drawn}


def _area(town: Feature, values: dict[str, float]) -> dict[str, Any]:
    code = str(getattr(town, "insee_code"))  # noqa: B009 — the model is not ours to import
    value = values.get(code)
    return {
        "type": "Feature",
        "id": code,
        "properties": {"name": str(name_of(town)), "value": "" if value is None else wording.number(value)},
        "geometry": json.loads(getattr(town, "shape")),  # noqa: B009
    }


def classes(values: Any, steps: Sequence[int]) -> list[int]:
    """Edges of the classes that hold all values, each class from its edge up to the next less one."""
    most = int(max(values, default=0))
    edges = [step for step in steps if step <= most]
    edges += [step for step in steps if step > most][: max(1, MIN_EDGES - len(edges))]
    if edges[-1] <= most:
        edges.append(most + 1)
    return edges


def _words(low: int, high: int) -> str:
    if low == high:
        return wording.number(low)
    return gettext("%(low)s à %(high)s") % {"low": wording.number(low), "high": wording.number(high)}
