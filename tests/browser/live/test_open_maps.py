"""A change by the API is on every open map, without a reload and without polling."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from knox.models import AuthToken
from playwright.sync_api import expect

from cabanes.models import Cabane
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


def test_the_list_of_a_frame_follows_with_its_map(network, live_server, opened):
    made, token = network
    page = opened("/integrer/cabanes/")
    page.locator("summary").click()
    link = page.locator(".embed__list li a")
    expect(link).to_have_text(["Cabane du Héron"])
    link.focus()
    cabane(name_fr="Au loin", park=made.park, authority=made.authority)
    expect(page.locator(".embed__list li a")).to_have_text(["Au loin", "Cabane du Héron"], timeout=10_000)
    expect(page.locator("summary")).to_contain_text("2 lieux")
    expect(page.get_by_role("link", name="Cabane du Héron")).to_be_focused()
    edit(live_server.url, made, token, {"name_fr": "Cabane du Butor"})
    expect(page.locator(".embed__list li a")).to_have_text(["Au loin", "Cabane du Butor"], timeout=10_000)
    assert page.locator("details").evaluate("details => details.open")


def test_the_frame_of_a_cabin_that_is_withdrawn_says_so_until_it_is_back(network, live_server, opened):
    made, token = network
    page = opened(f"/integrer/cabanes/?fiche={made.slug}")
    expect(page.locator("h1")).to_have_text("Cabane du Héron")
    edit(live_server.url, made, token, {"status": "archived"})
    expect(page.get_by_role("alert")).to_contain_text("n’existe pas", timeout=10_000)
    edit(live_server.url, made, token, {"status": "published"})
    expect(page.locator("h1")).to_have_text("Cabane du Héron", timeout=10_000)


def test_a_list_sorted_by_distance_stays_so_when_something_changes(network, live_server, opened, context):
    made, token = network
    cabane(name_fr="Cabane de l’Autre", park=made.park, geom="SRID=4326;POINT(2.85 50.45)")
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 50.45, "longitude": 2.85})
    page = opened("/?k=cabanes")
    page.get_by_role("button", name="Près de moi").click()
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator(".card__title")).to_have_text(["Cabane de l’Autre", "Cabane du Héron"])
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    expect(page.locator(".card__title")).to_have_text(["Cabane de l’Autre", "Cabane du Martin-pêcheur"])
    expect(page.locator(".card__away")).to_have_count(2)


# In every document of a page: when each of the words first stood in it.
WATCHED = """
window.seen = {};
new MutationObserver(() => {
  const text = document.documentElement?.outerHTML ?? "";
  for (const word of %s) if (!(word in seen) && text.includes(word)) seen[word] = Date.now();
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""


@pytest.fixture
def elsewhere(live_server):
    """A site of another origin: the frame of the cabins on its first page, their component on `/composant`."""

    class Partner(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            piece = (
                f'<iframe src="{live_server.url}/integrer/cabanes/" title="Cabanes" width="600" height="480"></iframe>'
            )
            if self.path == "/composant":
                script = f'<script src="{live_server.url}/integrer/chaine-des-parcs.js" async></script>'
                piece = f'{script}<chaine-des-parcs collection="cabanes"></chaine-des-parcs>'
            self.wfile.write(f"<!doctype html><title>Office</title>{piece}".encode())

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def seconds_until_seen(frames, word, committed_at):
    """For each document, how long after the commit it showed the word."""
    for frame in frames.values():
        frame.wait_for_function("word => word in seen", arg=word, timeout=20_000)
    return {name: frame.evaluate("word => seen[word]", word) / 1000 - committed_at for name, frame in frames.items()}


def test_a_commit_is_on_every_kind_of_map_within_two_seconds(
    network, live_server, elsewhere, opened, context, monkeypatch
):
    # Whether the database calls, not whether somebody looks often enough.
    monkeypatch.setattr("geodata.live.broadcast.LOOK_S", 5.0)
    made, _token = network
    words = [f"Martin-pêcheur {number}" for number in range(3)]
    context.add_init_script(WATCHED % json.dumps(words))
    frames = {
        "home": opened("/").main_frame,
        "record": opened(f"/cabanes/{made.slug}/").main_frame,
        "partner's map": opened("/carte/reseau/").main_frame,
        "partners' page": opened("/partenaires/").main_frame,
    }
    site = context.new_page()
    with site.expect_response(lambda response: "/api/live" in response.url):
        site.goto(elsewhere)
    frames["frame on another site"] = site.frames[1]
    for name in ("partner's map", "frame on another site"):
        expect(frames[name].get_by_role("button", name="Cabane du Héron")).to_have_count(1)
    worst = []
    for word in words:
        Cabane.objects.filter(pk=made.pk).update(name_fr=word)
        took = seconds_until_seen(frames, word, time.time())
        worst.append((max(took.values()), took))
    # The best of three: a machine that is busy elsewhere makes one of them late, a stream that does not tell all.
    assert min(worst)[0] < 2, worst


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


def test_the_answer_of_the_partners_page_follows_and_its_map_stays_where_it_is(network, live_server, opened):
    made, token = network
    page = opened("/partenaires/")
    pin, row = page.locator(".partners__pin"), page.locator(".answer__rows a")
    expect(pin).to_have_count(1)
    row.focus()
    page.get_by_role("button", name="Zoomer", exact=True).click()
    shown = page.locator("#carte-zone .map__live").element_handle()
    expect(page.locator("#compte")).to_contain_text("1 fiche")
    # In one step: what the stream tells at first puts another pin in its place.
    before = pin.evaluate("pin => pin.getBoundingClientRect().x")
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    expect(row).to_have_text("Cabane du Martin-pêcheur")
    Cabane.objects.filter(pk=made.pk).update(geom="SRID=4326;POINT(2.802 50.401)")
    page.wait_for_function("x => document.querySelector('.partners__pin').getBoundingClientRect().x !== x", arg=before)
    assert shown.evaluate("map => map.isConnected")
    edit(live_server.url, made, token, {"status": "archived"})
    expect(pin).to_have_count(0)
    expect(page.locator("#fiches")).to_have_text("Aucune fiche ne correspond. Retirez un filtre.")
    expect(page.locator("#compte")).to_contain_text("0 fiche")


@pytest.fixture
def component(network, live_server, elsewhere, context):
    """A page of another site with the component, once its stream says from where on it tells."""
    page = context.new_page()
    with page.expect_response(lambda response: "/api/live" in response.url):
        page.goto(f"{elsewhere}composant")
    yield page
    page.close()


def test_the_component_on_another_site_follows_and_keeps_the_focus(network, live_server, component):
    made, token = network
    link, picture = component.locator("chaine-des-parcs li a"), component.locator("chaine-des-parcs img")
    link.focus()
    before = picture.get_attribute("src")
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    expect(link).to_have_text("Cabane du Martin-pêcheur")
    expect(link).to_be_focused()
    assert picture.get_attribute("src") != before
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_a_component_about_what_is_withdrawn_no_longer_shows_it(network, live_server, component):
    made, token = network
    component.locator("chaine-des-parcs").evaluate("(piece, slug) => piece.setAttribute('fiche', slug)", made.slug)
    expect(component.locator("chaine-des-parcs h2")).to_have_text("Cabane du Héron")
    edit(live_server.url, made, token, {"status": "archived"})
    expect(component.locator("chaine-des-parcs li")).to_have_count(0)
    expect(component.get_by_role("alert")).to_be_visible()
    edit(live_server.url, made, token, {"status": "published"})
    expect(component.locator("chaine-des-parcs h2")).to_have_text("Cabane du Héron")


def test_the_interactive_map_of_a_component_is_not_loaded_again_by_a_change(network, live_server, component):
    made, token = network
    component.get_by_role("button", name="Carte interactive").click()
    frame = component.frame_locator("chaine-des-parcs iframe")
    expect(frame.locator(".embed__sign")).to_have_count(1)
    component.frames[1].evaluate("window.kept = true")
    edit(live_server.url, made, token, {"name_fr": "Cabane du Martin-pêcheur"})
    expect(component.locator("chaine-des-parcs li a")).to_have_text("Cabane du Martin-pêcheur")
    assert component.frames[1].evaluate("window.kept")


def test_a_component_that_leaves_the_page_or_is_not_seen_listens_to_nothing(
    network, live_server, elsewhere, context, component
):
    with component.expect_event("requestfailed", lambda request: "/api/live" in request.url):
        component.locator("chaine-des-parcs").evaluate("piece => piece.remove()")
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("addEventListener('DOMContentLoaded', () => { document.body.style.paddingTop = '4000px' })")
    page.goto(f"{elsewhere}composant")
    expect(page.locator("chaine-des-parcs li a")).to_have_count(1)
    assert not any("/api/live" in url for url in asked)
    with page.expect_response(lambda response: "/api/live" in response.url):
        page.locator("chaine-des-parcs").scroll_into_view_if_needed()
