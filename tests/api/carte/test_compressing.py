import gzip

import brotli
import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import parc

pytestmark = pytest.mark.django_db
HTML_BUDGET = 12_000


@pytest.mark.parametrize(("accepted", "read"), [("br, gzip", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_page_is_compressed_for_who_takes_it(client, accepted, read):
    parc(name_fr="Parc des îles")
    plain = client.get("/parcs/")
    packed = client.get("/parcs/", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == accepted.split(",")[0]
    assert "Accept-Encoding" in packed["Vary"]
    assert "Parc des îles" in read(packed.content).decode()
    assert int(packed["Content-Length"]) == len(packed.content)


def test_the_first_page_of_sixty_places_keeps_its_budget(client):
    for number in range(20):
        parc(name_fr=f"Parc de la fosse {number}")
        cabane(name_fr=f"Cabane du héron {number}")
        cabane(name_fr=f"Abri du saule {number}")
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) <= HTML_BUDGET


def test_a_compressed_item_is_not_sent_again(client):
    thing = cabane()
    address = f"/api/collections/cabanes/items/{thing.uuid}"
    first = client.get(address, headers={"Accept-Encoding": "br"})
    assert first["ETag"].endswith('-br"')
    again = client.get(address, headers={"Accept-Encoding": "br", "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again["ETag"] == first["ETag"]
