"""What a harvest brought: seen, published together, taken back, by touch and by keyboard."""

import json

import pytest
from playwright.sync_api import expect

from cabanes.models import Cabane
from geodata.harvest.running import harvest
from geodata.harvest.sources import read
from tests.browser import axe
from tests.browser.gestion.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("live")]
SOURCE = """
[abris]
title = "Abris de l’agglomération"
url = "%s"
kind = "file"
collection = "cabanes"
id_field = "code"
authority = "CALL"
[abris.fields]
name_fr = "nom"
"""


@pytest.fixture
def harvested(mine, tmp_path, settings):
    """A file of forty shelters, one of which is refused, harvested for the manager's authority."""
    names = [f"Abri {n:02}" for n in range(39)] + ["<b>gras</b>"]
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"A{n}", "nom": name},
            "geometry": {"type": "Point", "coordinates": [2.8 + n / 2000, 50.4]},
        }
        for n, name in enumerate(names)
    ]
    (tmp_path / "abris.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (tmp_path / "harvest.toml").write_text(SOURCE % (tmp_path / "abris.geojson"))
    settings.HARVEST_SOURCES = str(tmp_path / "harvest.toml")
    harvest(read()["abris"], by=mine.editor)
    return mine


@pytest.fixture(params=[(390, 844), (1280, 800)], ids=["phone", "desk"])
def page(harvested, live_server, browser, request):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    sign_in(context, live_server, harvested.publisher)
    yield context.new_page()
    context.close()


def test_forty_harvested_drafts_are_published_without_opening_one(page, live_server):
    page.goto(f"{live_server.url}/gestion/moissons/")
    page.get_by_role("link", name="Abris de l’agglomération").click()
    expect(page.get_by_role("heading", name="Refusées (1)")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Le HTML n’est pas accepté")
    page.get_by_role("link", name="Publier 39 brouillons de cette source").click()
    button = page.locator("[data-many]")
    expect(button).to_be_disabled()
    page.get_by_role("checkbox", name="Abri 03", exact=True).check()
    expect(button).to_have_text("Publier la fiche cochée")
    page.get_by_role("link", name="Tout cocher").click()
    page.get_by_role("checkbox", name="Abri 03", exact=True).uncheck()
    expect(button).to_have_text("Publier les 38 fiches cochées")
    button.click()
    expect(page.locator(".messages")).to_contain_text("38 fiches n’ont pas pu être publiées")
    expect(page.get_by_role("checkbox", name="Abri 07", exact=True)).to_have_accessible_description(
        "Pourquoi sans photo : Ajoutez une photo avec son texte alternatif, ou dites pourquoi il n’y en a pas."
    )
    page.get_by_label("Pourquoi il n’y a pas de photo").fill("Photos à venir")
    button.press("Enter")
    expect(page.locator(".messages")).to_contain_text("38 fiches publiées.")
    expect(page.get_by_role("checkbox")).to_have_count(1)
    assert Cabane.objects.filter(no_photo_reason="Photos à venir", status="published").count() == 38
    page.get_by_role("button", name="Annuler : en refaire des brouillons").click()
    expect(page.locator(".messages")).to_contain_text("38 fiches sont de nouveau des brouillons.")
    expect(page.get_by_role("checkbox")).to_have_count(39)


def test_the_pages_of_a_harvest_pass_axe_and_reflow(harvested, live_server, context):
    axe.bring(context)
    sign_in(context, live_server, harvested.publisher)
    page = context.new_page()
    for language in ("", "/en", "/nl"):
        for path in ("moissons/", "moissons/abris/", "cabanes/publier/?moisson=abris&tout"):
            page.goto(f"{live_server.url}{language}/gestion/{path}")
            assert axe.faults(page, (1280, 390)) == [], (language, path)
