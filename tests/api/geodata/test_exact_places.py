"""What was read of a place finds it again: conditions and boxes are on the published coordinates (decision 0229)."""

import json

import pytest
from django.contrib.gis.geos import LineString, Point

from geodata.models import Revision
from tests.api.geodata.writing import send
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


@pytest.fixture
def place(client):
    """A cabin whose position was given with more decimals than are told, and the position that is told."""
    thing = cabane(geom=Point(2.80512345678, 50.40598765432, srid=4326), authority=autorite())
    answer = client.get(f"{ITEMS}/{thing.uuid}")
    return thing, json.loads(answer.content)["geometry"]["coordinates"]


def found(client, where=ITEMS, **query):
    return {feature["id"] for feature in client.get(where, query).json()["features"]}


def test_published_point_equals_the_stored_one(client, place):
    thing, (x, y) = place
    assert found(client, filter=f"S_EQUALS(geom, POINT({x} {y}))") == {str(thing.uuid)}
    assert found(client, filter=f"S_EQUALS(geom, POINT({x} {y + 1e-7:.7f}))") == set()
    swapped = {"filter": f"S_EQUALS(geom, POINT({y} {x}))", "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}
    assert found(client, **swapped) == {str(thing.uuid)}


def test_a_box_with_a_published_edge_holds_the_place(client, place):
    thing, (x, y) = place
    for box in ((x, y, x + 0.01, y + 0.01), (x - 0.01, y, x, y + 0.01), (x, y - 0.01, x + 0.01, y),
                (x - 0.01, y - 0.01, x, y), (x, y, x, y), (x, y - 0.01, x, y)):  # fmt: skip
        text = ",".join(map(repr, box))
        assert (
            found(client, bbox=text) == found(client, filter=f"S_INTERSECTS(geom, BBOX({text}))") == {str(thing.uuid)}
        ), box
    beside = f"{x + 1e-7:.7f}"
    assert found(client, bbox=f"{beside},{y},{x + 0.01},{y + 0.01}") == set()


def test_published_line_equals_the_stored_one(client):
    thing = sentier(geom=LineString((2.79012345678, 50.405), (2.80, 50.40512345678), (2.82, 50.405), srid=4326))
    items = "/api/collections/sentiers/items"
    told = client.get(f"{items}/{thing.uuid}").json()["geometry"]["coordinates"]
    text = ", ".join(f"{x} {y}" for x, y in told)
    assert found(client, items, filter=f"S_EQUALS(geom, LINESTRING({text}))") == {str(thing.uuid)}


def test_what_was_read_can_be_sent_back_and_one_unit_further_is_a_change(client, place):
    thing, (x, y) = place
    person, url = member("publisher", thing.authority), f"{ITEMS}/{thing.uuid}"
    feature = client.get(url).json()
    before = Revision.objects.count()
    for coordinates in ([x, y], [2.80512345678, 50.40598765432]):
        feature["geometry"]["coordinates"] = coordinates
        assert send(client, "put", url, feature, person).status_code == 200
    assert Revision.objects.count() == before
    for number, step in enumerate((1e-7, -1e-7), start=1):
        beside = [round(x + step, 7), y]
        feature = client.get(url).json()
        feature["geometry"]["coordinates"] = beside
        answer = send(client, "put", url, feature, person)
        assert (answer.status_code, Revision.objects.count()) == (200, before + number)
        assert json.loads(answer.content)["geometry"]["coordinates"] == beside
