"""The web component and the frame in the page of another origin, under that page's own strict policy."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from playwright.sync_api import expect

from comptes.models import ApiKey
from tests.browser import axe
from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import box, commune, parc, user

HOSTILE = "<img src=x onerror=\"document.title='taken'\">"
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Office de tourisme</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Office de tourisme</h1>{body}</main></body></html>"""


@pytest.fixture
def network(transactional_db):
    commune(slug="lens", name_fr="Lens", geom=box(2.7, 50.3, 2.95, 50.5))
    place = parc(slug="ile", name_fr="Parc de l’île", geom=box(2.80, 50.40, 2.83, 50.42))
    cabane(slug="heron", name_fr="Héron", park=place, authority=place.authority, geom=Point(2.81, 50.41, srid=4326))
    cabane(slug="mal", name_fr=HOSTILE, park=place, authority=place.authority, geom=Point(2.82, 50.415, srid=4326))
    cabane(slug="loin", name_fr="Au loin", geom=Point(2.95, 50.45, srid=4326))


@pytest.fixture
def partner(live_server):
    """A site of another origin; `partner.body` is its page, its policy lets in what the documentation names."""

    class Partner(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            ours = live_server.url
            self.send_header(
                "Content-Security-Policy",
                f"default-src 'none'; script-src {ours}; connect-src {ours}; img-src {ours}; frame-src {ours}",
            )
            self.end_headers()
            self.wfile.write(PAGE.format(lang=server.lang, body=server.body).encode() if self.path == "/" else b"")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    server.lang, server.body = "fr", ""
    server.url = f"http://127.0.0.1:{server.server_port}/"
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def component(live_server, attributes):
    script = f'<script src="{live_server.url}/integrer/chaine-des-parcs.js" async></script>'
    return f"{script}<chaine-des-parcs {attributes}></chaine-des-parcs>"


def watched(context):
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    return page


def test_component_lists_places_under_a_strict_policy_and_asks_nobody_else(network, live_server, partner, context):
    partner.body = component(live_server, 'collection="cabanes" parc="ile"')
    page = watched(context)
    page.goto(partner.url)
    links = page.locator("chaine-des-parcs li a")
    expect(links).to_have_text([HOSTILE, "Héron"])
    assert links.nth(1).get_attribute("href") == f"{live_server.url}/cabanes/heron/"
    expect(page.locator("chaine-des-parcs h2")).to_have_text("Cabanes – Parc de l’île")
    picture = page.locator("chaine-des-parcs img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert page.title() == "Office de tourisme"
    assert [text for text in page.said if "favicon" not in text and "404" not in text] == []
    assert [url for url in page.asked if not url.startswith((live_server.url, partner.url))] == []
    assert context.cookies() == []
    assert context.storage_state()["origins"] == []


def test_component_asks_again_when_the_service_did_not_answer(network, live_server, partner, context):
    partner.body = component(live_server, 'collection="cabanes" carte="non"')
    page = context.new_page()
    page.clock.install()
    page.route("**/integrer/cabanes.json*", lambda route: route.abort())
    page.goto(partner.url)
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/integrer/cabanes.json*")
    page.clock.fast_forward("01:00")
    expect(page.locator("chaine-des-parcs h2")).to_have_text("Cabanes")


def test_component_is_used_by_keyboard_up_to_the_interactive_map(network, live_server, partner, context):
    partner.body = component(live_server, 'collection="cabanes"')
    page = watched(context)
    page.goto(partner.url)
    button = page.get_by_role("button", name="Carte interactive")
    expect(button).to_be_visible()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("chaine-des-parcs li a").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    frame = page.frame_locator("chaine-des-parcs iframe")
    expect(frame.locator(".sign--cabane").first).to_be_visible()
    assert context.cookies() == []


def test_component_speaks_the_language_of_the_page_and_follows_its_attributes(network, live_server, partner, context):
    partner.lang = "nl"
    partner.body = component(live_server, 'collection="cabanes" carte="non" titre="3"')
    page = watched(context)
    page.goto(partner.url)
    expect(page.locator("chaine-des-parcs .count")).to_have_text("3 plaatsen")
    expect(page.locator("chaine-des-parcs h3")).to_have_count(1)
    expect(page.locator("chaine-des-parcs img")).to_have_count(0)
    page.locator("chaine-des-parcs").evaluate("(element) => element.setAttribute('lang', 'en')")
    expect(page.locator("chaine-des-parcs .count")).to_have_text("3 places")
    page.locator("chaine-des-parcs").evaluate("(element) => element.setAttribute('parc', 'ile')")
    expect(page.locator("chaine-des-parcs li")).to_have_count(2)


def test_component_that_finds_nothing_says_so_and_leads_to_the_site(network, live_server, partner, context):
    partner.body = component(live_server, 'collection="cabanes" parc="nulle-part"')
    page = context.new_page()
    page.goto(partner.url)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Les lieux ne se chargent pas")
    assert alert.locator("a").get_attribute("href") == f"{live_server.url}/"


def test_component_tells_the_author_of_the_page_what_was_wrong(network, live_server, partner, context):
    partner.body = component(live_server, 'collection="sentiers" filtre="kind=boucle"')
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))

    def kept(detail: str) -> None:
        told.append(detail)

    page.expose_function("kept", kept)
    page.add_init_script("document.addEventListener('chaine-echec', (event) => kept(event.detail), true)")
    page.goto(partner.url)
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_timeout(0)
    assert sum("400 kind Valeur inconnue. Connues\u00a0: loop, " in each for each in told) == 2, told


@pytest.fixture
def printed(network, live_server, context):
    """What `/partenaires/` prints for a choice, read as a person copies it."""

    def codes(query):
        page = context.new_page()
        page.goto(f"{live_server.url}/partenaires/?{query}")
        found = page.locator("#integrer ~ .samples code")
        told = {each.get_attribute("data-example"): each.inner_text() for each in found.all()}
        page.close()
        return told

    return codes


@pytest.mark.parametrize(
    ("query", "count"),
    [("collection=cabanes", 3), ("collection=cabanes&q=h%C3%A9ron&filter=name_fr+%3C%3E+%27%22%26%27", 1)],
)
def test_what_the_page_prints_works_as_it_is_printed(printed, partner, context, query, count):
    codes = printed(query)
    assert list(codes) == ["iframe", "component", "pinned"]
    page = watched(context)
    for name in ("component", "pinned"):
        partner.body = codes[name]
        page.goto(partner.url)
        expect(page.locator("chaine-des-parcs li")).to_have_count(count)
    partner.body = codes["iframe"]
    page.goto(partner.url)
    expect(page.locator("iframe")).to_have_attribute("title", "Cabanes")
    expect(page.frame_locator("iframe").locator(".sign--cabane")).to_have_count(count)
    assert [text for text in page.said if "favicon" not in text and "404" not in text] == []
    assert context.cookies() == []


def test_a_script_that_is_not_the_pinned_one_does_not_run(printed, partner, context):
    code = printed("collection=cabanes")["pinned"]
    partner.body = code.replace("sha384-", "sha384-A")
    page = watched(context)
    page.goto(partner.url)
    assert not page.evaluate("customElements.get('chaine-des-parcs')")
    assert any("integrity" in text for text in page.said)


def test_frame_of_a_collection_works_in_another_site(network, live_server, partner, context):
    partner.body = (
        f'<iframe src="{live_server.url}/integrer/cabanes/?parc=ile" title="Cabanes" width="600" height="480"></iframe>'
    )
    page = watched(context)
    page.goto(partner.url)
    frame = page.frame_locator("iframe")
    expect(frame.locator(".sign--cabane")).to_have_count(2)
    frame.get_by_text("En liste").click()
    expect(frame.locator("li a", has_text="Héron")).to_be_visible()
    assert context.cookies() == []


def test_component_frame_and_partners_page_pass_axe_and_reflow(network, live_server, partner, context):
    carte(slug="reseau", title_fr="Le réseau")
    partner.body = component(live_server, 'collection="cabanes"')
    axe.bring(context)
    page = context.new_page()
    for address, ready in (
        (partner.url, "chaine-des-parcs li"),
        (f"{live_server.url}/integrer/cabanes/", ".leaflet-control-zoom"),
        (f"{live_server.url}/partenaires/", ".leaflet-control-zoom"),
        (f"{live_server.url}/partenaires/etat/", "table"),
        (f"{live_server.url}/partenaires/changements/", "#journal"),
    ):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            page.locator(ready).first.wait_for()
            assert axe.faults(page, [width]) == [], address


def test_partners_page_follows_the_form_and_takes_a_zone_from_the_map(network, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/partenaires/")
    expect(page.locator("#compte strong")).to_have_text("3")
    page.get_by_label("Mots").fill("heron")
    page.get_by_label("Mots").press("Tab")
    expect(page.locator("#compte strong")).to_have_text("1")
    expect(page.locator("[data-example=curl]")).to_contain_text("q=heron")
    page.get_by_label("Mots").fill("")
    page.get_by_label("Mots").press("Tab")
    expect(page.locator("#compte strong")).to_have_text("3")
    page.get_by_role("button", name="Prendre la zone affichée").click()
    expect(page.locator("[data-example=address]")).to_contain_text("bbox=")
    page.get_by_label("Collection").select_option("parcs")
    expect(page.locator("[data-example=address]")).to_contain_text("/collections/parcs/items")
    assert page.said == []


def test_partners_page_keeps_the_focus_and_says_how_many_there_are(network, live_server, context):
    page = watched(context)
    page.goto(f"{live_server.url}/partenaires/")
    button = page.get_by_role("button", name="Prendre la zone affichée")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Partout")).to_be_visible()
    expect(button).to_be_focused()
    expect(page.get_by_role("status").first).to_contain_text("fiches")
    page.get_by_role("button", name="Partout").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Partout")).to_have_count(0)
    expect(button).to_be_focused()
    page.get_by_text("Plus de filtres").click()
    page.get_by_label("Filtre CQL2").fill("nope = 3")
    page.get_by_label("Filtre CQL2").press("Tab")
    expect(page.locator(".error")).to_be_visible()
    expect(page.get_by_label("Filtre CQL2")).to_be_focused()


@pytest.mark.parametrize(
    ("prefix", "copy"), [("", "Copier\u00a0: "), ("/en", "Copy: "), ("/nl", "Kopiëren: ")], ids=["fr", "en", "nl"]
)
def test_each_button_that_copies_says_what_it_copies(network, live_server, context, prefix, copy):
    carte(slug="reseau", title_fr="Le réseau")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{live_server.url}{prefix}/partenaires/")
    buttons = page.get_by_role("button", name=copy)
    expect(buttons).to_have_count(page.locator("pre.code").count())
    names = [each.get_attribute("aria-label") for each in buttons.all()]
    assert len(set(names)) == len(names), names
    page.get_by_role("button", name=f"{copy}curl", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl ")


def test_a_partner_makes_a_key_on_a_narrow_phone(transactional_db, live_server, browser):
    user(username="office", password="mot-de-passe")
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{live_server.url}/connexion/?next=/partenaires/cles/")
    page.locator("[name=username]").fill("office")
    page.locator("[name=password]").fill("mot-de-passe")
    page.keyboard.press("Enter")
    page.get_by_label("Nom de la clé").fill("copie")
    page.get_by_role("button", name="Créer une clé").click()
    expect(page.locator("[data-key]")).to_contain_text("cdp_")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier : La clé").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("[data-key]").inner_text()
    ApiKey.objects.get().usage.create(day=timezone.localdate(), kind="items", requests=1_234_567, bytes=10**10)
    page.goto(f"{live_server.url}/partenaires/cles/")
    expect(page.locator("[aria-labelledby=usage] td").first).to_have_text("copie")
    for part in ("html", "[aria-labelledby=cles]", "[aria-labelledby=usage]"):
        assert page.locator(part).evaluate("part => part.scrollWidth <= part.clientWidth"), part
    page.get_by_role("button", name="Révoquer : copie").click()
    expect(page.get_by_text("révoquée le")).to_be_visible()
    context.close()
