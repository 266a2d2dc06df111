"""folium's script for a map: the only importer of folium (ux.md §8).

Our own page shows the map, so only the script is taken: folium's HTML links other hosts, forbids
zooming and carries inline styles. The script draws with `L` (Leaflet) and `chaine` (our layers,
carte/static/carte/js/embed), which the page loads before it. Every element's id is pinned: the
same map gives the same bytes in every process. Stored texts reach the browser as JSON that
cannot leave its script, and layer names are escaped once more, because Leaflet's layer control
writes them as HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.map import Layer
from folium.template import Template

Bounds = tuple[float, float, float, float]
MIN_CLASSES = 3
PALETTE = "YlGn"
NOTHING = "#faf6ec"
OUTLINE = "#7d7a6c"


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """A layer of features: fetched from `url`, or read from the page's element `element`.

    `label` and `key` are the properties that name a feature and end the address of its page,
    which begins with `page`. `current` keeps what is not over; `refresh_s` fetches again;
    `ground` is drawn under the rest and answers to no click.
    """

    id: str
    title: str
    colour: str
    icon: str
    label: str
    key: str = ""
    page: str = ""
    url: str = ""
    element: str = ""
    current: bool = False
    ground: bool = False
    refresh_s: int = 0


@dataclass(frozen=True, kw_only=True)
class MapView:
    """A map: its layers in drawing order, and where it opens (west, south, east, north; or centre and zoom).

    `base` is what the page's own basemap wants to know; without it nothing lies under the layers.
    """

    layers: Sequence[MapLayer]
    bounds: Bounds | None = None
    centre: tuple[float, float] | None = None
    zoom: int = 10
    texts: Mapping[str, str]
    base: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Shading:
    """Areas coloured by a value: GeoJSON features whose id is a key of `values`; edges of the classes."""

    title: str
    areas: Sequence[Mapping[str, Any]]
    values: Mapping[str, float]
    edges: Sequence[float]
    bounds: Bounds | None
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Shaded:
    """The script of a choropleth, and the colour of each of its classes in order."""

    script: str
    colours: tuple[str, ...]


class _OurMap(folium.Map):
    """A map that links no file of another host."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


class _LiveLayer(Layer):
    """A layer that our own script fills; its texts are set as text, never as HTML."""

    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = chaine.layer({{ this.options|tojson }});{% endmacro %}"
    )

    def __init__(self, layer: MapLayer) -> None:
        super().__init__(name=escape(layer.title), overlay=True, control=not layer.ground, show=True)
        self._name = "Live"
        self.options = {name: value for name, value in asdict(layer).items() if value}


class _Call(MacroElement):
    """A call of one of our functions on the map: `chaine.<verb>(map, argument)`."""

    _template = Template(
        "{% macro script(this, kwargs) %}chaine.{{ this.verb }}({{ this.target }}, {{ this.argument|tojson }});{% endmacro %}"
    )

    def __init__(self, verb: str, target: str, argument: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.verb, self.target, self.argument = verb, target, argument


def script(view: MapView) -> str:
    """The script of a map of live layers."""
    drawn = _map(view.centre, view.zoom)
    about = {"bounds": view.bounds, "texts": dict(view.texts), "base": view.base}
    _add(drawn, _Call("dress", drawn.get_name(), about), "dress")
    for number, layer in enumerate(view.layers):
        _add(drawn, _LiveLayer(layer), str(number))
    if sum(not layer.ground for layer in view.layers) > 1:
        control = folium.LayerControl(position="topright", collapsed=True)
        _add(drawn, control, "control")
        _add(drawn, _Call("list", control.get_name(), {}), "list")
    return _rendered(drawn)


def choropleth(shading: Shading) -> Shaded:
    """The script of areas coloured by a value; areas without one keep the ground's colour."""
    drawn = _map(None, 9)
    _add(drawn, _Call("dress", drawn.get_name(), {"bounds": shading.bounds, "texts": dict(shading.texts)}), "dress")
    shaded = folium.Choropleth(
        geo_data={"type": "FeatureCollection", "features": list(shading.areas)},
        data=dict(shading.values)
        or {"": shading.edges[0]},  # with no value at all folium would read a palette as a colour
        key_on="feature.id",
        bins=list(shading.edges),
        fill_color=PALETTE,
        fill_opacity=0.85,
        nan_fill_color=NOTHING,
        nan_fill_opacity=1,
        line_color=OUTLINE,
        line_weight=1,
        name=escape(shading.title),
    )
    scale, shaded.color_scale = shaded.color_scale, None
    colours: tuple[str, ...] = ()
    if scale is not None:  # folium's legend needs d3 from another host; the page writes the legend as a list
        colours = tuple(scale(edge)[:7] for edge in shading.edges[:-1])
        shaded._children.pop(scale.get_name())
    _add(drawn, shaded, "shades")
    _add(drawn, _Call("name", shaded.geojson.get_name(), {}), "names")
    return Shaded(_rendered(drawn), colours)


def _map(centre: tuple[float, float] | None, zoom: int) -> _OurMap:
    location = [centre[1], centre[0]] if centre else [0.0, 0.0]
    drawn = _OurMap(location=location, zoom_start=zoom, tiles=None, zoom_control=False, prefer_canvas=True)
    drawn._id = "carte"
    return drawn


def _add(parent: Element, child: Element, name: str) -> None:
    _pin(child, name)
    parent.add_child(child, name=name)


def _pin(element: Element, name: str) -> None:
    element._id = name
    for number, child in enumerate(element._children.values()):
        _pin(child, f"{name}_{number}")


def _rendered(drawn: _OurMap) -> str:
    figure = drawn.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a map needs a figure")
    figure.render()
    return str(figure.script.render())
