"""The Python client against a running server; what it draws, and what it never writes as HTML."""

import json
import re

import pytest
from chaine_des_parcs import api, maps
from django.contrib.gis.geos import Point

from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import sentier

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(transactional_db):
    for number in range(4):
        commune(insee_code=f"6210{number}", name_fr=HOSTILE, geom=box(2.7 + number / 10, 50.3, 2.8 + number / 10, 50.5))
    place = parc(name_fr=HOSTILE, geom_quality="schematic")
    cabane(name_fr=HOSTILE, authority=place.authority, geom=Point(2.86, 50.44, srid=4326))
    sentier(name_fr=HOSTILE, authority=place.authority)


def test_features_come_page_after_page(network, address, monkeypatch):
    monkeypatch.setattr(api, "PAGE", 1)
    assert [each["properties"]["insee_code"] for each in api.features(address, "communes")] == [
        "62100", "62101", "62102", "62103",
    ]  # fmt: skip
    assert list(api.features(address, "parcs", kind="foret")) == []


def test_network_is_a_folium_map_of_every_layer(network, address):
    html = maps.network(address).get_root().render()
    for title in ("Parcs", "Cabanes", "Sentiers"):
        assert f'"{title}"' in html
    assert "L.circleMarker" in html or "L.CircleMarker" in html
    assert '"dashArray": "8 7"' in html
    assert "<script>alert" not in html
    assert "<img" not in html


def test_choropleth_of_own_figures(network, address):
    html = maps.by_commune(address, {"62100": 1, "62101": 5, "62103": 9}, title=HOSTILE).get_root().render()
    assert json.dumps("62101") in html
    assert "<script>alert" not in html
    assert not re.search(r"<img\b", html)
    with pytest.raises(ValueError, match="75056"):
        maps.by_commune(address, {"75056": 1}, title="x")
    with pytest.raises(ValueError, match="one commune"):
        maps.by_commune(address, {}, title="x")
