"""Who puts a record into the bin says why there; everybody reads it where the record was."""

import pytest
from playwright.sync_api import expect

from tests.browser.gestion.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_reason_is_asked_beside_the_button_and_told(mine, live_server, page, client, width):
    sign_in(page.context, live_server, mine.publisher)
    page.set_viewport_size({"width": width, "height": 844})
    address = f"/api/collections/cabanes/items/{mine.hut.uuid}"
    page.goto(f"{live_server.url}/gestion/cabanes/{mine.hut.uuid}/")
    why = page.get_by_label("(Mettre à la corbeille)")
    expect(why).to_have_accessible_description(
        "« Pourquoi ? » est facultatif. Tout le monde peut lire ce que vous y écrivez."
    )
    why.fill("Doublon de l’abri")
    why.press("Enter")
    expect(page.locator(".messages")).to_contain_text("est dans la corbeille")
    assert client.get(address).json()["reason"] == "Doublon de l’abri"
    page.goto(f"{live_server.url}/gestion/corbeille/")
    page.get_by_label("(La Vigie)").fill("Ce n’en était pas un")
    page.get_by_role("button", name="Ressortir : La Vigie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("La Vigie")
    assert client.get(f"{address}/versions").json()["versions"][0]["reason"] == "Ce n’en était pas un"
