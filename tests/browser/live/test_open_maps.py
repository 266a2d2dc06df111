"""A change by the API is on every open map, without a reload and without polling."""

import json
import time
from urllib.request import Request, urlopen

import pytest
from knox.models import AuthToken
from playwright.sync_api import expect

from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import autorite, box, commune, member, parc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(transactional_db):
    commune(name_fr="Lens", slug="lens", geom=box(2.7, 50.3, 2.9, 50.5))
    authority = autorite()
    place = parc(name_fr="Parc du Canal", authority=authority)
    made = cabane(name_fr="Cabane du Héron", park=place, authority=authority)
    carte(slug="reseau", layers=[{"collection": "cabanes", "colour": "#7a2e12"}])
    return made, AuthToken.objects.create(user=member(authority=authority))[1]


def edit(base, feature, token, properties):
    request = Request(
        f"{base}/api/collections/cabanes/items/{feature.uuid}",
        data=json.dumps({"properties": properties}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"},
        method="PATCH",
    )
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 200


@pytest.fixture
def opened(network, live_server, context):
    """Opens a page and waits until its stream says from where on it tells."""
    asked = []

    def one(path):
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_response(lambda response: "/api/live" in response.url):
            page.goto(f"{live_server.url}{path}")
        return page

    one.asked = asked
    yield one
    for page in context.pages:
        page.close()


def test_an_edit_is_on_two_open_maps_and_in_an_embedded_one(network, live_server, opened):
    made, token = network
    first, second, embedded = opened("/"), opened("/?k=cabanes"), opened("/carte/reseau/")
    for page in (first, second):
        expect(page.locator(".card", has_text="Cabane du Héron")).to_have_count(1)
    expect(embedded.locator(".embed__sign")).to_have_count(1)
    first.bring_to_front()
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    for page in (first, second):
        expect(page.locator(".card", has_text="Cabane du Martin-pêcheur")).to_have_count(1)
    expect(embedded.get_by_role("button", name="Cabane du Martin-pêcheur")).to_have_count(1)
    edit(live_server.url, made, token, {"status": "archived"})
    for page in (first, second):
        expect(page.locator(".card", has_text="Martin-pêcheur")).to_have_count(0)
        expect(page.locator(".sign--cabanes")).to_have_count(0)
    assert not any("/api/changes" in url for url in opened.asked)


def test_a_card_that_did_not_change_keeps_the_focus(network, live_server, opened):
    made, token = network
    page = opened("/")
    park = page.locator(".card", has_text="Parc du Canal").get_by_role("link")
    park.focus()
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    expect(page.locator(".card", has_text="Martin-pêcheur")).to_have_count(1)
    expect(park).to_be_focused()


def test_a_page_that_nobody_sees_listens_to_nothing_and_catches_up(network, live_server, opened):
    made, token = network
    page = opened("/")
    seen = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true});"
    tell = "document.dispatchEvent(new Event('visibilitychange'))"
    with page.expect_event("requestfailed", lambda request: "/api/live" in request.url):
        page.evaluate(seen % "hidden" + tell)
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    with page.expect_response(lambda response: "/api/live" in response.url):
        page.evaluate(seen % "visible" + tell)
    expect(page.locator(".card", has_text="Martin-pêcheur")).to_have_count(1)


def test_a_change_that_is_read_late_does_not_undo_a_filter(network, live_server, opened):
    made, token = network
    page = opened("/")
    expect(page.locator(".sign--cabanes")).to_have_count(1)
    held = []
    page.route(lambda url: url.rstrip("/") == live_server.url, lambda route: held.append(route))  # noqa: PLW0108  (Playwright counts arguments)
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    until = time.monotonic() + 5
    while not held and time.monotonic() < until:
        page.wait_for_timeout(50)
    (late,) = held
    page.get_by_label("Lieu ou commune").fill("canal")
    expect(page.locator(".card")).to_have_count(1)
    late.continue_()
    page.wait_for_timeout(500)
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".card")).to_contain_text("Parc du Canal")
