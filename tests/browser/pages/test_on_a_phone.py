"""Pages at the width of a phone: nothing scrolls sideways, results come first, a sign stays beside its words."""

import pytest

from agenda.models import ChiffreCle
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

LONG = "Ancienne carrière Vicat et sites voisins du bois des Hautois de Loison-sous-Lens"
SCROLLED = """() => [document.documentElement, ...document.querySelectorAll('.table-scroll')]
  .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.className + ' ' + each.scrollWidth)"""
# Less than 24 px either way (WCAG 2.5.8).
SMALL = """() => [...document.querySelectorAll('main .entries__name, main summary, main button')].filter(each => each.checkVisibility())
  .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()]).filter(([, box]) => box.height < 24 || box.width < 24)
  .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
# Middles of the sign before a crumb and of the first line of its words.
APART = """() => { const crumb = document.querySelectorAll('.crumbs li')[1], words = crumb.firstElementChild.getClientRects()[0];
  return [crumb.getBoundingClientRect().left, words.left, words.top - crumb.getBoundingClientRect().top]; }"""


@pytest.fixture
def phone(browser):
    """A page of a phone, without scripts."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("prefix", ["", "/en", "/nl"])
def test_no_page_nor_table_scrolls_sideways(network, live_server, phone, prefix):
    ChiffreCle.objects.create(
        slug="a", label_fr="Habitants du Pôle métropolitain (arrondi officiel)", value=650000, unit="habitants",
        date_text="2026 (npm 6.0.0)", source="@etalab/decoupage-administratif 6.0.0", note="Somme de communes.csv.", fact_confidence="high",
    )  # fmt: skip
    found = []
    for address in [
        "/chiffres-cles/",
        "/partenaires/etat/",
        "/partenaires/",
        "/agenda/",
        "/historique/",
        "/parcs/parc/",
        "/sentiers/",
    ]:
        phone.goto(live_server.url + prefix + address)
        found += [(address, each) for each in phone.evaluate(SCROLLED)]
    assert found == []


@pytest.mark.parametrize("scripts", [True, False])
def test_after_filtering_the_results_come_first(network, live_server, browser, scripts):
    sentier(slug="marche", practices=["pedestre"])
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{live_server.url}/sentiers/")
    page.get_by_text("Plus de filtres").click()
    page.get_by_label("Pratiques").select_option("pedestre")
    page.get_by_role("button", name="Filtrer").click()
    page.wait_for_url("**practices=pedestre**")
    assert page.locator(".filters__active").inner_text() == "1 actif"
    card = page.locator(".card").first.bounding_box()
    assert card["y"] + card["height"] < 844
    page.goto(live_server.url)
    page.locator(".chip", has_text="Sentiers").click()
    page.get_by_role("button", name="Chercher").click()
    page.wait_for_url("**k=sentiers**")
    for _turn in range(100 if scripts else 0):
        if page.locator("#resultats").bounding_box()["y"] < 120:
            break
        page.wait_for_timeout(50)
    first = page.locator(".card").first.bounding_box()
    assert 0 < first["y"] + first["height"] < 844
    context.close()


def test_the_sign_between_crumbs_stays_beside_a_long_name(network, live_server, phone):
    area = parc(name_fr=LONG, slug="long")
    cabane(name_fr="Écrevisse", slug="ecrevisse", park=area)
    sentier(name_fr=LONG, slug="long")
    for address in ("/cabanes/ecrevisse/", "/sentiers/long/"):
        phone.goto(live_server.url + address)
        left, words, below = phone.evaluate(APART)
        assert words > left + 8
        assert below < 12


def test_links_to_places_and_what_unfolds_suit_a_finger(network, live_server, phone):
    found = []
    for address in ("/", "/parcs/parc/", "/cabanes/cabane/", "/sentiers/", "/agenda/"):
        phone.goto(live_server.url + address)
        found += [(address, each) for each in phone.evaluate(SMALL)]
    assert found == []
