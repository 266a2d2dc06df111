"""`properties`, `profile`, `skipGeometry`: what of each feature is given, in every representation that can leave out."""

import csv
import io
import json

import pytest

from cabanes.models import Cabane
from geodata import registry
from geodata.formats import offered
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"
EVERY = pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)


def taken(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer.getvalue()


def only(client, query):
    (feature,) = json.loads(taken(client, f"{ITEMS}?{query}"))["features"]
    return feature


def test_properties_are_those_that_are_named_in_the_order_of_publication(client):
    thing = cabane(name_fr="A", year_built=2020)
    feature = only(client, "properties=year_built,name_fr,id")
    assert list(feature["properties"].items()) == [("name_fr", "A"), ("year_built", 2020)]
    assert (feature["id"], feature["geometry"]["type"]) == (str(thing.uuid), "Point")
    assert only(client, "properties=id")["properties"] == {}


def test_geometry_may_be_left_out(client):
    cabane()
    feature = only(client, "skipGeometry=true")
    assert feature["geometry"] is None
    assert len(feature["properties"]) == len(registry.get("cabanes").properties)
    assert only(client, "skipGeometry=false") == only(client, "")


@EVERY
def test_profiles_hold_the_marker_the_card_and_everything(client, collection):
    profiles = collection.profiles
    assert list(profiles) == ["map", "card", "full"]
    assert collection.label in profiles["map"].properties
    assert set(profiles["map"].properties) < set(profiles["card"].properties) < set(profiles["full"].properties)
    assert set(collection.card) <= set(profiles["card"].properties)
    assert profiles["full"].properties == collection.properties


def test_profile_chooses_properties_and_geometry(client):
    cabane(name_fr="A")
    profiles = registry.get("cabanes").profiles
    marker, card = only(client, "profile=map"), only(client, "profile=card")
    assert (tuple(marker["properties"]), marker["geometry"]["type"]) == (profiles["map"].properties, "Point")
    assert (tuple(card["properties"]), card["geometry"]) == (profiles["card"].properties, None)
    assert only(client, "profile=full") == only(client, "")
    assert only(client, "profile=card&skipGeometry=false")["geometry"]["type"] == "Point"
    assert only(client, "profile=map&skipGeometry=true")["geometry"] is None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("properties=", "properties"),
        ("properties=absent", "properties"),
        ("properties=name_fr,", "properties"),
        ("properties=geom", "properties"),
        ("properties=created_by", "properties"),
        ("properties=name_fr&properties=kind", "properties"),
        ("profile=", "profile"),
        ("profile=MAP", "profile"),
        ("skipGeometry=1", "skipGeometry"),
        ("skipGeometry=", "skipGeometry"),
        ("skip-geometry=true", "skip-geometry"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_name(client, query, parameter):
    thing = cabane()
    for address in (ITEMS, f"{ITEMS}/{thing.uuid}", "/api/snapshot/cabanes", "/api/changes"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 400, address
        assert answer.json()["parameter"] == parameter, address


def test_a_profile_and_a_list_exclude_each_other(client):
    for address in (ITEMS, "/api/changes?collection=cabanes"):
        answer = client.get(f"{address}{'&' if '?' in address else '?'}profile=map&properties=name_fr")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "profile")


def test_one_feature_with_less_is_no_validator_of_the_whole(client):
    thing = cabane(name_fr="A")
    answer = client.get(f"{ITEMS}/{thing.uuid}?properties=name_fr&skipGeometry=true")
    assert answer.json()["properties"] == {"name_fr": "A"}
    assert answer.json()["geometry"] is None
    assert answer["ETag"].startswith("W/")
    assert client.get(f"{ITEMS}/{thing.uuid}?profile=full")["ETag"] == client.get(f"{ITEMS}/{thing.uuid}")["ETag"]


@COMMITTED
def test_tables_have_the_columns_that_are_named(client):
    cabane(name_fr="A")
    sentier()
    text = taken(client, f"{ITEMS}?f=csv&properties=name_fr").decode("utf-8-sig")
    assert text.splitlines()[0] == "id,name_fr,longitude,latitude"
    (row,) = csv.DictReader(io.StringIO(taken(client, f"{ITEMS}?f=csv&profile=card").decode("utf-8-sig")))
    assert tuple(row) == ("id", *registry.get("cabanes").profiles["card"].properties)
    trails = taken(client, "/api/collections/sentiers/items?f=csv&properties=name_fr&skipGeometry=true")
    assert trails.decode("utf-8-sig").splitlines()[0] == "id,name_fr"
    (line,) = taken(client, f"{ITEMS}?f=geojsonseq&profile=map").split(b"\x1e")[1:]
    assert tuple(json.loads(line)["properties"]) == registry.get("cabanes").profiles["map"].properties


def test_formats_keep_the_choice_or_refuse_it(client):
    cabane()
    for collection in registry.collections():
        for each in offered.of(collection):
            if each.chooses:
                continue
            answer = client.get(f"/api/collections/{collection.id}/items?f={each.name}&skipGeometry=true")
            assert (answer.status_code, answer.json()["parameter"]) == (400, "skipGeometry"), each.name


@COMMITTED
def test_links_keep_the_choice_where_the_format_does(client):
    for _ in range(2):
        cabane(geom=f"SRID=4326;POINT(2.8{_} 50.405)")
    found = json.loads(taken(client, f"{ITEMS}?limit=1&properties=name_fr&sortby=-name_fr"))
    for link in found["links"]:
        if link["rel"] in ("self", "next"):
            assert "properties=name_fr" in link["href"]
        taken(client, link["href"])
    following = next(link["href"] for link in found["links"] if link["rel"] == "next")
    assert list(json.loads(taken(client, following))["features"][0]["properties"]) == ["name_fr"]


@COMMITTED
def test_copy_and_changes_hold_what_is_wanted(client):
    thing = cabane(name_fr="A")
    copy = json.loads(taken(client, "/api/snapshot/cabanes?properties=name_fr&skipGeometry=true"))
    (feature,) = copy["features"]
    assert (feature["id"], feature["geometry"], feature["properties"]) == (str(thing.uuid), None, {"name_fr": "A"})
    onward = next(link["href"] for link in copy["links"] if link["rel"] == "monitor")
    assert "properties=name_fr" in onward
    Cabane.objects.filter(pk=thing.pk).update(name_fr="B")
    Cabane.objects.filter(pk=thing.pk).update(name_fr="C")
    former, present = json.loads(taken(client, onward))["changes"]
    assert [each["feature"]["properties"] for each in (former, present)] == [{"name_fr": "B"}, {"name_fr": "C"}]
    assert present["feature"]["geometry"] is None
    marked = json.loads(taken(client, "/api/changes?profile=map"))["changes"]
    marked = [each for each in marked if each["collection"] == "cabanes"]
    assert set(marked[-1]["feature"]["properties"]) == set(registry.get("cabanes").profiles["map"].properties)


def test_page_for_a_browser_is_a_table_of_what_is_wanted(client):
    area = parc(name_fr="Parc <A>")
    text = taken(client, "/api/collections/parcs/items?f=html&properties=kind,area_ha").decode()
    assert '<th scope="col"><code>kind</code></th><th scope="col"><code>area_ha</code></th>' in text
    assert f"{area.uuid}</a></th><td>" in text
    one = taken(client, f"/api/collections/parcs/items/{area.uuid}?f=html&properties=name_fr").decode()
    assert "Parc &lt;A&gt;" in one
    assert "<code>kind</code>" not in one


def test_tiles_carry_the_profile_of_maps(client):
    layers = json.loads(taken(client, "/api/collections/cabanes/tiles/WebMercatorQuad/tilejson"))["vector_layers"]
    assert tuple(layers[0]["fields"]) == ("id", *registry.get("cabanes").profiles["map"].properties, "point_count")
