"""Every public read, each address with a case here: as many statements for many features as for a few, wrong parameters refused."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve
from django.utils import timezone

from carte.pages.sitemap import PER_PART
from geodata import registry
from geodata.queries import extent, search
from tests.addresses import PAGES, public
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import commune, parc
from tests.factories.sentiers import sentier
from tests.offers import formats_of

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = "/api/collections/cabanes"
BOX = "bbox=2,50,3.4,51"
TILES = "tiles/WebMercatorQuad"
# The formats of every collection: those that are files, and pages.
FORMATS = [
    f"/api/collections/{each.id}/items?f={format_.name}"
    for each in registry.collections()
    for format_ in formats_of(each)
]
API = [
    f"{ROOT}/items?limit=2", f"{ROOT}/items?limit=5000", f"{ROOT}/items?{BOX}&limit=3", f"{ROOT}/items?q=cabane", f"{ROOT}/items?sortby=-name_fr",
    f"{ROOT}/items?properties=name_fr&skipGeometry=true", f"{ROOT}/items?filter=sheltered%20IS%20NULL", f"{ROOT}/items?f=csv&sortby=-year_built",
    f"{ROOT}/items?f=geojsonseq&filter=sheltered%20IS%20NULL", f"{ROOT}/items/{{cabane}}", f"{ROOT}/items/{{cabane}}?f=gpx",
    f"{ROOT}/items/{{cabane}}/versions", f"{ROOT}/items/{{cabane}}/photos", ROOT, f"{ROOT}/queryables", f"{ROOT}/sortables", f"{ROOT}/schema",
    f"{ROOT}/codelists/kind", f"{ROOT}/tiles", f"{ROOT}/{TILES}", f"{ROOT}/{TILES}/tilejson", f"{ROOT}/{TILES}/8/86/129",
    f"{ROOT}/{TILES}/14/5527/8319", "/api/tiles", f"/api/{TILES}", f"/api/{TILES}/tilejson", f"/api/{TILES}/14/5527/8319", "/api/", "/api/conformance",
    "/api/openapi.json", "/api/docs", "/api/collections", "/api/changelog", "/api/problems/not-found", "/api/tileMatrixSets", "/api/tileMatrixSets/WebMercatorQuad",
    "/api/catalogue", "/api/catalogue.ttl", "/api/catalogue?f=html", "/api/changes?limit=2", "/api/changes", "/api/snapshot", "/api/snapshot/cabanes",
]  # fmt: skip
PAST = [
    f"{ROOT}/items?as-of={{instant}}", f"{ROOT}/items?as-of={{instant}}&limit=5000", f"{ROOT}/items?as-of={{instant}}&f=csv",
    f"{ROOT}/items?as-of={{instant}}&f=gpx", f"{ROOT}/items/{{cabane}}?as-of={{instant}}", f"{ROOT}/{TILES}/14/5527/8319?as-of={{instant}}",
    "/?as-of={instant}", "/cabanes/?as-of={instant}", "/cabanes/{slug}/?as-of={instant}", "/historique/?de={day}&a={today}",
]  # fmt: skip
CASES = [*API, *PAST, *PAGES, *FORMATS]


@pytest.fixture
def known():
    """One of each, and an instant after which nothing of it changed."""
    made = {
        "parc": parc().slug,
        "sentier": sentier().slug,
        "fermeture": fermeture().slug,
        "evenement": evenement().slug,
    }
    made["carte"] = carte().slug
    one = cabane()
    more()
    now = timezone.now()
    days = {"day": f"{now - timedelta(days=1):%Y-%m-%d}", "today": f"{now:%Y-%m-%d}"}
    return (
        made
        | days
        | {
            "cabane": str(one.uuid),
            "slug": one.slug,
            "part": (one.pk - 1) // PER_PART + 1,
            "instant": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
        }
    )


def more(count=4):
    for _ in range(count):
        for make in (cabane, commune, parc, sentier, fermeture, evenement):
            make()


def statements(client, address):
    extent._kept.cache_clear()
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        body = answer.getvalue()
    assert answer.status_code in (200, 204), (address, answer.status_code, body[:500])
    return len(queries), [query["sql"] for query in queries]


@pytest.fixture
def _one_account_of_words(monkeypatch):
    """PostgreSQL looks anew which words are common when it likes, and from then on may search another way."""
    search._common.cache_clear()
    monkeypatch.setattr(search, "REFRESH_S", 10**9)


@pytest.mark.usefixtures("_one_account_of_words")
def test_the_number_of_statements_does_not_grow(client, known):
    """All addresses on the same data: first what is kept is filled, then counted with few features, then with many."""
    addresses = [case.format(**known) for case in CASES]
    for address in addresses:
        statements(client, address)
    more()
    few = {address: statements(client, address) for address in addresses}
    more(8)
    many = {address: statements(client, address) for address in addresses}
    grown = {address: many[address][0] - count for address, (count, _texts) in few.items()}
    assert {address: by for address, by in grown.items() if by > 0} == {}


def test_every_public_address_has_a_case(known):
    covered = set()
    for case in CASES:
        path = case.format(**known).split("?")[0]
        covered.add(resolve(path).route)
    assert [each for each in public(get_resolver()) if each not in covered and not each.endswith("<str:key>/")] == []


def test_every_address_of_the_api_refuses_an_unknown_and_a_doubled_parameter(client, known):
    for case in CASES:
        address = case.format(**known)
        path, _, query = address.partition("?")
        if not path.startswith(("/api/", "/integrer/")):
            continue
        first = query.split("&")[0] or "f=json"
        for parameter, asked in (
            ("inconnu", "&".join(filter(None, (query, "inconnu=1")))),
            (first.partition("=")[0], f"{query or first}&{first}"),
        ):
            answer = client.get(f"{path}?{asked}")
            assert answer.status_code == 400, (path, asked)
            if path == "/integrer/cabanes/":
                # In a frame a person reads it.
                assert answer["Content-Type"].startswith("text/html")
                continue
            assert answer["Content-Type"] == "application/problem+json", (path, asked)
            told = answer.json()
            assert (told["status"], told["parameter"]) == (400, parameter), (path, asked)


def test_pages_ignore_what_links_in_letters_carry(client, known):
    """Whoever follows a link reads the page: newsletters and networks add their own parameters, once or more."""
    for case in PAGES:
        address = case.format(**known)
        if address.startswith("/integrer/"):
            continue
        mark = "&" if "?" in address else "?"
        assert client.get(f"{address}{mark}utm_source=lettre&utm_source=lettre").status_code == 200, address
