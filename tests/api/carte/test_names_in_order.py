"""Names to choose from are in the order of a French dictionary, wherever one chooses, whatever the collation of the cluster."""

import re

import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune, parc, user
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
NAMES = ["Béthune", "bois d’Olhain", "Bully", "Écluse", "Étang", "Vallée"]
SELECT = re.compile(r"<select[^>]*\sname=\"([^\"]+)\".*?</select>", re.DOTALL)
TICKED = re.compile(r"<input type=\"checkbox\" name=\"([^\"]+)\"[^>]*>\s*([^<]+)<")


@pytest.fixture(autouse=True)
def named():
    for number, name in enumerate(reversed(NAMES)):
        body = autorite(name_fr=name, code=f"Z{9 - number}")
        commune(name_fr=name)
        area = parc(name_fr=name, authority=body)
        cabane(name_fr=name, park=area, authority=body)
        sentier(name_fr=name, authority=body)


def offered(page):
    """The names of NAMES in each list of a page, in its order, by the name of its field."""
    ticked = {}
    for field, label in TICKED.findall(page):
        ticked.setdefault(field, []).append(label.strip())
    lists = {match[1]: re.findall(r">([^<]+)</option>", match[0]) for match in SELECT.finditer(page)} | ticked
    found = {field: [label for label in labels if label in NAMES] for field, labels in lists.items()}
    return {field: labels for field, labels in found.items() if labels}


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/", {"commune"}),
        ("/en/", {"commune"}),
        ("/parcs/", {"commune"}),
        ("/partenaires/", {"commune"}),
        ("/gestion/cabanes/nouvelle/", {"park", "authority"}),
        ("/gestion/evenements/nouvelle/", {"park", "cabin", "trail", "commune", "authority"}),
        ("/gestion/fermetures/nouvelle/", {"parks", "authority"}),
        ("/gestion/webhooks/", {"authority"}),
        ("/administration/parcs/adhesion/add/", {"authority", "parks"}),
        ("/administration/parcs/autorite/add/", {"parent"}),
        ("/administration/agenda/projetlabel/add/", {"authority", "commune"}),
        ("/administration/carte/cartepartenaire/add/", {"authority"}),
    ],
)
def test_names_to_choose_from_are_in_the_order_of_a_dictionary(client, address, fields):
    client.force_login(user(is_staff=True, is_superuser=True))
    lists = offered(client.get(address).content.decode())
    assert fields <= lists.keys()
    assert {field: labels for field, labels in lists.items() if labels != NAMES} == {}


@pytest.mark.parametrize(
    "address", ["/gestion/cabanes/", "/gestion/cabanes/publier/", "/administration/parcs/autorite/"]
)
def test_lists_of_records_too(client, address):
    from cabanes.models import Cabane

    client.force_login(user(is_staff=True, is_superuser=True))
    if "publier" in address:
        Cabane.objects.update(status="draft")
    page = client.get(address).content.decode()
    assert sorted(NAMES, key=page.index) == NAMES
