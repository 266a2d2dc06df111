"""A write is judged for what it changes; what was wrong before and it leaves alone does not stand in its way."""

import pytest
from django.db import connection

from cabanes.models import Cabane
from geodata import registry
from geodata.endpoints.writing import actions_of
from tests.api.geodata.writing import MERGE, fields_of, items, send
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import member
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
OLD = "Vue <b>large</b>"


@pytest.fixture
def old(call):
    """A cabin whose description was stored before texts were judged."""
    made = cabane(authority=call, description_fr=OLD, source_url="https://exemple.fr")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cabanes_cabane SET source_url = 'exemple point fr' WHERE id = %s", [made.pk])
    made.refresh_from_db()
    return made


def address(thing):
    return f"{items('cabanes')}/{thing.uuid}"


def patched(client, thing, person, **properties):
    return send(client, "patch", address(thing), {"properties": properties}, person, MERGE)


def test_a_patch_of_another_field_is_taken(client, old, person):
    assert patched(client, old, person, name_fr="Le Busard").status_code == 200
    old.refresh_from_db()
    assert (old.name_fr, old.description_fr) == ("Le Busard", OLD)


@pytest.mark.parametrize("text", ["Vue <i>large</i>", "Vue <b>large</b> et haute", "a\x01"])
def test_a_text_that_is_written_is_judged(client, old, person, text):
    assert fields_of(patched(client, old, person, description_fr=text)) == ["description_fr"]


def test_a_second_text_that_is_wrong_is_judged(client, old, person):
    assert fields_of(patched(client, old, person, description_en="<b>wide</b>")) == ["description_en"]


def test_a_proposition_of_another_field_is_taken(client, old, call):
    editor = member("editor", call)
    assert patched(client, old, editor, name_fr="Le Busard").status_code == 202
    assert patched(client, old, editor, description_fr="<b>Vue</b>").status_code == 422


def test_it_is_withdrawn_as_it_is_and_published_once_it_is_right(client, old, person):
    assert patched(client, old, person, status="archived").status_code == 200
    again = patched(client, old, person, status="published")
    assert {"description_fr", "source_url"} <= set(fields_of(again))
    right = patched(
        client, old, person, status="published", description_fr="Vue large", source_url="https://exemple.fr"
    )
    assert right.status_code == 200
    assert Cabane.objects.get(pk=old.pk).is_public


def test_a_whole_record_that_is_sent_back_with_one_change_is_taken(client, old, person):
    found = client.get(address(old))
    content = found.json()
    content["properties"]["name_fr"] = "Le Busard"
    etag = {"If-Match": found["ETag"]}
    answer = send(client, "put", address(old), content, person, **etag)
    assert answer.status_code == 200, answer.content
    old.refresh_from_db()
    assert (old.name_fr, old.description_fr, old.source_url) == ("Le Busard", OLD, "exemple point fr")
    content["properties"]["source_url"] = "autre point fr"
    assert "source_url" in fields_of(send(client, "put", address(old), content, person))


def test_a_form_that_is_sent_back_with_one_change_is_taken(client, old, person):
    client.force_login(person)
    page = f"/gestion/cabanes/{old.uuid}/"
    shown = client.get(page).context["form"]
    typed = {bound.html_name: bound.value() for bound in shown if isinstance(bound.value(), (str, int))}
    answer = client.post(page, typed | {"name_fr": "Le Busard"})
    assert answer.status_code == 302, answer.context["form"].errors
    old.refresh_from_db()
    assert (old.name_fr, old.description_fr, old.source_url) == ("Le Busard", OLD, "exemple point fr")
    refused = client.post(page, typed | {"source_url": "autre point fr"})
    assert list(refused.context["form"].errors) == ["source_url"]


def test_a_number_that_no_float_holds_is_refused_where_one_is_stored(client, call, person):
    thing = cabane(authority=call, height_m=3.0)
    assert fields_of(patched(client, thing, person, height_m=10**400)) == ["height_m"]
    assert fields_of(patched(client, thing, person, park_distance_m=10**400)) == ["park_distance_m"]


# 2026-12-04 is a Friday.
OF_THURSDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=TH", "starts_at": "2026-12-04T09:00:00Z", "ends_at": "2026-12-04T11:00:00Z"}


def test_a_list_that_is_nested_too_deep_in_a_text_is_refused_where_one_is_derived(client, call, person):
    thing = sentier(authority=call)
    answer = send(
        client, "patch", f"{items('sentiers')}/{thing.uuid}", {"properties": {"communes": "[" * 20_000}}, person, MERGE
    )
    assert fields_of(answer) == ["communes"]


@pytest.mark.parametrize("make", [evenement, fermeture])
def test_what_a_rule_reads_beside_the_field_of_its_sentence_is_judged_when_it_is_written(client, call, person, make):
    thing = make(authority=call, **OF_THURSDAYS)
    url = f"{items(registry.of_model(type(thing)).id)}/{thing.uuid}"

    def patch(**properties):
        return send(client, "patch", url, {"properties": properties}, person, MERGE)

    assert patch(title_fr="Autre titre").status_code == 200
    saturday = {"starts_at": "2026-12-05T09:00:00Z", "ends_at": "2026-12-05T11:00:00Z"}
    assert fields_of(patch(**saturday)) == ["rrule"]
    thursday = {"starts_at": "2026-12-03T09:00:00Z", "ends_at": "2026-12-03T11:00:00Z"}
    assert patch(**thursday).status_code == 200


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_what_rules_read_are_fields(collection):
    between = actions_of(collection).between
    for name in (*between, *(each for read in between.values() for each in read)):
        assert name in collection.fields or name == "geom"
