"""A manager adds a cabin by touching the map; everybody sees it at the next request."""

import json

import pytest
from playwright.sync_api import expect

from cabanes.models import Cabane
from tests.factories.parcs import autorite, box, member, parc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(live_server, page):
    call = autorite(code="CALL", name_fr="Lens-Liévin")
    parc(authority=call, name_fr="Parc du Test", geom=box(2.79, 50.39, 2.83, 50.43))
    member("publisher", call, username="marie")
    page.goto(f"{live_server.url}/connexion/")
    page.get_by_label("Identifiant").fill("marie")
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Se connecter").click()
    return page


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_touch_the_map_name_it_save_and_publish(signed_in, live_server, client, size):
    page = signed_in
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("link", name="Ajouter une cabane").click()
    editor = page.locator(".leaflet-container")
    expect(editor).to_be_visible()
    page.wait_for_timeout(800)
    editor.click()
    expect(page.locator("#id_geom")).not_to_have_value("")
    expect(page.locator("[data-told]")).to_contain_text("Parc du Test")
    page.locator("#id_name_fr").fill("La Vigie")
    page.locator("#id_no_photo_reason").fill("Droits en cours")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("La Vigie")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator(".messages")).to_contain_text("publié")
    thing = Cabane.objects.get()
    assert thing.park.name_fr == "Parc du Test"
    assert json.loads(client.get("/api/collections/cabanes/items").content)["numberMatched"] == 1
    page.goto(f"{live_server.url}/?k=cabanes")
    expect(page.get_by_role("link", name="La Vigie")).to_be_visible()


def test_without_a_network_nothing_typed_is_lost(signed_in, live_server):
    page = signed_in
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    expect(page.locator(".leaflet-container")).to_be_visible()
    page.locator("#id_geom").fill("50,405 2,805")
    page.locator("#id_name_fr").fill("Hors réseau")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("alert")).to_contain_text("Pas de réseau")
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hors réseau")


def test_typed_coordinates_do_without_the_map(signed_in, live_server):
    page = signed_in
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("686118 7034174")
    page.locator("#id_name_fr").fill("En Lambert")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("En Lambert")
    assert round(Cabane.objects.get().geom.x, 3) == 2.805
