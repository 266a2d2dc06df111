"""What a harvest brought: seen, published together, taken back, by touch and by keyboard."""

import json

import pytest
from playwright.sync_api import expect

from cabanes.models import Cabane
from geodata.harvest.running import harvest
from geodata.harvest.sources import read
from tests.browser import axe
from tests.browser.gestion.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
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
    """A file of so many shelters, one of which is refused, harvested for the manager's authority."""

    def of(count):
        names = [f"Abri {n:02}" for n in range(count - 1)] + ["<b>gras</b>"]
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

    return of


@pytest.mark.parametrize(("width", "height", "count"), [(390, 844, 40), (1280, 800, 10)], ids=["phone", "desk"])
def test_harvested_drafts_are_published_without_opening_one(harvested, live_server, context, width, height, count):
    sign_in(context, live_server, harvested(count).publisher)
    page, good, most = context.new_page(), count - 1, count - 2
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}/gestion/moissons/")
    page.get_by_role("link", name="Abris de l’agglomération").click()
    expect(page.get_by_role("heading", name="Refusées (1)")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Le HTML n’est pas accepté")
    page.get_by_role("link", name=f"Publier {good} brouillons de cette source").click()
    button = page.locator("[data-many]")
    expect(button).to_be_disabled()
    page.get_by_role("checkbox", name="Abri 03", exact=True).check()
    expect(button).to_have_text("Publier la fiche cochée")
    page.get_by_role("link", name="Tout cocher").click()
    page.get_by_role("checkbox", name="Abri 03", exact=True).uncheck()
    expect(button).to_have_text(f"Publier les {most} fiches cochées")
    button.click()
    expect(page.locator(".messages")).to_contain_text(f"{most} fiches n’ont pas pu être publiées")
    expect(page.get_by_role("checkbox", name="Abri 07", exact=True)).to_have_accessible_description(
        "Pourquoi sans photo : Ajoutez une photo avec son texte alternatif, ou dites pourquoi il n’y en a pas."
    )
    page.get_by_label("Pourquoi il n’y a pas de photo").fill("Photos à venir")
    button.press("Enter")
    expect(page.locator(".messages")).to_contain_text(f"{most} fiches publiées.")
    expect(page.get_by_role("checkbox")).to_have_count(1)
    assert Cabane.objects.filter(no_photo_reason="Photos à venir", status="published").count() == most
    page.get_by_role("button", name="Annuler : en refaire des brouillons").click()
    expect(page.locator(".messages")).to_contain_text(f"{most} fiches sont de nouveau des brouillons.")
    expect(page.get_by_role("checkbox")).to_have_count(good)


def test_the_pages_of_a_harvest_pass_axe_and_reflow(harvested, live_server, context):
    axe.bring(context)
    sign_in(context, live_server, harvested(40).publisher)
    page = context.new_page()
    for language in ("", "/en", "/nl"):
        for path in ("moissons/", "moissons/abris/", "cabanes/publier/?moisson=abris&tout"):
            page.goto(f"{live_server.url}{language}/gestion/{path}")
            assert axe.faults(page, (1280, 390)) == [], (language, path)
