"""From a record to what a manager does with it next."""

import pytest
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
