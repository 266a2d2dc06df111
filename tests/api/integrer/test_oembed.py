import json
import re
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.carte import carte
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def test_oembed_gives_the_frame_of_a_page(client, place):
    told = client.get("/oembed", {"url": "http://testserver/en/cabanes/heron/", "maxwidth": "400", "format": "json"})
    assert told["Content-Type"] == "application/json"
    assert told["Access-Control-Allow-Origin"] == "*"
    found = told.json()
    assert (found["version"], found["type"], found["title"], found["width"], found["height"]) == (
        "1.0",
        "rich",
        "Héron",
        400,
        480,
    )
    (address,) = re.findall(r'src="([^"]+)"', found["html"])
    assert address == "http://testserver/en/integrer/cabanes/?fiche=heron"
    assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_oembed_knows_lists_frames_and_partner_maps(client, place):
    carte(slug="reseau", title_fr="Le réseau")
    for url, title in (
        ("/cabanes/", "Cabanes"),
        ("/", "Le réseau"),
        ("/carte/reseau/", "Le réseau"),
        ("/integrer/cabanes/?parc=parc-des-iles", "Cabanes – Parc des îles"),
        ("/parcs/parc-des-iles/", "Parc des îles"),
    ):
        assert client.get("/oembed", {"url": f"http://testserver{url}"}).json()["title"] == title, url


@pytest.fixture
def towns(place):
    """In Lens by what is stated, by shape, and stated to be elsewhere."""
    commune(insee_code="62498", name_fr="Lens", geom=box(2.79, 50.39, 2.84, 50.43))
    parc(slug="dit", name_fr="Dit de Lens", stated_communes=["62498"], geom=box(2.90, 50.40, 2.91, 50.41))
    parc(slug="ailleurs", name_fr="Dit d’ailleurs", stated_communes=["62001"], geom=box(2.80, 50.40, 2.81, 50.41))
    cabane(slug="dite", name_fr="Dite de Lens", stated_commune="62498", geom=Point(2.95, 50.45, srid=4326))
    sentier(slug="court", name_fr="Court", stated_duration_h=1)
    sentier(slug="long", name_fr="Long", stated_duration_h=3)
    sentier(slug="doux", name_fr="Doux", pushchair="yes", stated_duration_h=1.5)
    evenement(title_fr="Fête", commune_id="62498")


def names_in(client, frame):
    data = re.sub(r"/integrer/([a-z-]+)/", r"/integrer/\1.json", frame.replace("&amp;", "&"))
    return {each["name"] for each in client.get(data.removeprefix("http://testserver")).json()["places"]}


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("/parcs/?commune=62498&kind=", {"Parc des îles", "Dit de Lens"}),
        ("/cabanes/?commune=62498&utm_source=x&page=1", {"Héron", "Dite de Lens"}),
        ("/sentiers/?max_h=1.5", {"Court", "Doux"}),
        ("/sentiers/?max_h=1&pushchair=", {"Court"}),
        ("/nl/sentiers/?pushchair=on&max_h=2", {"Doux"}),
        ("/evenements/?commune=62498", {"Fête"}),
        ("/parcs/?q=ailleurs", {"Dit d’ailleurs"}),
        ("/?k=cabanes", {"Héron", "Au loin", "Dite de Lens"}),
        ("/?k=parcs&commune=62498&utm_medium=mail", {"Parc des îles", "Dit de Lens"}),
        ("/en/?k=sentiers&pushchair=on", {"Doux"}),
    ],
)
def test_oembed_shows_what_the_page_was_narrowed_to(client, towns, page, names):
    told = client.get("/oembed", {"url": f"http://testserver{page}"}).json()
    (frame,) = re.findall(r'src="([^"]+)"', told["html"])
    assert names_in(client, frame) == names
    text = client.get(page).content.decode().replace("&#x27;", "’")
    assert all(name in text for name in names)


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("/evenements/", {"Hier", "Demain", "Hier ailleurs"}),
        ("/evenements/?q=hier", {"Hier", "Hier ailleurs"}),
        ("/evenements/?commune=62498", {"Hier"}),
        ("/fermetures/", {"Finie"}),
    ],
)
def test_oembed_of_a_list_shows_what_is_over_as_the_list_does(client, page, names):
    commune(insee_code="62498", name_fr="Lens")
    now, day = timezone.now(), timedelta(days=1)
    for name, days, insee in (("Hier", -1, "62498"), ("Demain", 1, None), ("Hier ailleurs", -1, None)):
        begins = now + days * day
        evenement(title_fr=name, commune_id=insee, starts_at=begins, ends_at=begins + timedelta(hours=1))
    fermeture(title_fr="Finie", starts_at=now - 9 * day, ends_at=now - day)
    told = client.get("/oembed", {"url": f"http://testserver{page}"}).json()
    (frame,) = re.findall(r'src="([^"]+)"', told["html"])
    assert names_in(client, frame) == names
    text = client.get(page).content.decode()
    assert all(name in text for name in names)


@pytest.mark.parametrize(
    "page",
    [
        "/parcs/?cabane=on",
        "/sentiers/?min_cabanes=1",
        "/parcs/?kind=chateau",
        "/parcs/?q=Lens",
        "/cabanes/?as-of=2026-01-01",
        "/parcs/parc-des-iles/?as-of=2026-01-01",
        "/?as-of=2026-01-01",
        "/?q=ailleurs",
        "/?k=parcs&k=cabanes",
        "/?k=parcs&ouvert=1",
        "/?commune=62498",
        "/?k=cabanes&pushchair=on",
    ],
)
def test_oembed_refuses_a_page_that_no_piece_shows(client, towns, page):
    carte(slug="reseau")
    assert client.get("/oembed", {"url": f"http://testserver{page}"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"url": "http://testserver/cabanes/secret/"}, 404),
        ({"url": "http://testserver/cabanes/jamais/"}, 404),
        ({"url": "http://testserver/gestion/"}, 404),
        ({"url": "http://autre.example/cabanes/heron/"}, 404),
        ({"url": "ftp://testserver/cabanes/heron/"}, 404),
        ({"url": "http://[testserver/"}, 404),
        ({"url": "http://testserver/integrer/cabanes/?kind=x"}, 404),
        ({"url": "http://testserver/cabanes/heron/", "format": "xml"}, 501),
        ({}, 400),
        ({"url": "http://testserver/cabanes/heron/", "maxwidth": "wide"}, 400),
    ],
)
def test_oembed_refuses_as_the_standard_says(client, place, query, status):
    assert client.get("/oembed", query).status_code == status


@pytest.mark.parametrize(
    "address", ["/", "/cabanes/", "/cabanes/heron/", "/en/parcs/parc-des-iles/", "/integrer/cabanes/"]
)
def test_pages_announce_their_oembed_address(client, place, address):
    carte(slug="reseau")
    text = client.get(address).content.decode()
    (found,) = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', text)
    answer = client.get(found.removeprefix("http://testserver").replace("&amp;", "&"))
    assert answer.status_code == 200
    assert json.loads(answer.content)["type"] == "rich"
