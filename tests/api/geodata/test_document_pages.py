"""What describes tiles, codes and problems is a page too, for who follows a link in a browser (OGC API Features, /req/html)."""

import html
import json
import re

import pytest
from django.utils import timezone

from geodata.endpoints import items
from tests.factories.cabanes import cabane

ITEMS = "/api/collections/cabanes/items"
pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/api/problems/not-found", "Réponse 404 de l’API."),
        ("/api/collections/cabanes/codelists/kind", "cabane d’artiste"),
        ("/api/collections/cabanes/tiles", "Cabanes"),
        ("/api/tiles", "WebMercatorQuad"),
        ("/api/tiles/WebMercatorQuad", "zooms 0 à"),
        ("/api/tileMatrixSets", "WebMercatorQuad"),
        ("/api/tileMatrixSets/WebMercatorQuad", "1048576 × 1048576"),
    ],
)
def test_a_browser_is_shown_a_page_and_a_program_the_document(client, address, told):
    page = client.get(address, headers={"Accept": BROWSER, "Accept-Language": "fr"})
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert told in page.content.decode()
    assert client.get(address, {"f": "html"})["Content-Type"] == page["Content-Type"]
    assert client.get(address)["Content-Type"].startswith("application/json")
    for other in ("en", "nl"):
        text = client.get(address, headers={"Accept": BROWSER, "Accept-Language": other}).content.decode()
        assert f'<html lang="{other}"' in text


@pytest.mark.parametrize("query", ["", "&properties=name_fr", "&crs=http://www.opengis.net/def/crs/EPSG/0/2154"])
def test_a_page_of_features_holds_all_that_the_document_does(client, query):
    things = [cabane(name_fr="Un <b>"), cabane(name_fr="Deux")]
    for address in (ITEMS, f"{ITEMS}/{things[0].uuid}"):
        told = client.get(f"{address}?f=geojson{query}").getvalue()
        page = html.unescape(client.get(f"{address}?f=html{query}").content.decode())
        shown = [json.loads(each) for each in re.findall(r"<pre [^>]*><code>(.*?)</code></pre>", page)]
        document = json.loads(told)
        for feature in document.get("features", [document]):
            assert {name: feature[name] for name in ("type", "id", "geometry", "properties")} in shown
    assert "<b>" not in client.get(ITEMS, {"f": "html"}).content.decode()


def test_a_page_of_features_repeats_its_links_in_its_head_as_the_document_does(client):
    thing, _other = cabane(), cabane()
    for address in (f"{ITEMS}?limit=1&", f"{ITEMS}/{thing.uuid}?"):
        page, document = (client.get(f"{address}f={form}")["Link"] for form in ("html", "geojson"))
        relations = [re.findall(r'rel="([^"]*)"', each) for each in (page, document)]
        assert sorted(relations[0]) == sorted(relations[1])
        assert "self" in relations[0]


def test_a_page_of_features_has_a_thousand_at_most_and_leads_to_the_rest(client, monkeypatch):
    monkeypatch.setattr(items, "MOST_IN_HTML", 2)
    for number in range(5):
        cabane(name_fr=f"Cabane {number}")
    seen, address = [], f"{ITEMS}?f=html&limit=9999"
    while address:
        page = client.get(address).content.decode()
        assert "5 fiches" in page
        seen.append(page.count("<summary>GeoJSON"))
        onward = re.search(r'rel="next" href="([^"]*)"', page)
        address = html.unescape(onward[1]) if onward else ""
    assert seen == [2, 2, 1]


def test_a_page_of_the_past_leads_to_features_as_they_were(client):
    thing = cabane()
    then = timezone.now().isoformat().replace("+00:00", "Z")
    for query in ("", "&properties=name_fr"):
        page = client.get(f"{ITEMS}?f=html&as-of={then}{query}").content.decode()
        assert f"/items/{thing.uuid}?as-of=" in page


@pytest.mark.parametrize(
    "address", ["/api/tiles", "/api/collections/cabanes/tiles/WebMercatorQuad", "/api/tileMatrixSets"]
)
def test_the_document_and_its_page_lead_to_each_other(client, address):
    links = client.get(address).json()["links"]
    told = {each["rel"]: each["type"] for each in links}
    assert (told["self"], told["alternate"]) == ("application/json", "text/html")
    assert {each["rel"]: each["type"] for each in client.get(address, {"f": "json"}).json()["links"]} == told


def test_the_address_of_a_tile_is_told_as_a_template_not_as_a_link(client):
    answer = client.get("/api/tiles/WebMercatorQuad", {"f": "html"})
    assert "{tileMatrix}" in answer.content.decode()
    assert not re.search(r'href="[^"]*\{', answer.content.decode())
    assert "{" not in answer["Link"]


@pytest.mark.parametrize("name", ["name_fr", "zz"])
def test_what_has_no_codes_is_told_in_words(client, name):
    refused = client.get(f"/api/collections/cabanes/codelists/{name}", headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["detail"]) == (404, f"“{name}” is not a property with codes.")
