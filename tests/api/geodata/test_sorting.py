"""`sortby`: the order, and pages that follow it while others write (OGC API Features Part 8)."""

import csv
import io
import json

import pytest
from django.contrib.gis.geos import Point
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabanes.models import Cabane
from geodata import registry
from geodata.params.properties import sortable
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer, json.loads(answer.getvalue())


def names(client, query):
    return [feature["properties"]["name_fr"] for feature in page(client, f"{ITEMS}?{query}")[1]["features"]]


def following(found):
    return next((link["href"] for link in found["links"] if link["rel"] == "next"), None)


def walked(client, url, between=lambda: None):
    seen = []
    while url:
        found = page(client, url)[1]
        seen += found["features"]
        between()
        url = following(found)
    return seen


def some(*rows):
    authority = autorite()
    for place, (name, year) in enumerate(rows):
        cabane(name_fr=name, year_built=year, authority=authority, geom=Point(2.7 + place / 1000, 50.4, srid=4326))


def test_texts_come_in_the_order_of_a_french_dictionary(client):
    some(("Zèbre", None), ("étang", None), ("Eau", None), ("Étang", None), ("ete", None))
    assert names(client, "sortby=name_fr") == ["Eau", "étang", "Étang", "ete", "Zèbre"]
    assert names(client, "sortby=-name_fr") == ["Zèbre", "ete", "Étang", "étang", "Eau"]


def test_unknown_values_come_last_in_both_directions(client):
    some(("a", 2020), ("b", None), ("c", 2019))
    assert names(client, "sortby=year_built") == ["c", "a", "b"]
    assert names(client, "sortby=-year_built") == ["a", "c", "b"]


def test_further_keys_settle_what_is_equal_and_the_age_of_the_record_the_rest(client):
    some(("b", 2020), ("a", 2020), ("c", 2019), ("a", 2020))
    assert names(client, "sortby=-year_built,name_fr") == ["a", "a", "b", "c"]
    assert names(client, "sortby=year_built") == ["c", "b", "a", "a"]


@pytest.mark.parametrize("sign", ["%2B", "+", ""])
def test_a_plus_may_be_written_any_way(client, sign):
    some(("b", None), ("a", None))
    assert names(client, f"sortby={sign}name_fr") == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["", "absent", "name_fr,", ",name_fr", "geom", "activities", "description_fr", "name_fr,-name_fr", "--name_fr", "name_fr;",
     "name_fr%20desc", "created_by", "slug,name_fr,kind,state,condition", "%00", "NAME_FR", "++name_fr"],
)  # fmt: skip
def test_what_does_not_sort_is_refused_by_name(client, text):
    answer = client.get(f"{ITEMS}?sortby={text}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["parameter"] == "sortby"


def test_a_cursor_belongs_to_its_order(client):
    some(("a", 2001), ("b", 2002), ("c", 2003))
    cursor = following(page(client, f"{ITEMS}?limit=1&sortby=name_fr")[1]).split("cursor=")[1].split("&")[0]
    plain = following(page(client, f"{ITEMS}?limit=1")[1]).split("cursor=")[1].split("&")[0]
    assert names(client, f"sortby=name_fr&cursor={cursor}") == ["b", "c"]
    for query in (f"cursor={cursor}", f"sortby=-name_fr&cursor={cursor}", f"sortby=year_built&cursor={cursor}",
                  f"sortby=name_fr&cursor={plain}", f"sortby=name_fr&cursor={cursor[:-2]}", "sortby=name_fr&cursor=AAAA"):  # fmt: skip
        answer = client.get(f"{ITEMS}?{query}")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor"), query


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_every_sortable_of_every_collection_sorts(client, collection):
    for name in sortable(collection):
        answer, found = page(client, f"/api/collections/{collection.id}/items?sortby=-{name}&limit=1")
        assert found["features"] == []
    assert 'rel="http://www.opengis.net/def/rel/ogc/1.0/sortables"' in answer["Link"]


@pytest.mark.django_db(transaction=True)
def test_downloads_come_in_the_order_that_is_asked_for(client):
    some(("b", 2020), ("a", None), ("c", 2019))
    text = client.get(f"{ITEMS}?f=csv&sortby=-year_built").getvalue().decode("utf-8-sig")
    assert [row["name_fr"] for row in csv.DictReader(io.StringIO(text))] == ["b", "c", "a"]
    cut = client.get(f"{ITEMS}?f=csv&sortby=-year_built&limit=2").getvalue().decode("utf-8-sig")
    assert [row["name_fr"] for row in csv.DictReader(io.StringIO(cut))] == ["b", "c"]
    lines = client.get(f"{ITEMS}?f=geojsonseq&sortby=name_fr").getvalue().split(b"\x1e")[1:]
    assert [json.loads(line)["properties"]["name_fr"] for line in lines] == ["a", "b", "c"]


@pytest.mark.django_db(transaction=True)
def test_search_and_filters_keep_the_order(client):
    some(("canal b", 2020), ("canal a", 2021), ("terril", 2019))
    assert names(client, "q=canal&sortby=name_fr") == ["canal a", "canal b"]
    assert names(client, "filter=year_built%20>%202000&sortby=-name_fr") == ["terril", "canal b", "canal a"]
    assert names(client, "sortby=name_fr&limit=2000") == ["canal a", "canal b", "terril"]


def test_orders_do_not_show_what_is_hidden(client):
    mine = autorite()
    cabane(name_fr="secrète", status="draft", authority=mine)
    cabane(name_fr="visible")
    assert names(client, "sortby=status,name_fr") == ["visible"]
    client.force_login(member("editor", mine))
    assert names(client, "sortby=name_fr") == ["secrète", "visible"]


def test_page_for_a_browser_offers_every_order(client):
    some(("b", None), ("a", None))
    text = client.get(f"{ITEMS}?f=html&sortby=-name_fr&limit=1&kind=autre").getvalue().decode()
    assert 'href="?f=html&amp;sortby=name_fr&amp;limit=1&amp;kind=autre"' in text
    assert 'href="?f=html&amp;sortby=-name_fr&amp;limit=1&amp;kind=autre" aria-current="true"' in text


YEARS = st.one_of(st.none(), st.integers(2000, 2003))
NAMES = st.sampled_from(["a", "A", "é", "e", "É", "zz", "a-b", "ab"])
KEYS = st.lists(st.sampled_from(["name_fr", "year_built", "revision", "lit"]), min_size=1, max_size=3, unique=True)
CHANGES = st.lists(st.tuples(st.integers(0, 3), YEARS, NAMES), min_size=2, max_size=6)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(NAMES, YEARS, st.sampled_from([None, True, False])), min_size=4, max_size=12),
    keys=KEYS, signs=st.lists(st.booleans(), min_size=3, max_size=3), limit=st.integers(1, 4), changes=CHANGES,
)  # fmt: skip
def test_pages_hold_each_unchanged_feature_once_while_others_write(client, rows, keys, signs, limit, changes):
    Cabane.objects.all().delete()
    authority = autorite()
    made = [
        cabane(name_fr=name, year_built=year, lit=lit, authority=authority, geom=Point(2.7, 50.4, srid=4326))
        for name, year, lit in rows
    ]
    moved, kept = made[:2], {str(each.uuid) for each in made[2:]}
    todo = iter(changes)

    def meddle():
        what, year, name = next(todo, (None, None, None))
        if what == 0:
            Cabane.objects.filter(pk=moved[0].pk).update(year_built=year, name_fr=name or "a")
        elif what == 1:
            Cabane.objects.filter(pk=moved[1].pk).delete()
        elif what == 2:
            cabane(name_fr=name, year_built=year, authority=authority, geom=Point(2.7, 50.4, srid=4326))

    order = ",".join(("-" if down else "") + key for key, down in zip(keys, signs, strict=False))
    before = [feature["id"] for feature in page(client, f"{ITEMS}?sortby={order}&limit=100")[1]["features"]]
    seen = [feature["id"] for feature in walked(client, f"{ITEMS}?sortby={order}&limit={limit}", meddle)]
    assert [each for each in seen if each in kept] == [each for each in before if each in kept]
