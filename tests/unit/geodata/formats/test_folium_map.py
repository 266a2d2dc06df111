import subprocess
import sys
from pathlib import Path

from geodata.formats.folium_map import MapLayer, MapView, Shading, choropleth, script

ROOT = Path(__file__).parents[4]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
MAP = (
    "from geodata.formats.folium_map import *;"
    "import sys;"
    "layers=[MapLayer(id='a',title='Parcs',colour='#1f6b45',icon='parc',label='name_fr',url='/api/x'),"
    "MapLayer(id='b',title='Cabanes',colour='#7a2e12',icon='cabane',label='name_fr',url='/api/y')];"
    "sys.stdout.write(script(MapView(layers=layers, bounds=(2.0,50.0,3.0,51.0), texts={'page':'Voir la fiche'})))"
)


def layer(**values):
    return MapLayer(**{"id": "a", "title": "Parcs", "colour": "#1f6b45", "icon": "parc", "label": "name_fr"} | values)


def square(code, name, west):
    ring = [[west, 50], [west + 1, 50], [west + 1, 51], [west, 50]]
    return {
        "type": "Feature",
        "id": code,
        "properties": {"name": name, "value": "1"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def shading(name="Lens"):
    return Shading(
        title=name,
        areas=[square("62001", name, 2), square("62002", name, 3), square("62003", name, 4)],
        values={"62001": 1, "62002": 4},
        edges=[1, 2, 3, 5],
        bounds=(2, 50, 5, 51),
        texts={},
    )


def test_two_processes_give_the_same_bytes():
    first, second = (
        subprocess.run([sys.executable, "-c", MAP], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert "live_0.addTo(map_carte)" in first


def test_no_other_host_is_named():
    both = script(MapView(layers=[layer(url="/api/x")], texts={})) + choropleth(shading()).script
    assert "http" not in both
    assert "d3" not in both
    assert "$." not in both


def test_hostile_texts_stay_inside_the_script_of_every_kind_of_map():
    live = script(
        MapView(layers=[layer(title=HOSTILE, url="/api/x"), layer(id="b", title="B")], texts={"page": HOSTILE})
    )
    shaded = choropleth(shading(HOSTILE)).script
    for text in (live, shaded):
        assert "</" not in text
        assert "<img" not in text
        assert "<script" not in text


def test_layer_names_are_escaped_again_for_the_layer_control():
    text = script(MapView(layers=[layer(title="<b>", url="/x"), layer(id="b", title="B")], texts={}))
    assert '"\\u0026lt;b\\u0026gt;" : live_0' in text


def test_ground_is_not_offered_in_the_layer_control():
    text = script(MapView(layers=[layer(title="Fond", ground=True), layer(id="b"), layer(id="c", title="C")], texts={}))
    assert '"Parcs" : live_1' in text
    assert ": live_0" not in text


def test_choropleth_has_a_colour_for_each_class_and_the_ground_where_nothing_is():
    made = choropleth(shading())
    assert len(made.colours) == 3
    assert made.colours[0] != made.colours[2]
    assert '"62003"' in made.script
    assert "#faf6ec" in made.script
