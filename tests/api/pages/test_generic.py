"""A collection without builder and template of its own gets the generic pages."""

import pytest

from carte.pages import details
from carte.pages import parc as park_page
from geodata import registry
from tests.factories.agenda import evenement, projet
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db

MAKERS = {
    "parcs": parc,
    "cabanes": cabane,
    "sentiers": sentier,
    "fermetures": fermeture,
    "evenements": evenement,
    "projets-label": projet,
    "communes": commune,
    "autorites": autorite,
}


@pytest.mark.parametrize("collection_id", MAKERS)
def test_the_generic_page_tells_every_property_and_what_is_not_known(client, monkeypatch, collection_id):
    collection = registry.get(collection_id)
    monkeypatch.setattr(details, "OWN", {})
    monkeypatch.setattr(details, "segment", lambda _collection: "none")
    made = MAKERS[collection_id](**{collection.label: "Nom <b>"})
    response = client.get(f"/{collection.page}/{getattr(made, collection.page_key)}/")
    text = response.content.decode()
    assert response.status_code == 200
    assert "<h1>Nom &lt;b&gt;</h1>" in text
    assert "Non renseigné" in text
    assert "D’où viennent ces informations" in text


def test_the_page_of_a_park_shows_collections_it_does_not_know_by_name(client, monkeypatch):
    monkeypatch.setattr(park_page, "SHOWN", tuple(each for each in park_page.SHOWN if each != "cabanes"))
    place = parc()
    cabin = cabane(name_fr="Cabane inconnue", park=place)
    text = client.get(f"/parcs/{place.slug}/").content.decode()
    assert text.count(f'href="/cabanes/{cabin.slug}/"') == 2
