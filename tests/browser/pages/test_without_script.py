"""Everything can be read and filtered with JavaScript off, by keyboard alone."""

import gpxpy
import pytest


@pytest.fixture
def bare(browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_a_park_tells_its_state_its_closure_and_what_is_not_known(network, live_server, bare):
    bare.goto(f"{live_server.url}/parcs/parc/")
    assert bare.locator("h1").inner_text() == "Parc du canal"
    assert "Passerelle" in bare.locator(".notice").first.inner_text()
    assert "Non renseigné" in bare.locator(".facts__row", has_text="Eau potable").inner_text()
    assert "oui" in bare.locator(".facts__row", has_text="Toilettes").inner_text()


def test_a_list_is_filtered_by_keyboard(network, live_server, bare):
    bare.goto(f"{live_server.url}/cabanes/")
    assert bare.locator(".card").count() == 2
    bare.get_by_label("Nom ou commune").focus()
    bare.keyboard.type("ecrevisse")
    bare.keyboard.press("Enter")
    bare.wait_for_url("**q=ecrevisse**")
    assert bare.get_by_role("status").inner_text() == "1 résultat"
    bare.get_by_role("link", name="Écrevisse").click()
    bare.wait_for_url("**/cabanes/cabane/")


def test_more_filters_open_without_script(network, live_server, bare):
    bare.goto(f"{live_server.url}/parcs/")
    bare.get_by_text("Plus de filtres").click()
    bare.get_by_label("Nature").select_option("terril")
    bare.get_by_role("button", name="Filtrer").click()
    bare.wait_for_url("**kind=terril**")


def test_the_gpx_is_downloaded_from_the_page_of_the_trail(network, live_server, bare):
    bare.goto(f"{live_server.url}/sentiers/sentier/")
    with bare.expect_download() as started:
        bare.get_by_role("link", name="Télécharger le GPX").click()
    assert started.value.suggested_filename.startswith("sentier-")
    read = gpxpy.parse(started.value.path().read_text(encoding="utf-8"))
    assert len(read.tracks[0].segments[0].points) == 3


def test_the_table_of_the_profile_opens(network, live_server, bare):
    bare.goto(f"{live_server.url}/sentiers/sentier/")
    bare.get_by_text("Le profil en tableau").click()
    assert bare.get_by_role("row").count() == 12


def test_the_language_changes_and_the_place_stays(network, live_server, bare):
    bare.goto(f"{live_server.url}/parcs/parc/")
    bare.get_by_role("link", name="English").click()
    bare.wait_for_url("**/en/parcs/parc/")
    assert bare.locator("h1 span").get_attribute("lang") == "fr"
