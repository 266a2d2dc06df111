"""Subscriptions by page: changed as by API, listed when they stopped, read without a table."""

import pytest
from django.urls import reverse

from geodata.models import Subscription
from geodata.webhooks import subscribing
from tests.factories.parcs import autorite, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """The outside network is closed: every name leads to a public number."""
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_kwargs: [(2, 1, 6, "", ("93.184.216.34", port))])


@pytest.fixture
def person(client):
    client.force_login(made := user(email="lea@exemple.fr"))
    return made


def subscribe(by, **given):
    return subscribing.subscribe({"name": "Miroir", "url": "https://exemple.fr/crochet"} | given, by=by)[0]


def edit(client, subscription, **changes):
    """Send the form as the page shows it, with these changes."""
    address = reverse("gestion:webhook-edit", args=[subscription.pk])
    form = client.get(address).context["form"]
    sent = {field.html_name: field.value() for field in form} | changes
    return client.post(address, {name: value for name, value in sent.items() if value not in (None, False)})


def test_every_choice_can_be_changed_and_the_place_in_the_feed_stays(client, person):
    autorite(code="CALL")
    autorite(code="CABBALR")
    found = subscribe(person, collections=["cabanes"], bbox=[2.7123456, 50.3, 2.9, 50.5], authority="CALL")
    place = found.since
    changes = {"collections": ["parcs", "sentiers"], "bbox": "2.5; 50.25; 3; 50.6", "authority": "CABBALR",
               "events": ["delete"], "features": False, "name": "Autre", "url": "https://exemple.fr/autre"}  # fmt: skip
    assert edit(client, found, **changes).status_code == 302
    found.refresh_from_db()
    assert (found.collections, found.box) == (["parcs", "sentiers"], [2.5, 50.25, 3.0, 50.6])
    assert (found.authority, found.events, found.with_features) == ("CABBALR", ["delete"], False)
    assert (found.name, found.url, found.since) == ("Autre", "https://exemple.fr/autre", place)
    assert edit(client, found, collections=[], bbox="", authority="").status_code == 302
    found.refresh_from_db()
    assert (found.collections, found.box, found.authority) == ([], None, "")


def test_what_is_not_touched_stays_to_the_last_digit(client, person):
    body = autorite(code="CALL")
    found = subscribe(person, bbox=[2.7123456, 50.3, 2.9, 50.5], authority="CALL")
    type(body).objects.update(status="archived")
    assert edit(client, found, name="Autre").status_code == 302
    found.refresh_from_db()
    assert (found.name, found.box, found.authority) == ("Autre", [2.7123456, 50.3, 2.9, 50.5], "CALL")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bbox": "3, 50, 2"}, "bbox"), ({"bbox": "ouest"}, "bbox"), ({"url": "http://exemple.fr/"}, "url"),
        ({"authority": "RIEN"}, "authority"), ({"collections": ["rien"]}, "collections"), ({"name": ""}, "name"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field_and_nothing_changes(client, person, changes, field):
    found = subscribe(person)
    refused = edit(client, found, **({"name": "Autre"} | changes))
    assert refused.status_code == 422
    assert refused.context["form"].errors[field]
    assert not Subscription.objects.filter(name="Autre").exists()


def test_its_page_names_the_authority_and_its_form_the_rule_of_addresses(client, person):
    autorite(code="CALL", name_fr="CA de Lens-Liévin")
    found = subscribe(person, authority="CALL")
    shown = client.get(reverse("gestion:webhook", args=[found.pk])).content.decode()
    assert "<dd>CA de Lens-Liévin</dd>" in shown
    assert "443 ou 8443" in client.get(reverse("gestion:webhooks")).content.decode()


def test_only_the_page_after_a_message_was_sent_waits_for_its_answer(client, person):
    address = reverse("gestion:webhook", args=[subscribe(person).pk])
    assert b"data-waits" not in client.get(address).content
    client.post(address, {"verb": "test"})
    assert b"data-waits" in client.get(address).content
    assert b"data-waits" not in client.get(address).content


def test_another_ones_is_not_found(client, person):
    found = subscribe(user())
    address = reverse("gestion:webhook-edit", args=[found.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "Pris"}).status_code == 404
    assert Subscription.objects.get().name == "Miroir"


def test_the_board_names_those_of_mine_that_stopped(client, person):
    mine, _running, _theirs = subscribe(person), subscribe(person, name="Court"), subscribe(user(), name="Autrui")
    Subscription.objects.exclude(name="Court").update(state="stopped")
    page = client.get("/gestion/").content.decode()
    assert f'href="/gestion/webhooks/{mine.pk}/"' in page
    assert "«\xa0Miroir\xa0» est arrêté" in page
    assert "Court" not in page
    assert "Autrui" not in page
    subscribing.resume(mine)
    assert "est arrêté" not in client.get("/gestion/").content.decode()
