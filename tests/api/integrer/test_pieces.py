import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point
from django.utils import timezone

from carte import clock
from carte.pages.happenings import upcoming
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
HOSTILE = "</title></script><script>alert(1)</script>"


def policy(response):
    parts = (part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    return {name: value.split() for name, value in parts}


def test_frame_shows_map_and_list_to_any_site_without_cookie(client, place):
    response = client.get("/integrer/cabanes/?parc=parc-des-iles")
    text = response.content.decode()
    assert response.status_code == 200
    assert policy(response)["frame-ancestors"] == ["*"]
    assert "X-Frame-Options" not in response
    assert not response.cookies
    assert re.findall(r"<script(?![^>]*\bsrc=)| style=| on\w+=", text) == []
    assert "Cabanes – Parc des îles" in text
    assert "Héron" in text
    assert "Au loin" not in text
    assert "Secret" not in text
    (script,) = re.findall(r'src="(/integrer/cabanes\.js[^"]*)"', text)
    assert f"park={place.uuid}" in client.get(script).content.decode()


def test_one_feature_and_any_filter_of_the_api(client, place):
    one = client.get("/integrer/cabanes.json?fiche=heron").json()
    assert (one["title"], [each["name"] for each in one["places"]]) == ("Héron", ["Héron"])
    found = client.get("/integrer/cabanes.json", {"filter": "name_fr LIKE 'Au%'"}).json()
    assert [each["name"] for each in found["places"]] == ["Au loin"]
    parks = client.get("/integrer/parcs.json?parc=parc-des-iles").json()
    assert [each["name"] for each in parks["places"]] == ["Parc des îles"]


def test_trails_of_a_park_are_those_that_cross_it(client, place):
    sentier(name_fr="Boucle", authority=place.authority)
    found = client.get("/integrer/sentiers.json?parc=parc-des-iles").json()
    assert found["title"] == "Sentiers – Parc des îles"
    assert found["count"] == len(found["places"])


def test_list_for_other_sites_has_cors_validator_and_words_of_its_language(client, place):
    first = client.get("/integrer/cabanes.json?limite=1")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert first["Cross-Origin-Resource-Policy"] == "cross-origin"
    told = first.json()
    assert told["count"] == 2
    assert [each["name"] for each in told["places"]] == ["Au loin"]
    assert told["places"][0]["url"] == "http://testserver/cabanes/loin/"
    assert told["words"]["count"] == "2 lieux"
    again = client.get("/integrer/cabanes.json?limite=1", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    english = client.get("/en/integrer/cabanes.json").json()
    assert english["words"]["count"] == "2 places"
    assert english["places"][0]["url"].startswith("http://testserver/en/cabanes/")
    cabane(name_fr="Nouvelle")
    assert client.get("/integrer/cabanes.json?limite=1", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_closure_is_in_the_list(client, place):
    closure = fermeture(title_fr="Travaux", geom=None)
    closure.park_links.create(parc=place)
    (found,) = client.get("/integrer/parcs.json").json()["places"]
    assert "Travaux" in found["closed"]


def test_validator_follows_the_hour_at_which_a_closure_begins(client, place, monkeypatch):
    now = timezone.now()
    fermeture(title_fr="Travaux", geom=None, starts_at=now + timedelta(minutes=1)).park_links.create(parc=place)
    before = client.get("/integrer/parcs.json")
    again = {"If-None-Match": before["ETag"]}
    assert client.get("/integrer/parcs.json", headers=again).status_code == 304
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    after = client.get("/integrer/parcs.json", headers=again)
    assert after.status_code == 200
    assert before.json()["places"][0]["closed"] != after.json()["places"][0]["closed"]


def test_what_is_over_is_shown_only_when_it_is_asked_for(client):
    now = timezone.now()
    evenement(slug="hier", title_fr="Hier", starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=2))
    evenement(slug="demain", title_fr="Demain")

    def shown(query, name="evenements"):
        told = client.get(f"/integrer/{name}.json{query}").json()
        frame = told["frame"].removeprefix("http://testserver")
        text = client.get(frame).content.decode()
        (script,) = re.findall(r'src="(/integrer/[a-z]+\.js[^"]*)"', text)
        map_is_current = '"current": true' in client.get(script.replace("&amp;", "&")).content.decode()
        assert [each["name"] in text for each in told["places"]] == [True] * told["count"]
        return [each["name"] for each in told["places"]], map_is_current

    assert shown("") == (["Demain"], True)
    assert shown("?passe=non") == (["Demain"], True)
    assert shown("?passe=oui") == (["Hier", "Demain"], False)
    assert shown("?datetime=../2000-01-01T00:00:00Z") == ([], False)
    assert shown("?fiche=hier") == (["Hier"], False)
    assert client.get("/integrer/evenements.json?passe=1").status_code == 400
    fermeture(title_fr="Finie", ends_at=now - timedelta(hours=1), geom=None)
    assert shown("", "fermetures") == ([], True)


def test_what_comes_first_is_first_whatever_its_name(client):
    now = timezone.now()
    for name, days in (("Zumba", 1), ("Atelier", 9), ("Marché", 5)):
        evenement(title_fr=name, starts_at=now + timedelta(days=days), ends_at=now + timedelta(days=days, hours=1))
    told = client.get("/integrer/evenements.json?limite=2").json()
    assert [each["name"] for each in told["places"]] == ["Zumba", "Marché"]


def test_events_come_as_on_our_pages_by_their_next_time(client):
    now = timezone.now()
    hour = timedelta(hours=1)
    for n in range(5):
        begins = now - timedelta(days=7 * 300 - 3 - n % 3)
        evenement(title_fr=f"Sortie {n}", starts_at=begins, ends_at=begins + hour, all_day=False, rrule="FREQ=WEEKLY")
    evenement(title_fr="Festival", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1) + hour)
    edition = {"starts_at": now - timedelta(days=40), "ends_at": now - timedelta(days=39)}
    evenement(title_fr="Trail", slug="trail", geom=Point(2.9, 50.4, srid=4326), rrule="freq=yearly", **edition)
    told = client.get("/integrer/evenements.json?limite=3").json()
    assert [each["name"] for each in told["places"]] == ["Festival", "Sortie 0", "Sortie 3"]
    assert told["count"] == 6
    assert [each.event.title_fr for each in upcoming(AnonymousUser())][:3] == ["Festival", "Sortie 0", "Sortie 3"]
    page = client.get("/integrer/evenements/?limite=60").content.decode()
    assert "Festival" in page
    assert "Trail" not in page
    past = client.get("/integrer/evenements.json?passe=oui").json()
    assert past["count"] == 7
    (alone,) = client.get("/integrer/evenements.json?fiche=trail").json()["places"]
    assert alone["name"] == "Trail"
    only = client.get("/integrer/evenements.json?filter=title_fr='Trail'").json()
    assert (only["count"], only["places"]) == (0, [])


@pytest.mark.parametrize("query", ["", "?filter=title_fr='Trail' OR title_fr='Fête'"])
def test_the_map_of_a_frame_shows_the_events_of_its_list(client, query):
    now, placed = timezone.now(), {"geom": Point(2.9, 50.4, srid=4326)}
    edition = {"starts_at": now - timedelta(days=40), "ends_at": now - timedelta(days=39)}
    evenement(title_fr="Trail", rrule="freq=yearly", **edition, **placed)
    evenement(title_fr="Fête", rrule="FREQ=YEARLY", **placed)
    script = client.get(f"/integrer/evenements.js{query}").content.decode()
    (source,) = re.findall(r'"/api/collections/evenements/items[^"]*"', script)
    shown = client.get(f"{json.loads(source)}&datetime={now:%Y-%m-%dT%H:%M:%SZ}/..")
    assert [each["properties"]["title_fr"] for each in shown.json()["features"]] == ["Fête"]


def test_a_closure_to_come_says_from_when(client):
    day = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=3)
    fermeture(title_fr="Chasse", geom=None, starts_at=day, ends_at=day + timedelta(hours=2))
    fermeture(title_fr="Travaux", geom=None, starts_at=day, ends_at=day + timedelta(days=9))
    lines = {each["name"]: each["line"] for each in client.get("/integrer/fermetures.json").json()["places"]}
    assert re.search(r" · le \d+(er)?\s\S+ de 14\sh à 16\sh$", lines["Chasse"]), lines
    assert re.search(r" · du \d+(er)?\s\S+ au \d+", lines["Travaux"]), lines


def test_there_is_no_picture_of_what_has_no_place(client, place):
    evenement(slug="partout", title_fr="Partout", geom=None)
    assert client.get("/integrer/evenements.json").json()["picture"] == ""
    evenement(title_fr="Ici", geom=Point(2.81, 50.41, srid=4326))
    assert "evenements.svg" in client.get("/integrer/evenements.json").json()["picture"]
    assert client.get("/integrer/evenements.json?fiche=partout").json()["picture"] == ""
    assert client.get("/integrer/cabanes.json?kind=refuge").json()["picture"] == ""


def test_picture_numbers_the_places_of_the_list(client, place):
    response = client.get("/integrer/cabanes.svg")
    assert response["Content-Type"] == "image/svg+xml"
    root = ET.fromstring(response.content)
    assert [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")] == ["2", "1"]
    assert ET.fromstring(client.get("/integrer/fermetures.svg").content).get("width") == "720"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/integrer/lunes.json", 404),
        ("/integrer/cabanes.json?parc=nulle-part", 404),
        ("/integrer/cabanes.json?fiche=secret", 404),
        ("/integrer/cabanes.json?fiche=%00", 404),
        ("/integrer/fermetures.json?fiche=x%00y", 404),
        ("/integrer/evenements/?parc=%00", 404),
        ("/integrer/cabanes.json?colour=red", 400),
        ("/integrer/cabanes.json?limit=5", 400),
        ("/integrer/cabanes.json?limite=0", 400),
        ("/integrer/cabanes.json?as-of=2026-01-01T00:00:00Z", 400),
        ("/integrer/cabanes.js?as-of=2026-01-01T00:00:00Z", 400),
        ("/integrer/cabanes.json?sortby=name_fr", 400),
        ("/integrer/cabanes.svg?profile=map", 400),
        ("/integrer/cabanes.json?parc=a&parc=b", 400),
        ("/integrer/communes.json?parc=parc-des-iles", 400),
        ("/integrer/cabanes.svg?kind=chateau", 400),
        ("/integrer/cabanes.js?bbox=1", 400),
        ("/integrer/cabanes/?kind=chateau", 400),
    ],
)
def test_what_cannot_be_read_is_refused(client, place, address, status):
    assert client.get(address).status_code == status


def test_an_unknown_parameter_is_told_which_ones_a_piece_takes(client):
    told = client.get("/integrer/cabanes.json?colour=red").json()["detail"]
    assert told.startswith("Paramètre inconnu. Connus\xa0: parc, fiche, limite, passe, bbox, ")
    named = told.split("\xa0: ")[1].rstrip(".").split(", ")
    assert not {"as-of", "sortby", "limit", "cursor", "crs", "properties"} & set(named)
    near = client.get("/integrer/cabanes.json?limites=3").json()["detail"]
    assert "«\xa0limite\xa0»" in near


def test_no_name_breaks_out_of_any_piece(client):
    cabane(slug="mal", name_fr=HOSTILE)
    for address in (
        "/integrer/cabanes/",
        "/integrer/cabanes/?fiche=mal",
        "/integrer/cabanes.svg",
        "/integrer/cabanes.js?id=",
    ):
        assert HOSTILE not in client.get(address).content.decode(), address
    told = client.get("/oembed", {"url": "http://testserver/cabanes/mal/"}).json()
    assert HOSTILE not in told["html"]
    assert "<script" not in told["html"]


def test_component_is_one_script_at_an_address_that_stays(client):
    response = client.get("/integrer/chaine-des-parcs.js")
    text = response.content.decode()
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=3600" in response["Cache-Control"]
    assert len(text) < 12_000
    for word in ("document.cookie", "localStorage", "sessionStorage", "innerHTML", "eval("):
        assert word not in text
    assert client.get("/integrer/chaine-des-parcs.js", headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/integrer/lunes.json", "/integrer/Cabanes%20.json", "/integrer/cabanes.json?parc=nulle-part"]
)
def test_what_does_not_exist_is_said_to_any_origin(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_a_frame_of_what_is_gone_says_so_in_the_frame(client, place):
    for address in ("/integrer/cabanes/?fiche=jamais", "/integrer/lunes/", "/integrer/cabanes/?parc=%00"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert policy(answer)["frame-ancestors"] == ["*"]
        assert "n’existe pas" in answer.content.decode()
