"""An editor's change to what is published waits; who publishes accepts it or refuses it with a reason."""

import json

import pytest
from django.urls import reverse

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.models import Proposition, Revision
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return autorite(code="CALL", name_fr="Lens-Liévin")


@pytest.fixture
def editor(call):
    return member("editor", call, username="elie")


@pytest.fixture
def publisher(call):
    return member("publisher", call, username="marie")


def propose(client, editor, thing, **properties):
    client.force_login(editor)
    body = {"type": "Feature", "properties": properties}
    if "geometry" in properties:
        body["geometry"] = properties.pop("geometry")
    sent = client.patch(
        f"/api/collections/cabanes/items/{thing.uuid}", json.dumps(body), content_type="application/merge-patch+json"
    )
    assert sent.status_code == 202, sent.content
    return Proposition.objects.get(uuid=sent.json()["uuid"])


def page_of(proposition):
    return reverse("gestion:proposition", args=[proposition.uuid])


def test_strangers_and_other_authorities_do_not_see_it(client, call, editor):
    thing = cabane(authority=call)
    waiting = propose(client, editor, thing, edition="2021")
    client.logout()
    assert client.get(page_of(waiting)).status_code == 302
    client.force_login(member("publisher", autorite()))
    assert client.get(page_of(waiting)).status_code == 404
    assert client.post(page_of(waiting), {"verdict": "accept"}).status_code == 404
    assert thing.label not in client.get(reverse("gestion:propositions")).content.decode()


def test_its_author_sees_it_and_may_not_decide(client, call, editor):
    thing = cabane(authority=call, edition="2020")
    waiting = propose(client, editor, thing, edition="2021")
    assert "Accepter" not in client.get(page_of(waiting)).content.decode()
    assert client.post(page_of(waiting), {"verdict": "accept"}).status_code == 403
    thing.refresh_from_db()
    assert thing.edition == "2020"


def test_a_refusal_needs_a_reason_that_the_author_reads(client, call, editor, publisher):
    thing = cabane(authority=call, edition="2020")
    waiting = propose(client, editor, thing, edition="2021")
    client.force_login(publisher)
    assert client.post(page_of(waiting), {"verdict": "refuse", "note": " "}).status_code == 422
    assert client.post(page_of(waiting), {"verdict": "refuse", "note": "Déjà vérifié sur place."}).status_code == 302
    client.force_login(editor)
    told = client.get(reverse("gestion:propositions")).content.decode()
    assert "Refusée" in told
    assert "Déjà vérifié sur place." in told
    thing.refresh_from_db()
    assert thing.edition == "2020"


def test_accepted_it_is_public_and_the_history_names_both(client, call, editor, publisher):
    area = parc(authority=call, name_fr="Parc du Nord")
    thing = cabane(authority=call, edition="2020", opened_on="2020-06-01", materials=["bois"])
    waiting = propose(
        client, editor, thing, edition="2021", park=str(area.uuid), park_reason="annexe", opened_on="2021-05-02",
        materials=["bois", "acier"], kind="belvedere", geometry={"type": "Point", "coordinates": [2.8055, 50.405]},
    )  # fmt: skip
    client.force_login(publisher)
    assert "1 proposition attend" in client.get("/gestion/").content.decode()
    page = client.get(page_of(waiting)).content.decode()
    for expected in (
        "Parc du Nord",
        "belvédère",
        "bois, acier",
        "2 mai 2021",
        "déplacée de 3",
        "En gris\xa0: aujourd’hui.",
    ):
        assert expected in page
    assert client.post(page_of(waiting), {"verdict": "accept", "note": "merci"}).status_code == 302
    made = Cabane.objects.get(pk=thing.pk)
    assert (made.edition, made.park, str(made.opened_on), made.materials) == (
        "2021", area, "2021-05-02", ["bois", "acier"],
    )  # fmt: skip
    assert round(made.geom.x, 4) == 2.8055
    last = Revision.objects.filter(uuid=thing.uuid).latest("id")
    assert (last.actor, last.note, last.reason) == (publisher, "proposition de elie : merci", "")
    assert "merci" not in client.get("/api/changes").content.decode()
    assert "merci" not in client.get(f"/api/collections/cabanes/items/{thing.uuid}/versions").content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("accepted", publisher)
    assert client.post(page_of(waiting), {"verdict": "accept"}).status_code == 409


def test_what_the_author_did_not_touch_stays_as_others_left_it(client, call, editor, publisher):
    thing = cabane(authority=call, name_fr="Nom", edition="2020")
    waiting = propose(client, editor, thing, edition="2021", name_fr="Nom")
    with recording(by=None):
        Cabane.objects.filter(pk=thing.pk).update(name_fr="Nom corrigé")
    client.force_login(publisher)
    assert client.post(page_of(waiting), {"verdict": "accept"}).status_code == 302
    thing.refresh_from_db()
    assert (thing.name_fr, thing.edition) == ("Nom corrigé", "2021")


def test_a_clash_is_said_and_only_what_was_compared_is_replaced(client, call, editor, publisher):
    thing = cabane(authority=call, edition="2020")
    waiting = propose(client, editor, thing, edition="2021")
    client.force_login(publisher)
    seen = client.get(page_of(waiting)).context["feature"].revision
    with recording(by=None):
        Cabane.objects.filter(pk=thing.pk).update(edition="2022")
    refused = client.post(page_of(waiting), {"verdict": "accept", "seen": seen})
    assert refused.status_code == 409
    assert "modifié depuis" in refused.content.decode()
    thing.refresh_from_db()
    assert thing.edition == "2022"
    assert (
        client.post(page_of(waiting), {"verdict": "accept", "seen": refused.context["feature"].revision}).status_code
        == 302
    )
    thing.refresh_from_db()
    assert thing.edition == "2021"


def test_a_proposition_on_what_was_deleted_is_said(client, call, editor, publisher):
    thing = cabane(authority=call)
    waiting = propose(client, editor, thing, edition="2021")
    with recording(by=None):
        Cabane.objects.filter(pk=thing.pk).update(deleted_at="2026-11-20T10:00:00Z")
    client.force_login(editor)
    assert "supprimée" in client.get(page_of(waiting)).content.decode()
    client.force_login(publisher)
    assert client.get(page_of(waiting)).status_code == 404


def test_who_publishes_for_some_parks_decides_for_these_alone(client, call, editor):
    here, there = parc(authority=call), parc(authority=call)
    near, far = cabane(authority=call, park=here, name_fr="Ici"), cabane(authority=call, park=there, name_fr="Là-bas")
    for thing in (near, far):
        propose(client, editor, thing, edition="2021")
    client.force_login(member("publisher", call, parks=[here]))
    page = client.get(reverse("gestion:propositions")).content.decode()
    assert "Ici" in page
    assert "Là-bas" not in page
    assert client.get(page_of(Proposition.objects.get(object_uuid=far.uuid))).status_code == 404


def test_the_list_takes_as_many_statements_for_ten_as_for_one(
    client, call, editor, publisher, django_assert_max_num_queries
):
    for _each in range(10):
        propose(client, editor, cabane(authority=call), edition="2021")
    client.force_login(publisher)
    with django_assert_max_num_queries(8):
        client.get(reverse("gestion:propositions"))
