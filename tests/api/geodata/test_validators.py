"""What a 304 may not say: that another language, another person or other rights give the same answer."""

import pytest

from parcs.models import Adhesion
from tests.api.geodata.test_tiles import address
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


def status(client, path, etag, **headers):
    return client.get(path, headers={"If-None-Match": etag} | headers).status_code


@pytest.fixture
def paths():
    thing = cabane(name_fr="Un")
    return {"items": ITEMS, "page": f"{ITEMS}?f=html", "item page": f"{ITEMS}/{thing.uuid}?f=html"}


@pytest.mark.parametrize(
    "path",
    [ITEMS, f"{ITEMS}?f=html", f"{ITEMS}?f=csv", f"{ITEMS}?as-of=2026-01-01", "/api/openapi.json", "/api/catalogue",
     address("cabanes", 12), "/carte/reseau.svg", "/integrer/cabanes.json", "/integrer/chaine-des-parcs.js"],
)  # fmt: skip
def test_it_names_no_other_type(client, path):
    cabane()
    first = client.get(path)
    first.getvalue()
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, "Content-Type" in again) == (304, False)
    assert (again["ETag"], again.get("Cache-Control")) == (first["ETag"], first.get("Cache-Control"))


def test_a_tile_without_anything_is_of_no_type(client):
    empty = client.get(address("cabanes", 12))
    assert (empty.status_code, "Content-Type" in empty) == (204, False)


@pytest.mark.parametrize("name", ["items", "page", "item page"])
def test_another_language_is_another_answer(client, paths, name):
    path = paths[name]
    etag = client.get(path, headers={"Accept-Language": "en"})["ETag"]
    assert status(client, path, etag, **{"Accept-Language": "en"}) == 304
    assert status(client, path, etag, **{"Accept-Language": "fr"}) == 200


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_feature_is_the_same_bytes_in_every_language(client, coding):
    path = f"{ITEMS}/{cabane().uuid}"
    french, dutch = (
        client.get(path, headers={"Accept-Language": language, "Accept-Encoding": coding}) for language in ("fr", "nl")
    )
    assert (french["ETag"], french.content) == (dutch["ETag"], dutch.content)


@pytest.mark.parametrize("name", ["items", "page", "item page"])
def test_who_signs_out_gets_another_answer(client, paths, name):
    path = paths[name]
    client.force_login(member())
    etag = client.get(path)["ETag"]
    assert status(client, path, etag) == 304
    client.logout()
    assert status(client, path, etag) == 200


@pytest.mark.parametrize(
    "path", [ITEMS, f"{ITEMS}?f=html", address("cabanes", 12), "/api/tiles/WebMercatorQuad/12/1381/2079"]
)
def test_who_loses_a_membership_gets_another_answer(client, path):
    authority = autorite()
    cabane(name_fr="Brouillon", status="draft", authority=authority)
    person = member(authority=authority)
    client.force_login(person)
    etag = client.get(path)["ETag"]
    assert status(client, path, etag) == 304
    Adhesion.objects.filter(user=person).delete()
    assert status(client, path, etag) in (200, 204)
