"""What the writer may not see is answered as what does not exist, in every link of every collection (decision 0248)."""

import json
from uuid import uuid4

import pytest
from django.db import models
from django.utils import timezone

from geodata import registry
from geodata.endpoints.writing import actions_of as actions_of_collection
from geodata.features import Feature
from geodata.models import Revision
from geodata.problems import Invalid
from tests.api.geodata.writing import FACTORIES, MERGE, REFERENCE, body, fields_of, items, send
from tests.factories.cabanes import cabane
from tests.factories.parcs import member, parc, user

pytestmark = pytest.mark.django_db
STATES = {
    "draft": {"status": "draft"},
    "withdrawn": {"status": "archived"},
    "deleted": {"deleted_at": timezone.now()},
}


def links():
    """Every link that a collection takes."""
    for collection in registry.collections():
        for name, field in collection.fields.items():
            if isinstance(field, models.ForeignKey) and field.editable and issubclass(field.related_model, Feature):
                yield pytest.param(collection.id, field, id=f"{collection.id}-{name}")


def hidden_ways():
    """Every link with each way of hiding what it leads to; who administers the site sees all but the bin."""
    for link in links():
        for state in ["deleted"] if link.values[0] in REFERENCE else STATES:
            yield pytest.param(*link.values, state, id=f"{link.id}-{state}")


def unknown(field):
    return str(uuid4()) if isinstance(field.target_field, models.UUIDField) else "99999"


def target_of(field, state="published"):
    made = FACTORIES[registry.of_model(field.related_model).id]()
    hide(made, state)
    return made, str(getattr(made, field.target_field.attname))


def hide(thing, state):
    type(thing).objects.filter(pk=thing.pk).update(**STATES.get(state, {}))


def refusal(answer, value):
    told = json.loads(answer.content)
    return answer.status_code, {name: each for name, each in told.items() if name != "instance"} | {
        "errors": [each | {"detail": each["detail"].replace(value, "…")} for each in told["errors"]]
    }


@pytest.mark.parametrize(("collection", "field", "state"), list(hidden_ways()))
def test_hidden_is_refused_as_what_does_not_exist(client, call, person, collection, field, state):
    who = user(is_superuser=True) if collection in REFERENCE else person
    _hidden, value = target_of(field, state)
    about = {} if collection in REFERENCE else {"authority": call}
    present = FACTORIES[collection](**about)
    url = f"{items(collection)}/{present.uuid}"
    owner = None if collection in REFERENCE else call
    before = Revision.objects.count()
    for verb, address, beside in (
        ("post", items(collection), {"nom": "inconnue"}), ("put", url, {}), ("patch", url, {"source": "<b>"}),
    ):  # fmt: skip
        told = []
        for tried in (value, unknown(field)):
            content = body(collection, owner)
            content["properties"] |= {field.name: tried, **beside}
            kind = [MERGE] if verb == "patch" else []
            answer = send(client, verb, address, content, who, *kind)
            assert answer.status_code == 422, answer.content
            assert field.name in fields_of(answer)
            told.append(refusal(answer, tried))
        assert told[0] == told[1]
    assert Revision.objects.count() == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("collection", "field"), list(links()))
def test_what_the_record_names_already_stays(client, call, person, collection, field, state):
    who = user(is_superuser=True) if collection in REFERENCE or field.name == "authority" else person
    target, value = target_of(field)
    about = {} if collection in REFERENCE else {"authority": call}
    present = FACTORIES[collection](**about | {field.name: target})
    hide(target, state)
    url = f"{items(collection)}/{present.uuid}"
    read = json.loads(client.get(url).content)
    assert read["properties"][field.name] == value
    answer = send(client, "put", url, read, who)
    assert answer.status_code == 200, answer.content
    assert json.loads(answer.content)["properties"][field.name] == value
    change = {"properties": {field.name: value, "source": "Relevé"}}
    assert send(client, "patch", url, change, who, MERGE).status_code == 200


def test_a_draft_of_ones_own_may_be_named(client, call, person):
    park = parc(authority=call, status="draft")
    made = send(client, "post", items("cabanes"), body("cabanes", call, park=str(park.uuid)), person)
    assert made.status_code == 201, made.content
    hide(call, "draft")
    assert send(client, "post", items("cabanes"), body("cabanes", call), person).status_code == 201


def test_an_authority_that_is_hidden_is_seen_and_changed_by_its_own_people_alone(client, call, person):
    hide(call, "draft")
    url, change = f"{items('autorites')}/{call.uuid}", {"properties": {"phone": "03 21 00 00 00"}}
    for who, seen, changed in ((person, 200, 200), (member("publisher"), 404, 404), (None, 404, 401)):
        assert send(client, "get", url, None, who).status_code == seen
        assert send(client, "patch", url, change, who, MERGE).status_code == changed


def test_a_version_that_names_what_is_hidden_since_is_not_restored(call, person):
    gone = parc(authority=call)
    thing = cabane(authority=call, park=gone)
    cabanes = actions_of("cabanes")
    first = thing.revision or Revision.objects.filter(uuid=thing.uuid).latest("id").id
    cabanes.update(thing.uuid, {"park": None}, by=person)
    hide(gone, "deleted")
    with pytest.raises(Invalid) as refused:
        cabanes.restore_version(thing.uuid, to_revision=first, by=person)
    assert list(refused.value.errors) == ["park"]


def test_a_closure_of_a_park_that_is_hidden_is_refused_and_one_that_is_kept_is_not(call, person):
    fermetures = actions_of("fermetures")
    theirs, mine = parc(status="draft"), parc(authority=call)
    thing = FACTORIES["fermetures"](authority=call)
    with pytest.raises(Invalid) as refused:
        fermetures.update(thing.uuid, {"parks": [theirs]}, by=person)
    assert list(refused.value.errors) == ["parks"]
    thing.parks.set([theirs])
    fermetures.update(thing.uuid, {"parks": [theirs, mine]}, by=person)
    assert {each.pk for each in thing.parks.all()} == {theirs.pk, mine.pk}


def actions_of(collection):
    return actions_of_collection(registry.get(collection))
