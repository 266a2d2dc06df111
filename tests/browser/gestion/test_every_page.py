"""axe with the WCAG 2.2 AA rules, targets, and a quiet console on every page of the managers' space and the administration."""

import pytest
from django.conf import settings

from tests.browser.gestion.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("live")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Buttons and what stands for one: 44 px, as a finger wants.
SMALL = """() => [...document.querySelectorAll('main button, main .button, main select, main input:not([type=hidden]), main summary')]
  .filter(each => each.checkVisibility() && !each.closest('.leaflet-container'))
  .map(each => [each, each.closest('label') ?? each]).map(([each, box]) => [each.outerHTML.slice(0, 90), box.getBoundingClientRect()])
  .filter(([, box]) => box.height < 40 || box.width < 24).map(([html, box]) => `${html} ${box.width}×${box.height}`)"""


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_passes_axe_reflows_and_suits_a_finger(mine, addresses, live_server, browser, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    sign_in(context, live_server, mine.publisher)
    page = context.new_page()
    axe = (settings.ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = []
    for address in addresses:
        page.goto(live_server.url + address)
        page.evaluate("document.querySelectorAll('details.fold').forEach(each => { each.open = true })")
        page.wait_for_timeout(300)
        page.evaluate(axe)
        result = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        found += [(address, each["id"], each["nodes"][0]["html"][:200]) for each in result["violations"]]
        found += [(address, "small", each) for each in page.evaluate(SMALL)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, "sideways scroll"))
    context.close()
    assert found == []


def test_no_other_host_and_a_quiet_console(mine, addresses, live_server, browser):
    asked, said = [], []
    for person, more in ((mine.publisher, addresses), (mine.boss, administration(mine))):
        context = browser.new_context()
        sign_in(context, live_server, person)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append((message.location.get("url"), message.text)))
        page.on("pageerror", lambda error: said.append(("error", str(error))))
        for address in more:
            page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
        context.close()
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert said == []


def administration(mine):
    root = "/administration"
    return [
        f"{root}/", f"{root}/parcs/autorite/", f"{root}/parcs/autorite/{mine.call.pk}/change/", f"{root}/parcs/autorite/add/",
        f"{root}/parcs/adhesion/add/", f"{root}/agenda/projetlabel/add/", f"{root}/agenda/chiffrecle/add/",
        f"{root}/geodata/subscription/{mine.webhook.pk}/change/", "/gestion/travaux/", f"{root}/carte/cartepartenaire/add/", f"{root}/comptes/user/{mine.boss.pk}/change/",
    ]  # fmt: skip
