"""axe with the WCAG 2.2 AA rules on one page of each kind, on a narrow phone and a desk; no sideways scroll."""

import pytest
from django.conf import settings

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("width", [320, 1280])
def test_every_kind_of_page_passes_axe_and_reflows(network, live_server, browser, width):
    # axe is evaluated in the page: this context leaves the policy out, the other tests keep it.
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    axe = (settings.ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = []
    for address in network:
        page.goto(live_server.url + address)
        page.evaluate(axe)
        result = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        found += [(address, each["id"], each["nodes"][0]["html"]) for each in result["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((address, "sideways scroll"))
    context.close()
    assert found == []
