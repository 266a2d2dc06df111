"""Features and tiles answered before Django: the same answers, as fresh, as private and as counted as Django's."""

import gzip
from datetime import UTC, datetime

import brotli
import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from cabanes.models import Cabane
from comptes import keys
from geodata import deprecations, registry
from geodata.deprecations import Deprecation
from geodata.endpoints import forms
from geodata.limits.guard import guard
from geodata.limits.usage import usage
from geodata.queries.states import NOTHING_YET
from geodata.tiles import kept
from geodata.tiles.matrix import parse_tile
from tests.api.geodata.near import same
from tests.api.geodata.test_tiles import address
from tests.factories.cabanes import cabane
from tests.factories.parcs import member, parc, user
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


@pytest.mark.parametrize("coding", ["", "gzip", "br", "gzip, br"])
def test_every_collection_is_answered_as_django_does(site, coding):
    parc(), cabane(), sentier()
    seen = 0
    for collection in registry.collections():
        root = f"/api/collections/{collection.id}"
        paths = [
            f"{root}/items/{each}" for each in collection.visible_to(AnonymousUser()).values_list("uuid", flat=True)[:3]
        ]
        for path in [*paths, address(collection.id, 15), "/api/tiles/WebMercatorQuad/15/11080/16639"]:
            site.learn(path)
            near = site.get(path, accept_encoding=coding)
            far = Client().get(path, headers={"Accept-Encoding": coding} if coding else {})
            assert same(near, far), path
            seen += site.reached == 0
    assert seen > 8


def test_the_next_feature_is_one_read_and_never_reaches_django(site, django_assert_num_queries):
    first, second = cabane(), cabane(name_fr="L’autre")
    site.learn(f"{ITEMS}/{first.uuid}")
    with django_assert_num_queries(1):
        status, headers, body = site.get(f"{ITEMS}/{second.uuid}")
    assert (status, site.reached) == (200, 0)
    assert str(first.uuid) not in f"{headers}{body}"
    assert same((status, headers, body), Client().get(f"{ITEMS}/{second.uuid}"))


def test_a_tile_is_one_read_until_the_next_edit(site, django_assert_num_queries):
    thing, path = cabane(), address("cabanes", 15)
    before = site.learn(path)[1]["ETag"]
    with django_assert_num_queries(1):
        assert site.get(path)[1]["ETag"] == before
    assert site.reached == 0
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Après")
    status, headers, body = site.get(path)
    assert (status, "Après".encode() in body) == (200, True)
    assert headers["ETag"] != before


@pytest.mark.parametrize("collection", ["cabanes", "sentiers", "parcs"])
def test_a_tile_that_was_never_made_is_one_read_with_its_state(site, client, django_assert_num_queries, collection):
    cabane(), sentier(), parc()
    site.learn(address(collection, 14))
    path = address(collection, 15)
    kept._tiles.clear()
    with django_assert_num_queries(1):
        status, headers, body = site.get(path)
    assert (status, site.reached) == (200, 0)
    theirs = client.get(path)
    assert (headers["ETag"], body) == (theirs["ETag"], theirs.content)


def test_a_tile_before_the_first_change_has_a_state_too(site, client):
    empty = address("projets-label", 16)
    assert kept.latest([registry.get("projets-label")], parse_tile(*empty.split("/")[-3:])) == (NOTHING_YET, b"")
    assert client.get(empty).status_code == 204


def test_an_edit_is_in_the_next_answer(site):
    thing = cabane(name_fr="Avant")
    path = f"{ITEMS}/{thing.uuid}"
    site.learn(path)
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Après")
    assert "Après".encode() in site.get(path)[2]
    Cabane.objects.filter(pk=thing.pk).update(status="archived")
    assert site.get(path)[0] == 404


def test_what_everybody_may_not_see_is_not_answered(site):
    shown, hidden = cabane(), cabane(status="draft")
    site.learn(f"{ITEMS}/{shown.uuid}")
    assert site.get(f"{ITEMS}/{hidden.uuid}")[0] == 404
    assert site.reached == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"authorization": "Bearer x"}, {"cookie": "sessionid=x"}, {"accept": "text/html"}, {"accept": "text/csv"},
        {"accept_datetime": "Thu, 01 Jan 2026 00:00:00 GMT"}, {"if_none_match": "*"}, {"query": "f=csv"}, {"query": "crs=x"},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_is_special_goes_on_to_django(site, asked):
    path = f"{ITEMS}/{cabane().uuid}"
    site.learn(path)
    query = asked.pop("query", "")
    site.get(f"{path}?{query}", **asked)
    assert site.reached == 1


@pytest.mark.parametrize("accept", ["text/html", "application/json", "image/png"])
def test_a_tile_that_is_asked_for_as_something_else_is_refused_after_it_was_kept(site, accept):
    cabane()
    path = address("cabanes", 15)
    site.learn(path)
    etag = site.get(path)[1]["ETag"]
    site.get(path, accept="application/vnd.mapbox-vector-tile")
    assert site.reached == 0
    assert site.get(path, accept=accept)[0] == 406
    assert site.get(path, accept=accept, if_none_match=etag)[0] == 406


def test_links_lead_to_the_name_that_was_asked_and_a_forged_one_is_refused(site):
    path = f"{ITEMS}/{cabane().uuid}"
    site.learn(path)
    assert b"http://parcs.example/api/" in site.get(path, host="parcs.example")[2]
    for _ in range(2):
        assert site.get(path, host="ailleurs.example")[0] == 400
        assert b"http://testserver/api/" in site.get(path)[2]


def test_a_signed_in_person_gets_their_own_answer(site, client):
    path = f"{ITEMS}/{cabane().uuid}"
    site.learn(path)
    client.force_login(member())
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    assert site.get(path, cookie=cookie)[1]["Cache-Control"] == "private, no-cache"


def test_quotas_count_what_the_door_answers(site, limits):
    path = f"{ITEMS}/{cabane().uuid}"
    limits(local="3/60")
    answers = [site.get(path) for _ in range(5)]
    assert [status for status, _headers, _body in answers] == [200, 200, 200, 429, 429]
    remaining = [headers["RateLimit"].split("r=")[1].split(";")[0] for _status, headers, _body in answers[:3]]
    assert remaining == ["2", "1", "0"]
    assert "Retry-After" in answers[3][1]


def test_a_tile_beyond_the_quota_is_not_drawn(site, limits, monkeypatch):
    cabane()
    limits(local="1/60")
    site.get(address("cabanes", 15))
    drawn = []
    monkeypatch.setattr("geodata.tiles.mvt.together", lambda *given: drawn.append(given))
    assert [site.get(address("cabanes", zoom))[0] for zoom in (13, 14, 16)] == [429, 429, 429]
    assert drawn == []


def test_a_browser_and_a_machine_get_the_fields_of_their_own_way(site):
    cabane()
    path = address("cabanes", 15)
    page = {"accept": "text/html,*/*", "accept_language": "nl"}
    for first, second in ((page, {}), ({}, page)):
        forms.forget()
        site.get(path, **first)
        near = site.get(path, **second)
        far = Client().get(path, headers={name.replace("_", "-"): value for name, value in second.items()})
        assert same(near, far)


def test_usage_by_key_counts_what_the_door_sent(site, monkeypatch):
    path, (_key, shown) = f"{ITEMS}/{cabane().uuid}", keys.make(user(), "nightly")
    site.learn(path)
    counted = []
    monkeypatch.setattr(usage, "add", lambda key, kind, size, *, refused: counted.append((kind, size, refused)))
    body = site.get(path, x_api_key=shown)[2]
    assert (site.reached, counted) == (0, [("items", len(body), False)])
    assert site.get(path, x_api_key="inconnue")[0] == 403


def test_what_goes_away_is_told_by_django(site, monkeypatch):
    path = f"{ITEMS}/{cabane().uuid}"
    site.learn(path)
    begin, end = datetime(2027, 1, 15, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)
    declared = Deprecation(
        kind="address", name="x", path=r"/api/collections/cabanes/.*", deprecated_at=begin, sunset_at=end
    )
    monkeypatch.setattr(deprecations, "_declared", lambda _dotted: (declared,))
    assert site.get(path)[1]["Sunset"] == "Thu, 15 Jul 2027 12:00:00 GMT"


def test_a_compressed_tile_is_compressed_once(site, monkeypatch):
    for _ in range(40):
        cabane()
    path = address("cabanes", 15)
    plain = site.learn(path)[2]
    assert brotli.decompress(site.get(path, accept_encoding="br")[2]) == plain
    assert gzip.decompress(site.get(path, accept_encoding="gzip")[2]) == plain
    monkeypatch.setattr("geodata.endpoints.ready.pressed", None)
    assert brotli.decompress(site.get(path, accept_encoding="br")[2]) == plain


def test_the_ticket_of_a_refused_request_is_taken_once(site, monkeypatch):
    path = f"{ITEMS}/{cabane().uuid}"
    site.learn(path)
    taken = []
    admit = guard().admit
    monkeypatch.setattr(guard(), "admit", lambda *given: taken.append(given) or admit(*given))
    assert site.get(path, x_api_key="inconnue")[0] == 403
    assert len(taken) == 1
