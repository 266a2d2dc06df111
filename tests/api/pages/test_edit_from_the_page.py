"""Who may edit a record opens its form from its page; visitors see and ask what they did before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from geodata import registry
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc, point_acces, user
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
MAKERS = {
    "parcs": parc, "cabanes": cabane, "sentiers": sentier, "fermetures": fermeture, "evenements": evenement,
    "points-acces": point_acces,
}  # fmt: skip


def address(feature, prefix=""):
    collection = registry.of_model(type(feature))
    return prefix + reverse(f"pages:{collection.id}-detail", args=[getattr(feature, collection.page_key)])


def form_of(feature):
    return reverse("gestion:edit", args=[registry.of_model(type(feature)).id, feature.uuid])


@pytest.mark.parametrize("collection", MAKERS)
@pytest.mark.parametrize("role", ["editor", "publisher"])
def test_who_may_edit_a_record_opens_it_from_its_page(client, collection, role):
    ours = autorite()
    record = MAKERS[collection](authority=ours)
    client.force_login(member(role, ours))
    page = client.get(address(record)).content.decode()
    assert f'href="{form_of(record)}"' in page
    assert client.get(form_of(record)).context["may_edit"]


def test_the_form_is_in_the_language_of_the_page(client):
    ours = autorite()
    record = cabane(authority=ours)
    client.force_login(member("publisher", ours))
    wanted = f'href="/en{form_of(record)}"'
    page = client.get(address(record, "/en")).content.decode()
    assert wanted in page
    assert "Edit this record" in page


def test_an_authority_is_corrected_by_its_own_people(client):
    ours = autorite()
    client.force_login(member("publisher", ours))
    assert form_of(ours) in client.get(address(ours)).content.decode()
    assert "/gestion/autorites/" not in client.get(address(autorite())).content.decode()


def test_nobody_else_is_offered_it(client):
    ours = autorite()
    record = cabane(authority=ours)
    for person in (
        None,
        member("reader", ours),
        member("publisher"),
        member("publisher", ours, parks=[parc()]),
        user(),
    ):
        if person:
            client.force_login(person)
        assert form_of(record) not in client.get(address(record)).content.decode()


def test_a_page_of_the_past_is_not_edited(client):
    record = cabane()
    client.force_login(user(is_superuser=True))
    assert form_of(record) in client.get(address(record)).content.decode()
    past = client.get(address(record), {"as-of": record.updated_at.isoformat().replace("+00:00", "Z")})
    assert past.status_code == 200
    assert form_of(record) not in past.content.decode()


def test_a_visitor_pays_nothing_for_it(client):
    record = cabane()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address(record)).status_code == 200
    assert not [each["sql"] for each in asked if "parcs_adhesion" in each["sql"] or "comptes_user" in each["sql"]]
