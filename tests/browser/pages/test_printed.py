"""What comes out of a printer: the map whole, its signs with their grounds, no code cut, no heading of nothing."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def measured(page):
    return page.locator(".map__live").evaluate("map => [map.offsetWidth, map.offsetHeight]")


@pytest.mark.parametrize("path", ["/cabanes/cabane/", "/"])
def test_a_map_is_printed_at_the_size_that_its_tiles_are_for(page, live_server, network, path):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(live_server.url + path)
    expect(page.locator(".map .leaflet-control-zoom")).to_be_visible()
    expect(page.locator(".map .sign").first).to_be_attached()
    on_screen = measured(page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})
    assert measured(page) == on_screen
    assert page.locator(".map__live").evaluate("map => map.getBoundingClientRect().right") <= 690
    expect(page.locator(".map .leaflet-control-zoom")).to_be_hidden()
    assert page.locator(".map .sign").first.evaluate("sign => getComputedStyle(sign).printColorAdjust") == "exact"


def test_code_is_printed_to_the_end_of_its_lines(page, live_server, network):
    page.set_viewport_size({"width": 690, "height": 1000})
    page.goto(f"{live_server.url}/partenaires/")
    cut = (
        "all => all.filter(code => code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight).length"
    )
    assert page.locator("pre.code").evaluate_all(cut) > 0, "on a screen one scrolls"
    page.emulate_media(media="print")
    assert page.locator("pre.code").evaluate_all(cut) == 0


def test_nothing_known_prints_no_heading(page, live_server, network):
    page.goto(f"{live_server.url}/cabanes/voisine/")
    expect(page.get_by_role("heading", name="Accessibilité et accès")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Accessibilité et accès")).to_be_hidden()
    expect(page.get_by_role("heading", name="L’œuvre")).to_be_hidden()
    expect(page.get_by_role("heading", name="Y aller")).to_be_visible()
