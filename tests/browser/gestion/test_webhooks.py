"""The answer of a message that was just sent appears by itself."""

from playwright.sync_api import expect

from geodata.models import Delivery
from tests.browser.gestion.conftest import sign_in


def test_the_answer_of_a_try_appears_without_reloading(mine, live_server, browser):
    context = browser.new_context()
    sign_in(context, live_server, mine.webhook.owner)
    page = context.new_page()
    page.goto(f"{live_server.url}/gestion/webhooks/{mine.webhook.pk}/")
    page.get_by_role("button", name="Envoyer un essai").click()
    first = page.locator("#journal li").first
    expect(first).to_contain_text("en attente")
    Delivery.objects.filter(kind="test").update(state="delivered", attempts=1, status=204, duration_ms=12)
    expect(first).to_contain_text("reçu")
    expect(first).to_contain_text("204")
    assert page.locator("#journal li").count() == 2
    page.goto(f"{live_server.url}/gestion/webhooks/{mine.webhook.pk}/")
    expect(page.locator("[data-waits]")).to_have_count(0)
    context.close()
