"""Gestures of a visitor on the first page."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(transactional_db):
    commune(name_fr="Lens", slug="lens", geom=box(2.7, 50.3, 2.9, 50.5))
    park = parc(name_fr="Parc du Canal")
    cabane(name_fr="Cabane du Héron", park=park)
    sentier(name_fr="Boucle du Marais")
    return park


@pytest.fixture
def home(network, live_server, page):
    """The first page, with whatever it did that it must not."""
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            wrong.append(request.url)
            if live_server.url not in request.url and not request.url.startswith(("data:", "blob:"))
            else None
        ),
    )
    page.goto(live_server.url)
    yield page
    assert wrong == []
    assert page.context.cookies() == []


def live_map(page):
    expect(page.locator(".leaflet-container")).to_be_visible()
    return page.locator(".leaflet-container")


def test_the_map_that_takes_the_focus_says_which_keys_move_it(home):
    live_map(home)
    place = home.get_by_role("group", name="Carte : flèches pour la déplacer, + et − pour l’échelle")
    place.focus()
    there = home.url
    home.keyboard.press("ArrowRight")
    expect(home).not_to_have_url(there)


def test_search_changes_list_count_address_and_map_together(home):
    live_map(home)
    home.get_by_label("Lieu ou commune").fill("héron")
    expect(home.get_by_role("status")).to_have_text("1 lieu")
    expect(home.locator(".card")).to_have_count(1)
    expect(home.locator(".sign")).to_have_count(1)
    assert "q=h%C3%A9ron" in home.url
    home.reload()
    expect(home.locator(".card")).to_have_count(1)


def test_kinds_filter_and_everything_comes_back(home):
    home.locator(".chip", has_text="Cabanes").click()
    expect(home.locator(".card")).to_have_count(1)
    home.get_by_role("link", name="Tout afficher").click()
    expect(home.locator(".card")).to_have_count(3)


UNSTATED = "Aucun lieu n’est signalé comme accessible ainsi ; pour d’autres, personne ne l’a encore dit."
# Whether anything is drawn of the parks, whose layer lies at this height.
PARKS_DRAWN = """() => [...document.querySelectorAll('.leaflet-layer')].filter(layer => layer.style.zIndex === '20')
  .flatMap(layer => [...layer.querySelectorAll('canvas')])
  .some(tile => tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data.some(each => each))"""


@pytest.mark.parametrize("asked", ["chip", "words"])
def test_an_answer_without_places_is_what_the_page_would_say(home, asked):
    live_map(home)
    if asked == "chip":
        home.locator(".chip", has_text="Poussette").click()
        said = UNSTATED
    else:
        home.get_by_label("Lieu ou commune").fill("poussette")
        home.get_by_label("Lieu ou commune").press("Enter")
        said = "Aucun lieu ne correspond."
    expect(home.get_by_role("status")).to_have_text("0 lieu")
    expect(home.locator(".nothing")).to_contain_text(said)
    told = home.locator("#resultats").inner_text()
    home.reload()
    assert home.locator("#resultats").inner_text() == told
    expect(home.get_by_role("link", name="Tout afficher")).to_have_count(1)
    if asked == "chip":
        home.get_by_role("link", name="Les voir sans ce filtre").click()
        expect(home.locator(".card")).to_have_count(3)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_how_many_places_a_filter_leaves_is_seen_where_one_filters(home, width, height):
    home.set_viewport_size({"width": width, "height": height})
    live_map(home)
    home.wait_for_function(PARKS_DRAWN)
    home.locator(".chip", has_text="Poussette").click()
    expect(home.get_by_role("status")).to_have_text("0 lieu")
    expect(home.get_by_role("status")).to_be_in_viewport(ratio=1)
    expect(home.get_by_role("link", name="Tout afficher")).to_be_in_viewport(ratio=1)
    assert home.evaluate("scrollY") == 0
    expect(home.locator(".sign")).to_have_count(0)
    home.wait_for_function(f"!({PARKS_DRAWN})()")
    assert not home.evaluate(PARKS_DRAWN)
    home.get_by_role("link", name="Tout afficher").click()
    home.wait_for_function(PARKS_DRAWN)


def test_the_next_page_follows_the_answer(network, live_server, page):
    for number in range(201):
        cabane(name_fr=f"Cabane {number}", park=network)
    page.goto(f"{live_server.url}/?q=marais")
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_label("Lieu ou commune").fill("")
    expect(page.locator(".card")).to_have_count(60)
    page.get_by_role("link", name="Lieux suivants").click()
    expect(page).to_have_url(re.compile("page=2"))


def test_the_map_keeps_its_place_in_the_address_and_back_returns_to_it(home):
    live_map(home)
    home.get_by_role("button", name="Voir Cabane du Héron sur la carte").click()
    expect(home).to_have_url(re.compile(r"#1[4-8](\.\d+)?/50\.40\d+/2\.80\d+"))
    there = home.url
    home.get_by_role("link", name="Cabane du Héron").click()
    expect(home.get_by_role("heading", level=1)).to_contain_text("Cabane du Héron")
    home.go_back()
    expect(home).to_have_url(there)


def test_first_stops_of_the_keyboard_lead_to_list_and_search(home):
    home.keyboard.press("Tab")
    expect(home.locator(":focus")).to_have_text("Aller à la liste des lieux")
    home.keyboard.press("Tab")
    expect(home.locator(":focus")).to_have_text("Aller à la recherche")


def test_near_me_sorts_in_the_browser_and_tells_nobody(home):
    home.context.grant_permissions(["geolocation"])
    home.context.set_geolocation({"latitude": 50.405, "longitude": 2.805})
    asked = []
    home.on("request", lambda request: asked.append(request.url))
    home.get_by_role("button", name="Près de moi").click()
    expect(home.locator("#position")).to_contain_text("Votre position reste dans votre téléphone")
    home.get_by_role("button", name="Continuer").click()
    expect(home.locator(".card__away").first).to_contain_text("km")
    home.locator(".chip", has_text="Cabanes").click()
    expect(home.locator(".card")).to_have_count(1)
    expect(home.locator(".card__away")).to_contain_text("km")
    assert not [url for url in asked if "2.80" in url or "50.40" in url]
    assert "2.80" not in home.url


def test_a_refused_position_is_a_normal_state(home):
    home.get_by_role("button", name="Près de moi").click()
    home.get_by_role("button", name="Continuer").click()
    expect(home.get_by_role("alert")).to_contain_text("Choisissez une commune")
    expect(home.get_by_role("status")).to_have_text("3 lieux")


def test_a_closure_is_the_first_thing_said(network, live_server, page):
    fermeture(title_fr="Passerelle en travaux", geom=box())
    page.goto(live_server.url)
    expect(page.locator(".home__closures")).to_contain_text("Passerelle en travaux")
    expect(page.locator(".card[data-closed]").first).to_contain_text("Fermé")


def test_without_javascript_the_page_is_complete(network, live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/?q=canal")
    expect(page.locator(".card")).to_have_count(1)
    page.locator("#q").fill("marais")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".card__title")).to_have_text("Boucle du Marais")
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_scrolls_sideways(home, width):
    home.set_viewport_size({"width": width, "height": 800})
    assert home.evaluate("document.documentElement.scrollWidth") <= width
