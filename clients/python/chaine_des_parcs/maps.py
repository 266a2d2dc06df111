"""Maps for notebooks and reports, made with folium.

Names of places are set by `textContent` in the browser, never as HTML: a name is other people's text.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import folium
from folium.utilities import JsCode

from chaine_des_parcs.api import features

COLOURS = {"parcs": "#1f6b45", "cabanes": "#7a2e12", "sentiers": "#9a3b12", "fermetures": "#8c1d18"}
OTHER = "#1b5e86"
GROUND = "#faf6ec"
TITLES = {"parcs": "Parcs", "cabanes": "Cabanes", "sentiers": "Sentiers", "fermetures": "Fermetures"}
CENTRE = (50.45, 2.77)
NAME = JsCode(
    "function (feature, layer) { const name = document.createElement('b');"
    " name.textContent = feature.properties.name; layer.bindTooltip(name); }"
)
ATTRIBUTION = "Données : Chaîne des parcs, Licence Ouverte 2.0 ; limites © IGN Admin Express"


def network(
    base: str, layers: Iterable[str] = ("parcs", "sentiers", "cabanes"), *, ground: bool = True, **parameters: str
) -> folium.Map:
    """A map of these collections over the outlines of communes; parameters narrow every layer (`bbox`, `q`)."""
    drawn = _map()
    if ground:
        outlines = _collection(features(base, "communes"))
        _ground(outlines).add_to(drawn)
    for name in layers:
        found = _collection(features(base, name, **parameters))
        _layer(name, found).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


def by_commune(base: str, values: Mapping[str, float], *, title: str, palette: str = "YlGn") -> folium.Map:
    """Communes coloured by a figure of your own: `values` maps INSEE codes to numbers.

    Raises ValueError: no value, or a code that is no commune of the service.
    """
    towns = _collection(features(base, "communes"), key="insee_code")
    known = {town["id"] for town in towns["features"]}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"These codes are no commune of the service: {', '.join(unknown)}.")
    if not values:
        raise ValueError("Give a value for one commune at least.")
    for town in towns["features"]:
        value = values.get(town["id"])
        town["properties"]["name"] += "" if value is None else f" : {value}"
    drawn = _map()
    shaded = folium.Choropleth(
        geo_data=towns,
        data=dict(values),
        key_on="feature.id",
        fill_color=palette,
        nan_fill_color=GROUND,
        fill_opacity=0.85,
        line_color="#7d7a6c",
        legend_name=title,
        name=escape(title),
    )
    shaded.geojson.on_each_feature = NAME
    shaded.geojson.options["attribution"] = ATTRIBUTION
    shaded.add_to(drawn)
    drawn.fit_bounds(shaded.geojson.get_bounds())
    return drawn


def _map() -> folium.Map:
    return folium.Map(location=CENTRE, zoom_start=10, tiles=None, prefer_canvas=True)


def _collection(found: Iterable[dict[str, Any]], key: str = "") -> dict[str, Any]:
    """The features with what a map needs of them: geometry, name, whether it is only a drawing."""
    kept = []
    for feature in found:
        given = feature["properties"]
        if feature["geometry"] is None:
            continue
        properties = {
            "name": given.get("name_fr") or given.get("title_fr") or "",
            "drawing": given.get("geom_quality") == "schematic",
        }
        number = given[key] if key else feature["id"]
        kept.append({"type": "Feature", "id": number, "geometry": feature["geometry"], "properties": properties})
    return {"type": "FeatureCollection", "features": kept}


def _ground(outlines: dict[str, Any]) -> folium.GeoJson:
    style = {"color": "#cfc6b2", "weight": 1, "fillColor": GROUND, "fillOpacity": 1}
    return folium.GeoJson(
        outlines, name="Communes", style_function=lambda _feature: style, control=False, attribution=ATTRIBUTION
    )


def _layer(collection: str, found: dict[str, Any]) -> folium.FeatureGroup:
    colour = COLOURS.get(collection, OTHER)
    group = folium.FeatureGroup(name=escape(TITLES.get(collection, collection)))
    if not found["features"]:
        return group

    def style(feature: dict[str, Any]) -> dict[str, Any]:
        dashes = "8 7" if feature["properties"]["drawing"] else None
        return {"color": colour, "weight": 3, "fillColor": colour, "fillOpacity": 0.25, "dashArray": dashes}

    marker = folium.CircleMarker(radius=7, color="#fff", weight=2, fill=True, fill_color=colour, fill_opacity=1)
    layer = folium.GeoJson(found, style_function=style, marker=marker, on_each_feature=NAME, attribution=ATTRIBUTION)
    layer.add_to(group)
    return group
