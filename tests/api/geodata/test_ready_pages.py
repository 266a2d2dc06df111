"""Pages answered before Django: the same answers, as fresh, as private and as counted as Django's."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from cabanes.models import Cabane
from geodata import deprecations, registry
from geodata.deprecations import Deprecation
from geodata.endpoints import forms
from tests.api.geodata.near import same
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"
BOX = "2.6,50.3,2.9,50.5"
PAGES = ["", "?limit=2", f"?bbox={BOX}", f"?limit=1000&bbox={BOX}", f"?f=geojson&bbox={BOX}&limit=2", "?limit=2&f=json",
         f"?bbox={BOX.replace(',', '%2C')}", "?bbox=3.2,50.6,3.3,50.7", "?bbox=2.6,50.3,0,2.9,50.5,9"]  # fmt: skip


NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def django_says(path, **headers):
    """What Django says without the door."""
    return Client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def network(monkeypatch):
    """Something of each kind, five cabins; the clock of pages stands still, whose seconds both ways are to tell."""

    class Clock(datetime):
        @classmethod
        def now(cls, _zone=None):
            return NOW

    monkeypatch.setattr("geodata.formats.geojson.datetime", Clock)
    parc(), sentier()
    return [cabane(geom=f"SRID=4326;POINT({2.7 + n / 100} 50.4)") for n in range(5)]


@pytest.mark.parametrize("query", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_every_collection_are_those_of_django(site, network, query, language):
    for collection in registry.collections():
        path = f"/api/collections/{collection.id}/items{query}"
        site.learn(path)
        near = site.get(path, accept_language=language)
        learning = int(language != "fr")
        near = site.get(path, accept_language=language) if learning else near
        # So many lines or areas flow.
        flows = "1000" in query and not collection.is_point
        assert site.reached == (1 + learning if flows else learning), path
        assert same(near, django_says(path, accept_language=language)), path


def test_limits_that_nobody_asks_twice_push_out_no_form_that_is_used(site, network, monkeypatch):
    monkeypatch.setattr(forms, "MOST", 3)
    path, other = f"{ITEMS}?bbox={BOX}", f"{ITEMS}/{network[0].uuid}"
    site.learn(path), site.learn(other)
    for limit in range(1, 9):
        site.learn(f"{ITEMS}?limit={limit}")
        assert (site.get(path)[0], site.get(other)[0], site.reached) == (200, 200, 0)
    site.get(f"{ITEMS}?limit=1")
    assert site.reached == 1


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_compressed_page_is_the_same(site, network, coding):
    path = f"{ITEMS}?bbox={BOX}"
    site.learn(path)
    near = site.get(path, accept_encoding=coding)
    assert (site.reached, near[1]["Content-Encoding"]) == (0, coding)
    assert same(near, django_says(path, accept_encoding=coding))


def test_a_page_is_one_statement(site, network, django_assert_num_queries):
    site.learn(f"{ITEMS}?bbox=2.69,50.39,2.71,50.41")
    with django_assert_num_queries(1):
        status, headers, body = site.get(f"{ITEMS}?bbox=2.69,50.39,2.72,50.41")
    told = json.loads(body)
    assert (status, site.reached, told["numberMatched"]) == (200, 0, 3)
    assert "2.71%2C" not in f"{headers}{body}"
    assert same((status, headers, body), django_says(f"{ITEMS}?bbox=2.69,50.39,2.72,50.41"))


def test_a_walk_through_all_pages_meets_each_feature_once(site, network):
    site.learn(f"{ITEMS}?limit=1")
    path, met, behind = f"{ITEMS}?limit=1", [], []
    while path:
        status, headers, body = site.get(path)
        behind.append(site.reached)
        assert same((status, headers, body), django_says(path))
        told = json.loads(body)
        met += [each["id"] for each in told["features"]]
        path = next(
            (each["href"].removeprefix("http://testserver") for each in told["links"] if each["rel"] == "next"), ""
        )
    assert met == [str(each.uuid) for each in network]
    # Learned on the way: the first page that a cursor begins, and the last, which has no next one.
    assert behind == [0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=x", "limit=1&limit=2", "bbox=1,2", "bbox=NaN,1,2,3", "cursor=abc", "cursor=", "truc=1", "f=csv", "f=html",
        "q=heron", "crs=x", f"bbox={BOX}&state=open", "limit=1%00", "limit=9999", "bbox=é", "&&&", f"bbox={'1' * 500}", "bbox-crs=x",
    ],
)  # fmt: skip
def test_pages_with_anything_else_are_djangos(site, network, query):
    site.learn(ITEMS)
    near = site.get(f"{ITEMS}?{query}")
    assert site.reached == (0 if query == "&&&" else 1)
    assert near[0] == Client().get(f"{ITEMS}?{query}").status_code


@pytest.mark.parametrize(
    "asked",
    [
        {"authorization": "Bearer x"}, {"cookie": "sessionid=x"}, {"accept": "text/html"}, {"accept": "text/csv"},
        {"accept_datetime": "Thu, 01 Jan 2026 00:00:00 GMT"}, {"if_none_match": "*"}, {"request_method": "HEAD"},
    ],
    ids=str,
)  # fmt: skip
def test_special_requests_for_pages_are_djangos(site, network, asked):
    site.learn(ITEMS)
    site.get(ITEMS, **asked)
    assert site.reached == (0 if "request_method" in asked else 1)


def test_an_edit_is_in_the_next_page_and_what_is_hidden_in_none(site, network):
    path = f"{ITEMS}?bbox={BOX}"
    before = site.learn(path)[1]["ETag"]
    thing = network[0]
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Après")
    _status, headers, body = site.get(path)
    assert "Après".encode() in body
    assert headers["ETag"] != before
    Cabane.objects.filter(pk=thing.pk).update(status="draft")
    told = json.loads(site.get(path)[2])
    assert (told["numberMatched"], site.reached) == (4, 0)
    assert str(thing.uuid) not in json.dumps(told)


def test_a_page_of_which_a_text_is_not_kept_is_whole(site, network):
    path = f"{ITEMS}?bbox={BOX}"
    site.learn(path)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM geodata_text_cabanes WHERE id = %s", [network[1].pk])
    assert same(site.get(path), django_says(path))
    assert site.reached == 0


def test_a_page_tells_the_time_at_which_it_was_made(site, network, monkeypatch):
    site.learn(ITEMS)
    monkeypatch.setattr("geodata.formats.geojson.datetime", datetime)
    first, begun = json.loads(site.get(ITEMS)[2])["timeStamp"], datetime.now(UTC)
    assert site.reached == 0
    assert abs(datetime.fromisoformat(first) - begun).total_seconds() < 60


def test_quotas_count_pages_that_the_door_answers(site, network, limits):
    site.learn(ITEMS)
    limits(local="2/60")
    assert [site.get(ITEMS)[0] for _ in range(4)] == [200, 200, 429, 429]


def test_a_parameter_that_goes_away_is_told_by_django(site, network, monkeypatch):
    path = f"{ITEMS}?bbox={BOX}"
    site.learn(path)
    begin, end = datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)
    declared = Deprecation(kind="parameter", name="bbox", path=r"/api/.*", deprecated_at=begin, sunset_at=end)
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (declared,))
    assert site.get(path)[1]["Sunset"] == "Thu, 15 Jul 2027 12:00:00 GMT"
