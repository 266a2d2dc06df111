"""A piece of a list that is narrowed to an authority shows what its page shows."""

import re

import pytest

from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def lens():
    holder = autorite(code="CALL")
    commune(insee_code="62498", name_fr="Lens", epci=holder)
    commune(name_fr="Arras", epci=autorite())
    cabane(name_fr="De Lens", authority=holder, stated_commune="62498")
    cabane(name_fr="Ailleurs", authority=holder, stated_commune="62001")
    cabane(name_fr="D’une autre", stated_commune="62498")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("/cabanes/?authority=CALL", {"De Lens", "Ailleurs"}),
        ("/en/cabanes/?authority=CALL&commune=62498", {"De Lens"}),
        ("/communes/?epci=CALL", {"Lens"}),
    ],
)
def test_oembed_and_the_component_show_those_of_the_authority(client, lens, page, names):
    told = client.get("/oembed", {"url": f"http://testserver{page}"}).json()
    (frame,) = re.findall(r'src="([^"]+)"', told["html"])
    address = frame.replace("&amp;", "&").removeprefix("http://testserver")
    shown = re.sub(r"/integrer/([a-z-]+)/", r"/integrer/\1.json", address)
    assert {each["name"] for each in client.get(shown).json()["places"]} == names
    text = client.get(page).content.decode().replace("&#x27;", "’")
    assert all(name in text for name in names)


def test_oembed_refuses_an_authority_that_nobody_knows(client, lens):
    assert client.get("/oembed", {"url": "http://testserver/cabanes/?authority=INCONNUE"}).status_code == 404
