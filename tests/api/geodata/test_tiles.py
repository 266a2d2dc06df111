import itertools
import json
import math
import re
from datetime import UTC, datetime

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cabanes.models import Cabane
from geodata.queries import patience
from geodata.tiles import mvt
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def address(collection, z, lon=2.805, lat=50.405):
    col = int((lon + 180) / 360 * 2**z)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return f"/api/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}"


def layer(client, url, name):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    return mapbox_vector_tile.decode(response.content)[name]["features"]


@pytest.mark.parametrize("zoom", range(6, 19))
def test_every_feature_or_its_count_is_there_at_every_zoom(client, zoom):
    for step in range(5):
        cabane(geom=f"SRID=4326;POINT({2.805 + step * 1e-5} 50.405)")
    parc()
    sentier()
    cabins = layer(client, address("cabanes", zoom), "cabanes")
    assert sum(feature["properties"].get("point_count", 1) for feature in cabins) == 5
    assert len(layer(client, address("parcs", zoom), "parcs")) == 1
    assert len(layer(client, address("sentiers", zoom), "sentiers")) == 1


def test_crowded_shapes_are_counted_and_the_draft_is_not(client, monkeypatch):
    monkeypatch.setattr(mvt, "MOST_SHAPES", 2)
    for _ in range(3):
        sentier()
    sentier(status="draft")
    for zoom in (8, 11):
        (counted,) = layer(client, address("sentiers", zoom), "sentiers")
        assert counted["properties"] == {"point_count": 3}
        assert counted["geometry"]["type"] == "Point"
    assert len(layer(client, address("sentiers", 12), "sentiers")) == 3


def test_a_hidden_cabin_leaves_the_count(client):
    gone, _stays = cabane(), cabane()
    Cabane.objects.filter(pk=gone.pk).update(status="archived")
    (left,) = layer(client, address("cabanes", 8), "cabanes")
    assert left["properties"].get("point_count") is None
    assert left["properties"]["id"] == str(_stays.uuid)


def test_an_edit_is_in_the_next_tile(client):
    thing = cabane(name_fr="Avant")
    url = address("cabanes", 15)
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Après")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200
    assert layer(client, url, "cabanes")[0]["properties"]["name_fr"] == "Après"


def test_empty_is_204_and_outside_is_404(client):
    assert client.get(address("cabanes", 12)).status_code == 204
    for wrong in ("/21/0/0", "/1/5/0", "/a/b/c"):
        assert client.get(f"/api/collections/cabanes/tiles/WebMercatorQuad{wrong}").status_code == 404
    assert client.get(f"{address('cabanes', 12)}?foo=1").status_code == 400


def test_drafts_are_in_the_tiles_of_their_authority_only(client):
    mine = autorite()
    cabane(status="draft", authority=mine)
    assert client.get(address("cabanes", 15)).status_code == 204
    client.force_login(member("editor", mine))
    assert len(layer(client, address("cabanes", 15), "cabanes")) == 1


def test_tilejson_leads_to_tiles(client):
    parc()
    for base in ("/api/collections/parcs/tiles", "/api/tiles"):
        listed = json.loads(client.get(base).content)
        described = json.loads(client.get(listed["tilesets"][0]["links"][0]["href"]).content)
        tilejson = json.loads(
            client.get(next(link["href"] for link in described["links"] if link["rel"] == "describedby")).content
        )
        url = tilejson["tiles"][0].replace("{z}/{y}/{x}", address("x", 12).split("Quad/")[1])
        assert len(layer(client, url, "parcs")) == 1
        assert tilejson["bounds"][0] == pytest.approx(2.8)


def test_conditions_on_all_layers_hold_for_each(client):
    cabane(name_fr="Héron"), cabane(name_fr="Autre"), parc(name_fr="Marais du héron"), sentier(name_fr="Canal")
    fermeture(
        geom=Point(2.805, 50.405, srid=4326),
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        ends_at=datetime(2026, 3, 9, tzinfo=UTC),
    )
    url = address("x", 15).replace("collections/x/", "")

    def shown(query):
        answer = client.get(f"{url}?{query}")
        assert answer.status_code == 200, answer.content
        layers = mapbox_vector_tile.decode(answer.content)
        return {name: len(layer["features"]) for name, layer in layers.items() if layer["features"]}

    everything = {"parcs": 1, "cabanes": 2, "sentiers": 1, "fermetures": 1}
    assert shown("q=heron") == {"parcs": 1, "cabanes": 1}
    assert shown("datetime=2026-03-05") == everything
    assert shown("datetime=2026-04-05") == {name: count for name, count in everything.items() if name != "fermetures"}
    assert shown("filter=created_at > TIMESTAMP('2020-01-01T00:00:00Z')") == everything
    slug = Cabane.objects.get(name_fr="Héron").slug
    assert shown(f"slug={slug}") == shown(f"filter=slug = '{slug}'") == {"cabanes": 1}
    for query, parameter in (("kind=abri", "kind"), ("filter=name_fr = 'x'", "filter"), ("q=a&q=b", "q")):
        refused = client.get(f"{url}?{query}")
        assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)
    tilejson = json.loads(client.get("/api/tiles/WebMercatorQuad/tilejson?q=heron").content)
    assert tilejson["tiles"][0].endswith("{z}/{y}/{x}?q=heron")


@pytest.mark.parametrize(
    ("condition", "bound_ms"),
    [("filter=created_at > TIMESTAMP('2020-01-01T00:00:00Z')", 5_000), ("as-of={now}", 10_000)],
)
def test_layers_of_one_tile_share_the_time_that_conditions_may_take(client, monkeypatch, condition, bound_ms):
    """Each reading of the clock is 0.3 s later."""
    cabane()
    clock = itertools.count(1000.0, 0.3)
    monkeypatch.setattr(patience, "monotonic", lambda: next(clock))
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"{address('x', 15).replace('collections/x/', '')}?{condition.format(now=now)}")
    bounds = [
        int(found[1]) for each in asked if (found := re.search(r"'statement_timeout', '(\d+)', true", each["sql"]))
    ]
    assert len(bounds) > 5
    assert bounds == [pytest.approx(bound_ms - 300 * number, abs=2) for number in range(1, len(bounds) + 1)]


def test_statements_of_one_layer_share_the_time_of_a_past_state(client, monkeypatch):
    """Lines of a low zoom are counted before they are drawn; each reading of the clock is 0.3 s later."""
    sentier()
    clock = itertools.count(1000.0, 0.3)
    monkeypatch.setattr(patience, "monotonic", lambda: next(clock))
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"{address('sentiers', 8)}?as-of={now}").status_code in (200, 204)
    bounds = re.findall(r"'statement_timeout', '(\d+)', true", "".join(each["sql"] for each in asked))
    assert [int(each) for each in bounds] == [pytest.approx(9_700, abs=2), pytest.approx(9_400, abs=2)]


def test_a_watch_never_leaves_a_statement_without_a_bound(monkeypatch):
    clock = itertools.count(0, 3)
    monkeypatch.setattr(patience, "monotonic", lambda: next(clock))
    watch = patience.Watch()
    assert [watch.left_ms(5_000) for _ in range(3)] == [2_000, 1, 1]


def test_a_form_that_is_not_there_is_refused(client):
    for rest, form in (
        ("tiles", "json"),
        ("tiles/WebMercatorQuad", "json"),
        ("tiles/WebMercatorQuad/tilejson", "tilejson"),
        ("tileMatrixSets", "json"),
        ("tiles/WebMercatorQuad/0/0/0", "mvt"),
        ("openapi.json", "json"),
    ):
        assert client.get(f"/api/{rest}?f={form}").status_code in (200, 204), rest
        refused = client.get(f"/api/{rest}?f=xml")
        assert (refused.status_code, refused.json()["parameter"]) == (400, "f"), rest


DESCRIBED = ["/api/tiles", "/api/tiles/WebMercatorQuad", "/api/tiles/WebMercatorQuad/tilejson", "/api/collections/cabanes/tiles",
             "/api/collections/cabanes/tiles/WebMercatorQuad", "/api/collections/cabanes/tiles/WebMercatorQuad/tilejson",
             "/api/tileMatrixSets", "/api/tileMatrixSets/WebMercatorQuad"]  # fmt: skip
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
TILE = "application/vnd.mapbox-vector-tile"


@pytest.mark.parametrize(
    "path", [*DESCRIBED, address("cabanes", 15), address("cabanes", 15).replace("collections/cabanes/", "")]
)
def test_accept_is_heard_and_f_comes_first(client, path):
    cabane()
    own = "application/json" if path in DESCRIBED else TILE
    has_page = path in DESCRIBED and not path.endswith("tilejson")
    for accept in ("*/*", own, f"text/csv, {own};q=0.1", "application/*", *(() if has_page else (BROWSER,))):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, own), accept
        assert "Accept" in answer["Vary"]
    others = ("image/png", f"{own};q=0", TILE if path in DESCRIBED else "application/json")
    for accept in others if has_page else ("text/html", *others):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json"), accept
        assert own in answer.json()["detail"]
    answer = client.get(path, {"f": "json" if path in DESCRIBED else "mvt"}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (200, own)


def test_tile_has_the_name_that_older_clients_ask_for(client):
    cabane()
    assert client.get(address("cabanes", 15), headers={"Accept": "application/x-protobuf"})["Content-Type"] == TILE
