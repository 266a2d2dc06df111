"""A large page is found first and then flows; it says what a small one says, and its head has its links."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geodata import registry
from geodata.queries import counting, items, search, squares
from tests.factories.cabanes import cabane
from tests.factories.sentiers import line, sentier

TRAILS = "/api/collections/sentiers/items"
QUERIES = [
    "", "bbox=2,50,3.4,50.8", "sortby=-name_fr", "sortby=stated_length_m", "q=boucle", "category=PR", "crs=http://www.opengis.net/def/crs/EPSG/0/2154",
    "filter=stated_length_m%20>%20500", "properties=name_fr&skipGeometry=true", "bbox=2,50,3.4,50.8&sortby=name_fr",
]  # fmt: skip


def walk(client, address):
    """Pages, one after the other by the `Link` header: whether each flowed, what it holds, how many were matched."""
    found = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        page = json.loads(answer.getvalue())
        head = [each.split(">")[0].lstrip("< ") for each in answer["Link"].split(", ") if 'rel="next"' in each]
        assert head == [each["href"] for each in page["links"] if each["rel"] == "next"]
        assert page["numberReturned"] == len(page["features"])
        found.append((answer.streaming, page["features"], page.get("numberMatched")))
        address = head[0].removeprefix("http://testserver") if head else None
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", QUERIES)
def test_a_large_page_is_the_small_one_that_flows(client, monkeypatch, query):
    for n in range(7):
        sentier(name_fr=f"Boucle {n % 3}", stated_length_m=1000 * n if n % 3 else None, category="PR")
    # Of words that PostgreSQL knows from another test to be frequent a small page is not counted.
    monkeypatch.setattr(search, "within", lambda *_given: None)
    small = walk(client, f"{TRAILS}?limit=3&{query}")
    assert not any(flowed for flowed, _features, _matched in small)
    monkeypatch.setattr(items, "SHAPES_AT_ONCE", 2)
    large = walk(client, f"{TRAILS}?limit=3&{query}")
    assert all(flowed for flowed, _features, _matched in large)
    assert [page[1:] for page in large] == [page[1:] for page in small]
    assert sum(len(features) for _flowed, features, _matched in large) > 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", ["", "sortby=-name_fr"])
def test_what_is_not_kept_is_made_and_what_is_of_another_revision_is_not_served(client, monkeypatch, query):
    kept, changed, absent = (sentier(name_fr=name) for name in ("Gardée", "Changée", "Absente"))
    small = walk(client, f"{TRAILS}?limit=10&{query}")
    monkeypatch.setattr(items, "SHAPES_AT_ONCE", 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE geodata_text_sentiers SET body = 'faux', revision = revision - 1 WHERE id = %s", [changed.pk]
        )
        cursor.execute("DELETE FROM geodata_text_sentiers WHERE id = %s", [absent.pk])
        mark = "UPDATE geodata_text_sentiers SET body = replace(body, 'Gardée', 'Du texte') WHERE id = %s"
        cursor.execute(mark, [kept.pk])
    ((flowed, features, _matched),) = walk(client, f"{TRAILS}?limit=10&{query}")
    assert flowed
    for each in features:
        each["properties"]["name_fr"] = each["properties"]["name_fr"].replace("Du texte", "Gardée")
    assert (features, len(features)) == (small[0][1], 3)


@pytest.mark.django_db(transaction=True)
def test_what_is_large_follows_from_the_kind_of_shape_the_box_and_what_there_is(client, monkeypatch):
    monkeypatch.setattr(items, "AT_ONCE", 3)
    monkeypatch.setattr(items, "SHAPES_AT_ONCE", 1)
    for count in range(1, 5):
        sentier(), cabane()
        for address, flows in {
            f"{TRAILS}?limit=1": False,
            f"{TRAILS}?limit=2": count > 1,
            f"{TRAILS}?limit=3&bbox=2.79,50.40,2.80,50.41": False,
            f"{TRAILS}?limit=4&bbox=2.79,50.40,2.80,50.41": count > 3,
            "/api/collections/cabanes/items?limit=3": False,
            "/api/collections/cabanes/items?limit=4": count > 3,
        }.items():
            answer = client.get(address)
            answer.getvalue()
            assert answer.streaming is flows, (address, count)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["cabanes", "sentiers"])
def test_squares_within_a_box_hold_no_more_than_the_box(client, kind):
    for n in range(12):
        west, south = 2.4 + n * 0.05, 50.30 + n * 0.02
        if kind == "cabanes":
            cabane(geom=f"SRID=4326;POINT({west} {south})")
        else:
            sentier(geom=line((west, south), (west + 0.2, south + 0.01), (west + 0.1, south + 0.1)))
    collection, bounds = registry.get(kind), []
    for box in (
        (2.4, 50.3, 2.9, 50.5),
        (2.41, 50.301, 2.95, 50.6),
        (2, 50, 3, 51),
        (2.5, 50.34, 2.501, 50.341),
        (-180, -90, 180, 90),
    ):
        answer = json.loads(client.get(f"/api/collections/{kind}/items?bbox={','.join(map(str, box))}").content)
        bounds.append(squares.within(collection, [box]))
        assert bounds[-1] <= answer["numberMatched"]
    assert bounds[-1] == 12
    assert bounds[3] == 0
    assert any(bounds[:2])


@pytest.mark.django_db
def test_a_box_that_holds_too_many_is_not_counted(client, monkeypatch):
    for n in range(4):
        cabane(state="open", geom=f"SRID=4326;POINT({2.5 + n / 10} 50.4)")
    address = "/api/collections/cabanes/items?limit=1&bbox=2,50,3.4,50.8"
    assert json.loads(client.get(address).content)["numberMatched"] == 4
    monkeypatch.setattr(counting, "COUNT_LIMIT", 3)
    with CaptureQueriesContext(connection) as queries:
        assert "numberMatched" not in json.loads(client.get(address).content)
    assert not any("count(*)" in each["sql"] for each in queries)
    with CaptureQueriesContext(connection) as queries:
        assert "numberMatched" not in json.loads(client.get(f"{address}&state=open").content)
    assert any("count(*)" in each["sql"] for each in queries)
