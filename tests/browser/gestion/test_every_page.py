"""axe with the WCAG 2.2 AA rules, targets, and a quiet console on every page of the managers' space and the administration."""

import pytest

from tests.browser import axe
from tests.browser.gestion.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
# Buttons and what stands for one: 44 px, as a finger wants.
SMALL = """() => [...document.querySelectorAll('main button, main .button, main select, main input:not([type=hidden]), main summary')]
  .filter(each => each.checkVisibility() && !each.closest('.leaflet-container'))
  .map(each => [each, each.closest('label') ?? each]).map(([each, box]) => [each.outerHTML.slice(0, 90), box.getBoundingClientRect()])
  .filter(([, box]) => box.height < 40 || box.width < 24).map(([html, box]) => `${html} ${box.width}×${box.height}`)"""


@pytest.fixture
def opened(live_server, browser, request):
    """A page signed in as somebody, what it asks for and what its console says."""
    contexts = []

    def of(person):
        context = browser.new_context()
        contexts.append(context)
        sign_in(context, live_server, person)
        axe.bring(context)
        page, said = context.new_page(), []
        asked = axe.Asked(page)
        page.on("console", lambda message: said.append((message.location.get("url"), message.text)))
        page.on("pageerror", lambda error: said.append(("error", str(error))))
        return page, asked, said

    yield of
    for each in contexts:
        each.close()


def elsewhere(asked, live_server):
    return [url for url in asked.addresses if not url.startswith((live_server.url, "data:", "blob:"))]


def test_every_page_passes_axe_reflows_suits_a_finger_asks_nobody_else_and_is_quiet(
    mine, addresses, live_server, opened
):
    page, asked, said = opened(mine.publisher)
    found = []
    for address in addresses:
        page.goto(live_server.url + address)
        page.evaluate("document.querySelectorAll('details.fold').forEach(each => { each.open = true })")
        asked.settle()
        wrong = axe.faults(page, (1280, 390), lambda: [("small", each) for each in page.evaluate(SMALL)])
        found += [(address, *each) for each in wrong]
    assert found == []
    assert elsewhere(asked, live_server) == []
    assert said == []


def test_the_administration_asks_nobody_else_and_is_quiet(mine, live_server, opened):
    page, asked, said = opened(mine.boss)
    for address in administration(mine):
        page.goto(live_server.url + address)
        asked.settle()
    assert elsewhere(asked, live_server) == []
    assert said == []


def administration(mine):
    root = "/administration"
    return [
        f"{root}/", f"{root}/parcs/autorite/", f"{root}/parcs/autorite/{mine.call.pk}/change/", f"{root}/parcs/autorite/add/",
        f"{root}/parcs/adhesion/add/", f"{root}/agenda/projetlabel/add/", f"{root}/agenda/chiffrecle/add/",
        f"{root}/geodata/subscription/{mine.webhook.pk}/change/", "/gestion/travaux/", f"{root}/carte/cartepartenaire/add/", f"{root}/comptes/user/{mine.boss.pk}/change/",
    ]  # fmt: skip
