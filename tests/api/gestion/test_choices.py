"""A form offers what its reader may see, in a list that can be read."""

import re

import pytest
from django.urls import reverse

from agenda.models import Evenement
from carte.gestion import offer
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    found = autorite(code="CALL")
    client.force_login(member("publisher", found))
    return found


def event(call, **more):
    return {
        "title_fr": "Fête", "kind": "fete", "starts_at": "2027-05-01T10:00", "ends_at": "2027-05-01T18:00",
        "authority": call.code,
    } | more  # fmt: skip


def test_drafts_and_the_bin_of_others_are_neither_offered_nor_accepted(client, call):
    hidden = [
        cabane(name_fr="Brouillon d’ailleurs", status="draft"),
        cabane(name_fr="Jetée ailleurs", deleted_at="2026-11-20T10:00:00Z"),
    ]
    mine = cabane(name_fr="Mon brouillon", status="draft", authority=call)
    page = client.get(reverse("gestion:create", args=["evenements"])).content.decode()
    assert "Mon brouillon" in page
    for each in hidden:
        assert each.name_fr not in page
        refused = client.post(reverse("gestion:create", args=["evenements"]), event(call, cabin=str(each.uuid)))
        assert refused.status_code == 422
        assert refused.context["form"].errors["cabin"]
    assert not Evenement.objects.exists()
    assert (
        client.post(reverse("gestion:create", args=["evenements"]), event(call, cabin=str(mine.uuid))).status_code
        == 302
    )


def test_a_list_that_would_be_too_long_is_typed(client, call, monkeypatch):
    monkeypatch.setattr(offer, "LONGEST", 2)
    parks = [parc(slug=f"parc-{letter}", authority=call) for letter in "abc"]
    field = client.get(reverse("gestion:create", args=["cabanes"])).context["form"]["park"]
    assert field.widget_type == "text"
    given = {"name_fr": "X", "geom": "50.405, 2.805", "authority": call.code, "kind": "abri"}
    wrong = client.post(reverse("gestion:create", args=["cabanes"]), given | {"park": "nulle-part"})
    assert wrong.context["form"].errors["park"]
    made = client.post(reverse("gestion:create", args=["cabanes"]), given | {"park": "parc-b"})
    assert client.get(made["Location"]).context["form"]["park"].value() in ("parc-b", parks[1])


def test_a_record_of_others_is_read_with_who_may_change_it(client, call):
    other = parc(name_fr="Pas le mien", authority=autorite(code="AUTRE", name_fr="Une autre", email="a@autre.fr"))
    page = client.get(reverse("gestion:edit", args=["parcs", other.uuid]))
    assert "Le peuvent" in page.content.decode()
    assert "a@autre.fr" in page.content.decode()
    assert all(field.disabled for field in page.context["form"].fields.values())
    chosen = re.search(r'<select name="authority".*?</select>', page.content.decode(), re.DOTALL)
    assert re.findall(r"selected>([^<]+)", chosen[0]) == ["Une autre"]
    assert "Enregistrer</button>" not in page.content.decode()
    assert client.post(reverse("gestion:edit", args=["parcs", other.uuid]), {"name_fr": "Volé"}).status_code == 403


@pytest.mark.parametrize("longest", [500, 0])
def test_what_a_record_names_stays_when_it_was_hidden_since_and_is_told_by_its_code(client, call, monkeypatch, longest):
    monkeypatch.setattr(offer, "LONGEST", longest)
    park = parc(name_fr="Parc caché", slug="parc-cache")
    closure, other = fermeture(authority=call), parc(name_fr="Autre caché")
    closure.parks.set([park, other])
    hut = cabane(authority=call, park=park)
    for each in (park, other):
        type(each).objects.filter(pk=each.pk).update(status="draft")
    for kind, record, name in (("cabanes", hut, "park"), ("fermetures", closure, "parks")):
        address = reverse("gestion:edit", args=[kind, record.uuid])
        page = client.get(address)
        text = page.content.decode()
        assert str(park.uuid) in text
        assert not {"Parc caché", "parc-cache", "Autre caché"} & {
            each for each in ("Parc caché", "parc-cache", "Autre caché") if each in text
        }
        form = page.context["form"]
        sent = {each.html_name: each.value() for each in form if each.value() not in (None, "", [], False)}
        sent |= {each.html_initial_name: each.value() for each in form if each.value() not in (None, "", [], False)}
        shown = form[name].field.prepare_value(form[name].value())
        sent |= {name: shown, f"initial-{name}": shown, "source": "Relevé"}
        answer = client.post(address, sent)
        assert answer.status_code == 302, answer.context["form"].errors
    hut.refresh_from_db()
    assert (hut.park_id, hut.source) == (park.uuid, "Relevé")
    assert {each.pk for each in closure.parks.all()} == {park.pk, other.pk}
