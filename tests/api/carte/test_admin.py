import json

import pytest

from carte.models import CartePartenaire
from tests.factories.carte import carte
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
ADD = "/administration/carte/cartepartenaire/add/"


@pytest.fixture
def staff(client):
    client.force_login(user(is_staff=True, is_superuser=True))
    return client


def form(**values):
    given = {
        "slug": "lens",
        "title_fr": "Autour de Lens",
        "title_en": "",
        "title_nl": "",
        "authority": "",
        "layers": json.dumps([{"collection": "parcs", "filter": {"kind": "terril"}, "colour": "#1f6b45"}]),
        "centre_lat": "50.43",
        "centre_lon": "2.83",
        "zoom": "12",
        "allowed_sites": "https://www.lens.example\nhttps://artois.example",
        "published": "on",
    }
    return given | values


def test_a_map_is_made_in_the_administration(staff):
    assert staff.get(ADD).status_code == 200
    assert staff.post(ADD, form()).status_code == 302
    made = CartePartenaire.objects.get()
    assert made.centre.coords == (2.83, 50.43)
    assert made.allowed_sites == ["https://www.lens.example", "https://artois.example"]
    change = staff.get(f"/administration/carte/cartepartenaire/{made.pk}/change/").content.decode()
    assert "50.43" in change or "50,43" in change
    assert "openlayers" not in change.lower()
    assert staff.get("/carte/lens/").status_code == 200


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"layers": "[{"}, "JSON"),
        ({"layers": '{"collection": "parcs"}'}, "Une liste de 1 à 12 couches."),
        ({"layers": '[{"collection": "lunes"}]'}, "Couche 1"),
        ({"layers": '[{"collection": "parcs", "filter": {"kindd": "x"}}]'}, "Paramètre inconnu"),
        ({"layers": '[{"collection": "parcs", "filter": {"limit": "5"}}]'}, "ne se règle pas ici"),
        ({"layers": '[{"collection": "parcs", "colour": "red"}]'}, "#rrggbb"),
        ({"layers": '[{"collection": "parcs", "color": "#000000"}]'}, "Mot inconnu"),
        ({"allowed_sites": "https://a.example; script-src *"}, "Une origine s’écrit"),
        ({"centre_lat": ""}, "Donnez les deux coordonnées"),
        ({"centre_lat": "95"}, "90"),
        ({"zoom": "40"}, "18"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(staff, values, said):
    response = staff.post(ADD, form(**values))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not CartePartenaire.objects.exists()


def test_a_slug_already_taken_is_said(staff):
    carte(slug="lens")
    assert "existe déjà" in staff.post(ADD, form()).content.decode()
