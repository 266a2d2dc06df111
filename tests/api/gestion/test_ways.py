"""From a record to what a manager does with it next."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    return autorite(code="CALL")


def test_a_published_park_or_trail_leads_to_a_closure_of_it(client, mine):
    area = parc(authority=mine, geom=box(2.79, 50.39, 2.83, 50.43))
    trail = sentier(authority=mine)
    client.force_login(member("publisher", mine))
    for kind, feature, name in (("parcs", area, "parc"), ("sentiers", trail, "sentier")):
        address = f"/gestion/fermetures/nouvelle/?{name}={feature.uuid}"
        assert f'href="{address}"' in client.get(f"/gestion/{kind}/{feature.uuid}/").content.decode()
        form = client.get(address).context["form"]
        assert (form["parks"].initial == [area.pk]) == (name == "parc")
        assert ("LineString" in str(form["geom"].value())) == (name == "sentier")
    assert " checked" in client.get(f"/gestion/fermetures/nouvelle/?parc={area.uuid}").content.decode()
    assert client.get("/gestion/fermetures/nouvelle/?parc=nonsense").status_code == 200
    hidden = parc(authority=autorite(), status="draft")
    assert client.get(f"/gestion/fermetures/nouvelle/?parc={hidden.uuid}").status_code == 404


def test_who_proposes_reads_it_on_the_button(client, mine):
    hut = cabane(authority=mine)
    for role, told in (("editor", True), ("publisher", False)):
        client.force_login(member(role, mine))
        assert ("Proposer ce changement" in client.get(f"/gestion/cabanes/{hut.uuid}/").content.decode()) == told


def test_a_file_that_has_to_be_chosen_again_is_said_to_be(client, mine):
    trail = sentier(authority=mine)
    client.force_login(member("publisher", mine))
    sent = {"file": SimpleUploadedFile("a.gpx", b"<gpx/>"), "quality": "surveyed", "source": ""}
    answer = client.post(f"/gestion/sentiers/{trail.uuid}/trace/", sent)
    assert answer.status_code == 422
    assert "Choisissez de nouveau ce fichier" in answer.content.decode()


@pytest.mark.parametrize(
    ("points", "told"), [(0, "Le fichier ne contient pas de ligne."), (2, "contient 2 tracés possibles")]
)
def test_a_file_without_the_one_line_that_is_looked_for_is_refused_in_words(client, mine, points, told):
    track = '<trk><trkseg><trkpt lat="50.4" lon="2.8"/><trkpt lat="50.41" lon="2.81"/></trkseg></trk>'
    file = f'<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">{track * points}</gpx>'
    client.force_login(member("publisher", mine))
    sent = {
        "file": SimpleUploadedFile("a.gpx", file.encode()), "quality": "surveyed", "source": "GPS", "source_date": "2026-01-02",
    }  # fmt: skip
    answer = client.post(f"/gestion/sentiers/{sentier(authority=mine).uuid}/trace/", sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_what_was_binned_by_mistake_is_one_step_away(client, mine):
    hut = cabane(authority=mine)
    client.force_login(member("publisher", mine))
    page = client.post(f"/gestion/cabanes/{hut.uuid}/supprimer/", follow=True).content.decode()
    assert "est dans la corbeille pour 90 jours" in page
    assert 'href="/gestion/corbeille/"' in page


def test_the_position_of_a_cabin_is_shown_and_confirmed_as_people_say_it(client, mine):
    hut = cabane(authority=mine, geom_quality="approximate", geom=Point(2.805, 50.405, srid=4326))
    client.force_login(member("publisher", mine))
    address = f"/gestion/cabanes/{hut.uuid}/trace/"
    page = client.get(address).content.decode()
    assert 'value="50.405000, 2.805000"' in page
    assert "Vérifier la position" in page
    sent = {"geom": "50,406 2,805", "quality": "surveyed", "source": "GPS", "source_date": "2026-01-02"}
    page = client.post(address, sent).content.decode()
    assert "Voici la position lue." in page
    assert 'value="50.406000, 2.805000"' in page
    client.post(address, {**sent, "confirm": "1"})
    hut.refresh_from_db()
    assert (hut.geom.coords, hut.geom_quality) == ((2.805, 50.406), "surveyed")


def test_a_partner_is_led_to_keys_and_deliveries_not_to_records(client, mine):
    records = ('href="/gestion/corbeille/"', 'id="carte"', "Mes fiches")
    for who, keeps in ((get_user_model().objects.create_user("miroir"), False), (member("editor", mine), True)):
        client.force_login(who)
        page = client.get("/gestion/").content.decode()
        assert 'href="/partenaires/cles/"' in page
        assert 'href="/gestion/webhooks/"' in page
        assert [each in page for each in records] == [keeps] * 3


@pytest.mark.parametrize(
    ("prefix", "role", "at"), [("", "CALL</strong>\xa0: publication", "à 12\xa0h\xa005"), ("/en", "CALL</strong>: publishing", "at 12:05"), ("/nl", "CALL</strong>: publiceren", "om 12:05")]
)  # fmt: skip
def test_colons_and_hours_are_those_of_the_language(client, prefix, role, at):
    mine = autorite(code="CALL", name_fr="CALL")
    client.force_login(member("publisher", mine))
    hut = cabane(authority=mine, name_fr="Héron", deleted_at="2026-11-20T11:05:00Z")
    assert hut.deleted_at
    assert role in client.get(f"{prefix}/gestion/").content.decode()
    assert at in client.get(f"{prefix}/gestion/corbeille/").content.decode()


def test_an_empty_choice_says_what_it_means(client, mine):
    client.force_login(member("publisher", mine))
    for collection in ("cabanes", "parcs", "sentiers", "evenements"):
        page = client.get(f"/gestion/{collection}/nouvelle/").content.decode()
        assert "---------" not in page
        assert '<option value="" selected>Non renseigné</option>' in page
