"""Drawing, replacing and deciding, with pointer and keyboard; the same forms without JavaScript."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from cabanes.models import Cabane
from geodata.models import Proposition
from sentiers.models import Sentier
from tests.browser.gestion.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="50.40" lon="2.80"><ele>30</ele></trkpt><trkpt lat="50.41" lon="2.81"><ele>45</ele></trkpt></trkseg></trk></gpx>"""


@pytest.fixture
def page(mine, live_server, context):
    sign_in(context, live_server, mine.publisher)
    return context.new_page()


def tap(page, across, down):
    box = page.locator(".draw__map .leaflet-container").bounding_box()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    page.wait_for_timeout(350)


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_a_trail_that_crosses_itself_is_drawn_and_saved(page, live_server, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{live_server.url}/gestion/sentiers/nouvelle/")
    page.get_by_role("button", name="Dessiner des polylignes").click()
    for spot in ((0.3, 0.3), (0.6, 0.6), (0.6, 0.3), (0.3, 0.6)):
        tap(page, *spot)
    page.locator(".action-finish:visible").click()
    expect(page.locator("#id_geom")).to_have_value(re.compile("LineString"))
    page.locator("#id_name_fr").fill("Le Huit")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Le Huit")
    assert Sentier.objects.get(name_fr="Le Huit").geom.num_coords == 4


def test_the_present_shape_is_shown_and_a_gpx_replaces_it_after_a_look(page, live_server, mine, tmp_path):
    file = tmp_path / "boucle.gpx"
    file.write_text(GPX)
    page.goto(f"{live_server.url}/gestion/sentiers/{mine.trail.uuid}/trace/")
    page.locator("#id_file").set_input_files(file)
    page.get_by_label("Source").fill("Relevé GPS")
    page.get_by_label("Pas à pas").fill("Suivre le canal.")
    page.get_by_role("button", name="Vérifier le tracé").click()
    expect(page.locator(".notice[role=status]")).to_contain_text("2 points")
    expect(page.locator(".notice[role=status]")).to_contain_text("avec altitudes")
    page.get_by_role("button", name="Mettre ce tracé en place").click()
    expect(page.locator(".messages")).to_contain_text("Nouveau tracé en place")
    assert Sentier.objects.get(pk=mine.trail.pk).geom_quality == "surveyed"


def test_swapped_coordinates_are_said_while_typing(page, live_server):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("2,805 50,405")
    page.locator("#id_geom").press("Tab")
    expect(page.locator("[data-told]")).to_contain_text("inversées")


def test_lambert_93_puts_the_sign_on_the_map(page, live_server):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("686118 7034174")
    page.locator("#id_geom").press("Tab")
    expect(page.locator("[data-told]")).to_contain_text("Parc du Test")
    expect(page.locator(".draw__map .sign")).to_be_visible()


def test_a_proposition_is_compared_on_a_map_and_accepted(page, live_server, mine):
    page.goto(f"{live_server.url}/gestion/")
    page.get_by_role("link", name="1 proposition attend votre décision").click()
    page.get_by_role("link", name="La Vigie").click()
    expect(page.locator(".map .sign")).to_have_count(2)
    page.get_by_role("button", name="Refuser").click()
    expect(page.get_by_role("alert")).to_contain_text("Dites pourquoi")
    page.get_by_role("button", name="Accepter et publier").click()
    expect(page.locator(".messages")).to_contain_text("La Vigie")
    assert Cabane.objects.get(pk=mine.hut.pk).edition == "2021"
    assert Proposition.objects.get().state == "accepted"


def test_by_keyboard_alone_a_cabin_is_added(page, live_server):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").focus()
    page.keyboard.type("50.405, 2.805")
    page.keyboard.press("Tab")
    page.locator("#id_name_fr").focus()
    page.keyboard.type("Au clavier")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Au clavier")


def test_focus_goes_down_the_page_and_is_never_hidden_by_the_save_bar(page, live_server):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_name_fr").focus()
    order, hidden = [], []
    for _step in range(25):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "() => { const a = document.activeElement, b = a.getBoundingClientRect(), s = document.querySelector('.actions--stick').getBoundingClientRect();"
            " return {name: a.name ?? a.textContent, top: b.top + scrollY, under: b.top >= s.top && !a.closest('.actions--stick') } }"
        )
        order.append(box["top"])
        hidden += [box["name"]] if box["under"] else []
    assert hidden == []
    backwards = [before - after for before, after in itertools.pairwise(order) if after < before]
    assert max(backwards, default=0) < 200


def test_without_javascript_a_cabin_is_typed_saved_and_published(mine, live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server, mine.publisher)
    page = context.new_page()
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("686118 7034174")
    page.locator("#id_name_fr").fill("Sans script")
    page.locator("#id_no_photo_reason").fill("Droits en cours")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("button", name="Publier").click()
    assert page.locator(".messages").inner_text()
    context.close()
    assert Cabane.objects.get(name_fr="Sans script").status == "published"


def test_signing_in_again_in_another_tab_does_not_lose_the_form(page, live_server, mine):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("50.405, 2.805")
    page.locator("#id_name_fr").fill("Deux onglets")
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto(f"{live_server.url}/connexion/")
    other.get_by_label("Identifiant").fill("marie")
    other.get_by_label("Mot de passe").fill("mot-de-passe")
    other.get_by_role("button", name="Se connecter").click()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deux onglets")


def test_an_expired_session_asks_to_sign_in_and_keeps_what_was_typed(page, live_server, mine):
    page.goto(f"{live_server.url}/gestion/cabanes/nouvelle/")
    page.locator("#id_geom").fill("50.405, 2.805")
    page.locator("#id_name_fr").fill("Gardée")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre session a expiré")
    page.get_by_label("Identifiant").fill("marie")
    page.get_by_label("Mot de passe").fill("mot-de-passe")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Envoyer ma saisie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gardée")
