"""The page of harvests: of my authorities only, with links to what asks for a person."""

import pytest

from geodata.models import HarvestRun
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
SOURCES = """
[lac]
title = "Abris du lac"
url = "https://x.example/"
kind = "wfs"
layer = "abris"
collection = "cabanes"
id_field = "code"
authority = "PMA"
note = "À relire"
[autre]
title = "Une autre source"
url = "https://x.example/"
kind = "oapif"
collection = "parcs"
id_field = "code"
authority = "CALL"
"""


@pytest.fixture
def mine(tmp_path, settings):
    (tmp_path / "harvest.toml").write_text(SOURCES)
    settings.HARVEST_SOURCES = str(tmp_path / "harvest.toml")
    return autorite(code="PMA")


def test_sources_of_my_authorities_are_listed_with_their_last_run(client, mine):
    client.force_login(member("editor", mine))
    text = client.get("/gestion/moissons/").content.decode()
    assert "Abris du lac" in text
    assert "jamais moissonnée" in text
    assert "Une autre source" not in text
    assert client.get("/gestion/moissons/autre/").status_code == 404
    HarvestRun.objects.create(source="lac", collection="cabanes", counts={"new": 9})
    HarvestRun.objects.create(source="lac", collection="cabanes", counts={"updated": 2, "vanished": 1})
    text = client.get("/gestion/moissons/").content.decode()
    assert "mises à jour (2)" in text
    assert "disparues de la source (1)" in text
    assert "nouvelles (9)" not in text


def test_a_report_links_to_the_records_and_escapes_what_the_source_says(client, mine):
    there = cabane(authority=mine, status="draft")
    row = {"outcome": "vanished", "source_id": "A1", "name": "<b>Abri</b>", "uuid": str(there.uuid), "reason": "partie"}
    refused = {"outcome": "refused", "source_id": "A2", "name": "", "uuid": None, "reason": "kind : inconnu"}
    HarvestRun.objects.create(source="lac", collection="cabanes", report=[refused, row], failure="coupée")
    client.force_login(member("editor", mine))
    text = client.get("/gestion/moissons/lac/").content.decode()
    assert f'<a href="/gestion/cabanes/{there.uuid}/">&lt;b&gt;Abri&lt;/b&gt;</a>' in text
    assert text.index("Disparues de la source (1)") < text.index("Refusées (1)")
    assert "kind : inconnu" in text
    assert "coupée" in text
    assert "À relire" in text


def test_others_sign_in_first_and_a_broken_file_shows_nothing(client, mine, settings):
    assert client.get("/gestion/moissons/").status_code == 302
    client.force_login(member("editor", mine))
    settings.HARVEST_SOURCES = "/nowhere.toml"
    assert "Aucune source" in client.get("/gestion/moissons/").content.decode()


def test_the_number_of_statements_is_that_of_the_sources_of_the_file(client, mine, django_assert_max_num_queries):
    for n in range(30):
        HarvestRun.objects.create(source="lac", collection="cabanes", counts={"new": n})
    client.force_login(member("editor", mine))
    with django_assert_max_num_queries(12):
        client.get("/gestion/moissons/")
