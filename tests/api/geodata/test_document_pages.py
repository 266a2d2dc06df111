"""What describes tiles, codes and problems is a page too, for who follows a link in a browser (OGC API Features, /req/html)."""

import re

import pytest

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
