"""On the map of a piece no sign is cut at an edge or covered by what stands over the map."""

import re

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import expect

from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane

COVERED = """
map => {
  const inside = map.getBoundingClientRect();
  const over = [...map.querySelectorAll(".leaflet-control")].map(each => each.getBoundingClientRect());
  return [...map.querySelectorAll(".embed__sign")].map(each => (each.firstElementChild ?? each).getBoundingClientRect()).filter(sign =>
    sign.left < inside.left || sign.right > inside.right || sign.top < inside.top || sign.bottom > inside.bottom ||
    over.some(each => sign.left < each.right && each.left < sign.right && sign.top < each.bottom && each.top < sign.bottom)
  ).map(sign => [sign.left, sign.top, sign.right, sign.bottom]);
}
"""
SHAPES = {"wide": (0.30, 0.10), "high": (0.05, 0.20), "near": (0.012, 0.008)}
CIRCLE = re.compile(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="(\d+)"')


@pytest.fixture(params=SHAPES)
def corners(request, transactional_db):
    """Cabins at the corners of a box."""
    wide, high = SHAPES[request.param]
    for lon in (2.65, 2.65 + wide):
        for lat in (50.37, 50.37 + high):
            cabane(geom=Point(lon, lat, srid=4326))


@pytest.mark.parametrize(("width", "height"), [(390, 300), (390, 440), (1280, 480)])
def test_every_sign_of_the_interactive_map_is_seen_whole(corners, live_server, browser, width, height):
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(f"{live_server.url}/integrer/cabanes/")
    expect(page.locator(".embed__sign")).to_have_count(4)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("IGN")
    assert page.locator(".leaflet-container").evaluate(COVERED) == []
    page.close()


def test_the_map_is_as_large_as_the_room_that_the_words_below_leave(transactional_db, live_server, browser):
    for lon, lat in ((2.6, 50.4), (2.9, 50.5)):
        evenement(geom=Point(lon, lat, srid=4326))
    for number in range(6):
        evenement(title_fr=f"Un rendez-vous dont personne n’a encore dit le lieu, numéro {number}", geom=None)
    page = browser.new_page(viewport={"width": 390, "height": 600})
    page.goto(f"{live_server.url}/integrer/evenements/?passe=oui")
    expect(page.locator("[data-map-status]")).to_contain_text("numéro")
    expect(page.locator(".embed__sign")).to_have_count(2)
    page.wait_for_function("map_carte.getSize().y === map_carte.getContainer().clientHeight")
    assert page.locator(".leaflet-container").evaluate(COVERED) == []
    page.close()


def test_every_sign_of_the_picture_is_seen_whole(corners, client):
    signs = [tuple(map(float, each)) for each in CIRCLE.findall(client.get("/integrer/cabanes.svg").content.decode())]
    assert len(signs) == 4
    assert [each for each in signs if not (each[2] + 2 <= each[0] <= 718 - each[2])] == []
    assert [each for each in signs if not (each[2] + 2 <= each[1] <= 478 - each[2])] == []
