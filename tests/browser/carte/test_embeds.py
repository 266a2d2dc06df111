"""Maps of partners in Chromium: in a frame, as a file without network, with hostile names."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from playwright.sync_api import expect

from cabanes.models import Cabane
from tests.browser import axe
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import sentier

HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def hostile(transactional_db):
    """A network whose every name tries to break out."""
    commune(slug="lens", name_fr=HOSTILE, population=40000, geom=box(2.7, 50.3, 2.95, 50.5))
    place = parc(slug="parc", name_fr=HOSTILE, geom=box(2.80, 50.40, 2.83, 50.42), geom_quality="schematic")
    cabane(slug="cabane", name_fr=HOSTILE, authority=place.authority, geom=Point(2.86, 50.44, srid=4326))
    sentier(slug="sentier", name_fr=HOSTILE, authority=place.authority, geom_quality="schematic", instructions_fr="")
    layers = [
        {"collection": "communes", "colour": "#faf6ec", "ground": True},
        {"collection": "parcs", "colour": "#1f6b45", "title_fr": HOSTILE},
        {"collection": "sentiers", "colour": "#9a3b12"},
        {"collection": "cabanes", "colour": "#7a2e12"},
    ]
    return carte(slug="reseau", title_fr=HOSTILE, layers=layers)


def watched(context):
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    return page


def unharmed(page):
    assert page.said == []
    assert page.title() != "taken"
    assert page.locator("img[src='x']").count() == 0


def test_live_map_shows_every_layer_and_no_name_breaks_out(hostile, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/carte/reseau/")
    expect(page.locator(".sign--parc")).to_have_count(1)
    expect(page.locator(".sign--cabane")).to_have_count(1)
    page.get_by_role("button", name="Cabanes").first.click()
    card = page.locator(".embed__card")
    expect(card.locator("strong")).to_have_text(HOSTILE)
    assert card.locator("a").get_attribute("href") == "/cabanes/cabane/"
    page.locator("#map_carte").press("Escape")
    expect(card).to_have_count(0)
    page.locator(".leaflet-control-layers").hover()
    expect(page.locator(".leaflet-control-layers-overlays label").first).to_contain_text(HOSTILE)
    page.locator(".leaflet-control-layers-overlays input").first.uncheck()
    expect(page.locator(".sign--parc")).to_have_count(0)
    unharmed(page)
    assert [url for url in page.asked if not url.startswith((live_server.url, "data:"))] == []
    assert context.cookies() == []
    assert context.storage_state()["origins"] == []


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("", "Choisir ce que la carte montre"),
        ("/en", "Choose what the map shows"),
        ("/nl", "Kiezen wat de kaart toont"),
    ],
)
def test_the_button_of_the_layers_speaks_the_language_of_the_page(hostile, live_server, context, prefix, name):
    page = context.new_page()
    page.goto(f"{live_server.url}{prefix}/carte/reseau/")
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_have_attribute("title", name)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-control-layers-overlays label").first).to_be_visible()


def test_a_schematic_shape_says_so(hostile, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/carte/reseau/")
    page.locator(".sign--parc").click()
    expect(page.locator(".embed__card em")).to_contain_text("schématique")
    page.goto(f"{live_server.url}/en/carte/reseau/")
    page.locator(".sign--parc").click()
    expect(page.locator(".embed__card em")).to_contain_text("chematic")


def test_a_place_added_through_the_api_is_there_at_the_next_view(hostile, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/carte/reseau/")
    expect(page.locator(".sign--cabane")).to_have_count(1)
    cabane(slug="nouvelle", authority=hostile.authority or parc().authority, geom=Point(2.88, 50.46, srid=4326))
    page.reload()
    expect(page.locator(".sign--cabane")).to_have_count(2)


def test_failed_data_is_said_in_words(hostile, live_server, context):
    page = context.new_page()
    page.route("**/api/collections/cabanes/items**", lambda route: route.abort())
    page.goto(f"{live_server.url}/carte/reseau/")
    expect(page.get_by_role("status")).to_contain_text("La liste reste complète")
    expect(page.locator(".sign--parc")).to_have_count(1)


def test_a_closure_appears_on_an_open_map_within_five_minutes(hostile, live_server, context):
    hostile.layers = [{"collection": "parcs"}, {"collection": "fermetures", "colour": "#8c1d18"}]
    hostile.save()
    page = watched(context)
    page.clock.install()
    with page.expect_response("**/api/collections/fermetures/items**"):
        page.goto(f"{live_server.url}/carte/reseau/")
    expect(page.locator(".sign--parc")).to_have_count(1)
    fermeture(title_fr="Passerelle", geom=box(2.81, 50.40, 2.82, 50.41))
    fermeture(title_fr=HOSTILE, geom=None)
    page.clock.fast_forward(301_000)
    expect(page.locator(".sign--fermeture")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text(f"Fermetures : {HOSTILE}.")
    unharmed(page)


def test_a_layer_too_large_for_one_map_is_read_for_what_is_in_view(hostile, live_server, context):
    page = context.new_page()
    asked = []

    def answer(route):
        asked.append(parse_qs(urlsplit(route.request.url).query))
        feature = {
            "type": "Feature",
            "id": "x",
            "geometry": {"type": "Point", "coordinates": [2.82, 50.41]},
            "properties": {"name_fr": "Une", "slug": "une"},
        }
        body = {"type": "FeatureCollection", "features": [feature], "links": []}
        route.fulfill(json=body if "bbox" in asked[-1] else body | {"numberMatched": 9000})

    page.route("**/api/collections/cabanes/items**", answer)
    page.goto(f"{live_server.url}/carte/reseau/")
    expect(page.locator(".sign--cabane")).to_have_count(1)
    assert ["bbox" in query for query in asked] == [False, True]
    expect(page.get_by_role("status")).to_contain_text("agrandissez")
    with page.expect_response(lambda response: "/api/collections/cabanes/items" in response.url):
        page.get_by_role("button", name="Agrandir").click()
    assert len(asked) >= 3
    assert "bbox" in asked[-1]


def test_map_of_a_figure_tells_name_and_value_as_text(hostile, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/carte/chiffres/habitants/")
    page.locator("#map_carte").click(position={"x": 640, "y": 250})
    expect(page.locator(".embed__card strong")).to_have_text(HOSTILE)
    expect(page.locator(".embed__card span")).to_contain_text("40")
    unharmed(page)


def test_file_works_from_disk_without_any_network(hostile, context, tmp_path):
    target = tmp_path / "carte hors ligne.html"
    call_command("export_map", "reseau", output=target, stdout=StringIO())
    context.set_offline(True)
    page = watched(context)
    page.goto(target.as_uri())
    expect(page.locator(".sign--parc")).to_have_count(1)
    expect(page.locator(".sign--cabane")).to_have_count(1)
    page.locator(".sign--cabane").click()
    expect(page.locator(".embed__card strong")).to_have_text(HOSTILE)
    unharmed(page)
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


def test_only_an_allowed_site_may_show_the_map(hostile, live_server, context):
    class Partner(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe src='{live_server.url}/carte/reseau/' title='carte'></iframe>".encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    partner = f"http://127.0.0.1:{server.server_port}"
    try:
        hostile.allowed_sites = ["https://www.autre.example"]
        hostile.save()
        page = context.new_page()
        page.goto(partner)
        expect(page.frame_locator("iframe").locator(".sign--parc")).to_have_count(0)
        hostile.allowed_sites = [partner]
        hostile.save()
        page.goto(partner)
        expect(page.frame_locator("iframe").locator(".sign--parc")).to_have_count(1)
        assert json.dumps(context.cookies()) == "[]"
    finally:
        server.shutdown()
        server.server_close()


def test_maps_for_frames_pass_axe_and_reflow(hostile, live_server, context):
    axe.bring(context)
    page = context.new_page()
    hostile.title_fr = "Le réseau"
    hostile.save()
    for address in ("/carte/reseau/", "/carte/chiffres/parcs/"):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + address)
            page.locator(".leaflet-control-zoom").wait_for()
            assert axe.faults(page, [width]) == [], address


PLACES = """selectors => selectors.map(one => [...document.querySelectorAll(one)].map(each => each.getBoundingClientRect())
  .filter(each => each.width).map(({ x, y, width, height }) => ({ x, y, width, height })))"""


def test_names_of_towns_do_not_overlap_on_a_phone(hostile, live_server, browser, tmp_path):
    for n, name in enumerate(("Bruay-la-Buissière", "Hénin-Beaumont", "Nœux-les-Mines", "Billy-Montigny")):
        west = 2.76 + 0.02 * n
        commune(
            name_fr=name,
            slug=f"ville-{n}",
            insee_code=f"6289{n}",
            population=20000 - n,
            geom=box(west, 50.40, west + 0.02, 50.42),
        )
    target = tmp_path / "carte.html"
    call_command("export_map", "reseau", output=target, stdout=StringIO())
    context = browser.new_context(viewport={"width": 390, "height": 844})
    for address in (f"{live_server.url}/carte/reseau/", target.as_uri()):
        page = context.new_page()
        page.goto(address)
        expect(page.locator(".town").first).to_be_visible()
        expect(page.locator(".sign--parc")).to_have_count(1)
        expect(page.locator(".sign--cabane")).to_have_count(1)
        # At one moment: a name may give way to another between two questions.
        boxes, signs = page.evaluate(PLACES, [".town", ".sign"])
        meeting = [
            (one, other)
            for n, one in enumerate(boxes)
            for other in [*boxes[:n], *signs]
            if one["x"] < other["x"] + other["width"]
            and other["x"] < one["x"] + one["width"]
            and one["y"] < other["y"] + other["height"]
            and other["y"] < one["y"] + one["height"]
        ]
        assert len(boxes) > 1
        assert meeting == []
        stage = page.locator("#map_carte").bounding_box()
        assert all(
            stage["x"] <= each["x"] and each["x"] + each["width"] <= stage["x"] + stage["width"] for each in boxes
        )
    context.close()


def test_the_name_in_a_card_is_in_the_language_of_the_page_or_marked(hostile, live_server, context):
    for name, given, expected in (
        ("Cabane du Héron", "Heron cabin", ("Heron cabin", "")),
        ("Sans nom anglais", "", ("Sans nom anglais", "fr")),
    ):
        hut = Cabane.objects.get(slug="cabane")
        Cabane.objects.filter(pk=hut.pk).update(name_fr=name, name_en=given)
        page = context.new_page()
        page.goto(f"{live_server.url}/en/carte/reseau/")
        page.locator(".sign--cabane").click()
        title = page.locator(".embed__card strong")
        expect(title).to_have_text(expected[0])
        assert (title.get_attribute("lang") or "") == expected[1]
