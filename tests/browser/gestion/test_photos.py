"""A photo is added from a phone, keeps its shape, and leaves only after a second thought."""

import numpy
import pytest
import pyvips
from playwright.sync_api import expect

from tests.browser.gestion.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_photo_keeps_its_shape_and_is_taken_away_in_two_steps(mine, live_server, context, tmp_path):
    file = tmp_path / "vigie.jpg"
    pyvips.Image.new_from_array(numpy.full((900, 1200, 3), 90, dtype="uint8")).write_to_file(str(file))
    sign_in(context, live_server, mine.publisher)
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/gestion/cabanes/{mine.hut.uuid}/photos/")
    page.locator("#id_file").set_input_files(file)
    page.get_by_label("Texte alternatif").fill("La Vigie au bord du canal")
    page.get_by_label("Photographe").fill("A. Dupont")
    page.get_by_role("button", name="Ajouter").click()
    picture = page.get_by_role("img", name="La Vigie au bord du canal")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert abs(box["width"] / box["height"] - 4 / 3) < 0.05
    page.get_by_text("Retirer", exact=False).first.click()
    page.get_by_role("button", name="Retirer pour de bon").click()
    expect(page.locator(".messages")).to_contain_text("Photo retirée")
