"""What is known to be unchanged before Django, and that the short way says what the long one does."""

import io
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client

from cabanes.models import Cabane
from geodata import registry
from geodata.changes.models import Revision
from geodata.endpoints import short
from geodata.endpoints.door import door
from geodata.queries import reader
from tests.factories.cabanes import cabane
from tests.factories.parcs import member, parc

ITEMS = "/api/collections/cabanes/items"
TILE = "/api/collections/cabanes/tiles/WebMercatorQuad/12/1381/2079"


def behind(_environ, start_response):
    start_response("200 OK", [])
    return [b"Django"]


def through(path, etag, query="", **more):
    """The status that the door gives, 200 where it hands on; headers as the test client sends them."""
    told = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "HTTP_IF_NONE_MATCH": etag,
    }  # fmt: skip
    list(door(behind)(environ | more, lambda status, headers: told.append((int(status[:3]), dict(headers)))))
    return told[0]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [ITEMS, TILE, "/api/tiles/WebMercatorQuad/12/1381/2079", f"{ITEMS}?f=csv", "item"])
def test_what_a_client_has_is_unchanged_until_the_next_edit(client, path, django_assert_num_queries):
    thing = cabane()
    path, _mark, query = (f"{ITEMS}/{thing.uuid}" if path == "item" else path).partition("?")
    first = client.get(path, QUERY_STRING=query)
    first.getvalue()
    with django_assert_num_queries(1):
        status, headers = through(path, first["ETag"], query)
    assert (status, headers["ETag"]) == (304, first["ETag"])
    kept = {name: value for name, value in headers.items() if not name.startswith("RateLimit")}
    assert {name: first[name] for name in kept} == kept
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Autre")
    assert through(path, first["ETag"], query)[0] == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_COOKIE": "sessionid=x"}, {"REQUEST_METHOD": "POST"},
        {"query": "limit=1"}, {"query": "inconnu=1"}, {"HTTP_ACCEPT": "text/html"}, {"HTTP_HOST": "ailleurs.example"},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("path", [ITEMS, "item"])
def test_another_request_or_another_person_goes_on_to_django(client, asked, path):
    thing = cabane()
    path = f"{ITEMS}/{thing.uuid}" if path == "item" else path
    if path != ITEMS and "HTTP_HOST" in asked:
        pytest.skip("the validator of an item is the same under every name of the site; its links are another address")
    etag = client.get(path)["ETag"]
    assert through(path, etag)[0] == 304
    assert through(path, etag, **asked)[0] == 200


@pytest.mark.django_db
def test_the_same_number_at_another_instant_is_another_state(client):
    thing = cabane()
    path = f"{ITEMS}/{thing.uuid}"
    etags = [client.get(each)["ETag"] for each in (ITEMS, path)]
    last = Revision.objects.get(pk=thing.revision)
    Revision.objects.filter(pk=last.pk).update(at=last.at + timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cabanes_cabane DISABLE TRIGGER USER")
        cursor.execute("UPDATE cabanes_cabane SET updated_at = updated_at + interval '1 s' WHERE id = %s", [thing.pk])
    for each, etag in zip((ITEMS, path), etags, strict=True):
        assert through(each, etag)[0] == 200
        assert client.get(each, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.django_db
def test_a_draft_has_no_validator_for_everybody(client):
    thing = cabane()
    path = f"{ITEMS}/{thing.uuid}"
    etag = client.get(path)["ETag"]
    Cabane.objects.filter(pk=thing.pk).update(status="archived")
    assert through(path, etag)[0] == 200
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 404


def addresses():
    for collection in registry.collections():
        root = f"/api/collections/{collection.id}"
        yield from (f"{root}/items", f"{root}/items?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/2154", root)
        yield from (f"{root}/items?inconnu=1", f"{root}/items?f=csv", f"{root}/tiles/WebMercatorQuad/8/86/130")
    yield from (
        "/api/",
        "/api/conformance",
        "/api/collections",
        "/api/rien",
        "/api/changes",
        "/api/collections/rien/items",
    )


@pytest.mark.django_db
def test_the_short_way_says_what_the_long_one_does(client, monkeypatch):
    parc()
    cabane()
    cabane(status="draft")
    for method in ("get", "head"):
        for language in ("fr", "en"):
            for path in addresses():
                near = seen(getattr(client, method)(path, headers={"Accept-Language": language}))
                with monkeypatch.context() as patched:
                    patched.setattr(short, "is_public_read", lambda _environ: False)
                    far = seen(getattr(Client(), method)(path, headers={"Accept-Language": language}))
                assert near == far, path


def seen(response):
    """Status, body and headers, but what depends on the second or tells pages apart."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if b"timeStamp" in body:
        start = body.index(b'"timeStamp"')
        body = body[:start] + body[body.index(b"Z", start) :]
    left = ("Content-Security-Policy", "Content-Language", "Content-Length", "Vary")
    return response.status_code, body, {name: value for name, value in response.items() if name not in left}


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_costs_no_answer(client):
    cabane()
    assert client.get(ITEMS).status_code == 200
    held, was_idle = reader.take()
    assert was_idle
    pid = held.raw.info.backend_pid
    reader.give_back(held)
    with psycopg.connect(**reader.parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert client.get(ITEMS).status_code == 200
    reader.close()


@pytest.mark.django_db(transaction=True)
def test_an_edit_is_in_the_next_answer_of_every_connection(client):
    thing = cabane(name_fr="Avant")
    path = f"{ITEMS}/{thing.uuid}"
    etag = client.get(path)["ETag"]
    with psycopg.connect(**reader.parameters(), autocommit=True) as other:
        other.execute("UPDATE cabanes_cabane SET name_fr = 'Après' WHERE id = %s", [thing.pk])
    assert through(path, etag)[0] == 200
    assert client.get(path).json()["properties"]["name_fr"] == "Après"
    reader.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "accept"), [("f=html", "*/*"), ("f=%68tml", "*/*"), ("", "TEXT/HTML"), ("", "Application/XHTML+xml")]
)
def test_every_way_to_ask_for_a_page_gives_its_policy(client, query, accept):
    cabane()
    answer = client.get(ITEMS, QUERY_STRING=query, headers={"Accept": accept})
    assert not answer["Content-Type"].startswith("text/html") or "script-src" in answer["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/collections?f=html", f"{ITEMS}?f=html&as-of=2026-01-01", "/api/collections"])
def test_what_a_person_gets_is_kept_by_no_shared_cache(client, path):
    cabane()
    assert client.get(path)["Cache-Control"].startswith("public")
    client.force_login(member())
    assert client.get(path)["Cache-Control"] == "private, no-cache"
