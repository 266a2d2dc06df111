"""Role × status × verb, refusals first, on every collection that managers write."""

import json

import pytest

from geodata import registry
from geodata.features import Status
from geodata.models import Proposition, Revision
from tests.api.geodata.writing import FACTORIES, MERGE, REFERENCE, SMALLEST, body, items, send
from tests.factories.parcs import autorite, member, user

pytestmark = pytest.mark.django_db

ROLES = (None, "nobody", "stranger", "reader", "reporter", "editor", "publisher", "admin", "superuser")
# verb × status: what each of ROLES gets. 404 where the record is hidden from the person.
TABLE = {
    ("post", None): (401, 403, 403, 403, 403, 201, 201, 201, 201),
    ("post", "published"): (401, 403, 403, 403, 403, 403, 201, 201, 201),
    ("put", "draft"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("put", "in_review"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("put", "published"): (401, 403, 403, 403, 403, 202, 200, 200, 200),
    ("put", "archived"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("patch", "draft"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("patch", "in_review"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("patch", "published"): (401, 403, 403, 403, 403, 202, 200, 200, 200),
    ("patch", "archived"): (401, 404, 404, 403, 403, 200, 200, 200, 200),
    ("delete", "draft"): (401, 404, 404, 403, 403, 204, 204, 204, 204),
    ("delete", "in_review"): (401, 404, 404, 403, 403, 403, 204, 204, 204),
    ("delete", "published"): (401, 403, 403, 403, 403, 403, 204, 204, 204),
    ("delete", "archived"): (401, 404, 404, 403, 403, 403, 204, 204, 204),
}
# from → to: what an editor and a publisher get by PATCH of `status`.
STEPS = {
    ("draft", "in_review"): (200, 200),
    ("draft", "published"): (403, 200),
    ("draft", "archived"): (403, 200),
    ("in_review", "published"): (403, 200),
    ("in_review", "draft"): (409, 409),
    ("published", "draft"): (403, 409),
    ("published", "in_review"): (403, 409),
    ("published", "archived"): (403, 200),
    ("archived", "published"): (403, 200),
    ("archived", "draft"): (409, 409),
}


def who(role, authority):
    if role is None:
        return None
    if role in ("nobody", "superuser"):
        return user(is_superuser=role == "superuser")
    return member("publisher") if role == "stranger" else member(role, authority)


@pytest.fixture
def call(db):
    return autorite(code="CALL", name_fr="Lens-Liévin", email="parcs@call.example")


def test_every_collection_is_in_the_table():
    assert {each.id for each in registry.collections()} <= set(FACTORIES)


@pytest.mark.parametrize("collection", SMALLEST)
@pytest.mark.parametrize(("verb", "status"), TABLE, ids=str)
def test_role_by_status_by_verb(client, call, collection, verb, status):
    for role, expected in zip(ROLES, TABLE[verb, status], strict=True):
        person, before = who(role, call), Revision.objects.count()
        if verb == "post":
            given = {"status": status} if status else {}
            response = send(client, "post", items(collection), body(collection, call, **given), person)
        else:
            thing = FACTORIES[collection](authority=call, status=status)
            before = Revision.objects.count()
            url = f"{items(collection)}/{thing.uuid}"
            content = {"put": body(collection, call), "patch": {"properties": {"source": "mairie"}}, "delete": None}
            kind = MERGE if verb == "patch" else "application/geo+json"
            response = send(client, verb, url, content[verb], person, kind)
        assert response.status_code == expected, (role, response.content)
        written = Revision.objects.count() - before
        assert (written > 0) == (expected in (200, 201, 204)), role
        if expected == 401:
            assert response["WWW-Authenticate"].startswith("Bearer")
        if expected == 403 and role != "nobody" and verb != "post":
            assert "Lens-Liévin" in json.loads(response.content)["detail"]


@pytest.mark.parametrize("collection", SMALLEST)
def test_allow_is_what_the_table_gives(client, call, collection):
    for number, role in enumerate(ROLES):
        person = who(role, call)
        here = send(client, "options", items(collection), person=person)["Allow"].split(", ")
        # Who publishes for another authority may add a record under that one.
        adds = TABLE["post", None][number] == 201 or role == "stranger"
        assert here == ["GET", "HEAD", "OPTIONS", *(["POST"] if adds else [])], role
        for status in ("draft", "in_review", "published", "archived"):
            thing = FACTORIES[collection](authority=call, status=status)
            told = send(client, "options", f"{items(collection)}/{thing.uuid}", person=person)
            expected = {verb: TABLE[verb, status][number] for verb in ("put", "patch", "delete")}
            if 404 in expected.values() or (role is None and status != "published"):
                assert told.status_code == 404, (role, status)
                continue
            allowed = {verb.upper() for verb, code in expected.items() if code < 300}
            assert set(told["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"} | allowed, (role, status)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("published", "draft", "« publié » ne passe pas à « brouillon », seulement à : archivé (archived)."),
        ("archived", "in_review", "« archivé » ne passe pas à « en relecture », seulement à : publié (published)."),
        ("in_review", "draft", "seulement à : publié (published), archivé (archived)."),
    ],
)
def test_a_step_that_does_not_exist_names_those_that_do(client, call, old, new, told):
    thing = FACTORIES["cabanes"](authority=call, status=old)
    url, change = f"{items('cabanes')}/{thing.uuid}", {"properties": {"status": new}}
    refused = send(client, "patch", url, change, member("publisher", call), MERGE)
    assert refused.status_code == 409
    assert refused.json()["detail"].replace("\xa0", " ").endswith(told)


@pytest.mark.parametrize("collection", REFERENCE)
def test_allow_of_reference_records_is_what_each_verb_answers(client, call, collection):
    for role in ROLES:
        person, thing = who(role, call), FACTORIES[collection]()
        url, change = f"{items(collection)}/{thing.uuid}", {"properties": {"source": "mairie"}}
        here = send(client, "options", items(collection), person=person)["Allow"].split(", ")
        assert ("POST" in here) == (role == "superuser")
        allowed = send(client, "options", url, person=person)["Allow"].split(", ")
        for verb, content in (("patch", change), ("put", body(collection)), ("delete", None)):
            kind = MERGE if verb == "patch" else "application/geo+json"
            answer = send(client, verb, url, content, person, kind)
            assert (verb.upper() in allowed) == (answer.status_code not in (401, 403)), (role, verb, answer.content)


@pytest.mark.parametrize("collection", SMALLEST)
@pytest.mark.parametrize(("old", "new"), STEPS, ids=str)
def test_steps_of_a_life(client, call, collection, old, new):
    for role, expected in zip(("editor", "publisher"), STEPS[old, new], strict=True):
        thing = FACTORIES[collection](authority=call, status=old)
        url = f"{items(collection)}/{thing.uuid}"
        response = send(client, "patch", url, {"properties": {"status": new}}, member(role, call), MERGE)
        assert response.status_code == expected, (role, response.content)
        assert type(thing).objects.get(pk=thing.pk).status == (new if expected == 200 else old)
    assert not Proposition.objects.exists()


@pytest.mark.parametrize("collection", REFERENCE)
def test_reference_records_are_added_by_the_administration_only(client, call, collection):
    for role in ROLES[1:]:
        response = send(client, "post", items(collection), body(collection), who(role, call))
        assert response.status_code == (201 if role == "superuser" else 403), response.content


def test_an_authority_keeps_its_own_record(client, call):
    url, change = f"{items('autorites')}/{call.uuid}", {"properties": {"phone": "03 21 00 00 00"}}
    assert send(client, "patch", url, change, member("publisher"), MERGE).status_code == 403
    assert send(client, "patch", url, change, member("editor", call), MERGE).status_code == 202
    assert send(client, "patch", url, change, member("publisher", call), MERGE).status_code == 200


@pytest.mark.parametrize("collection", SMALLEST)
@pytest.mark.parametrize("status", [each.value for each in Status if each != Status.PUBLISHED])
def test_hidden_record_is_hidden_from_strangers(client, call, collection, status):
    thing = FACTORIES[collection](authority=call, status=status)
    for person in (None, user(), member("publisher")):
        url = f"{items(collection)}/{thing.uuid}"
        assert send(client, "get", url, person=person).status_code == 404
        assert send(client, "options", url, person=person).status_code == 404
        listed = json.loads(send(client, "get", items(collection), person=person).content)
        assert str(thing.uuid) not in {feature["id"] for feature in listed["features"]}
    assert send(client, "get", f"{items(collection)}/{thing.uuid}", person=member("reader", call)).status_code == 200


def test_moving_a_record_to_another_authority_needs_a_role_there(client, call):
    other = autorite(code="CAHC")
    thing, person = FACTORIES["cabanes"](authority=call), member("publisher", call)
    url, change = f"{items('cabanes')}/{thing.uuid}", {"properties": {"authority": "CAHC"}}
    assert send(client, "patch", url, change, person, MERGE).status_code == 403
    person.adhesions.create(authority=other, role="editor")
    assert send(client, "patch", url, change, person, MERGE).status_code == 200


def test_role_limited_to_a_park_sees_the_rest_and_changes_nothing_of_it(client, call):
    mine, other = (FACTORIES["parcs"](authority=call) for _ in range(2))
    person = member("publisher", call, parks=[mine])
    for park, status, expected in ((mine, "draft", 200), (other, "draft", 403), (mine, "published", 200)):
        thing = FACTORIES["cabanes"](authority=call, park=park, status=status)
        url, change = f"{items('cabanes')}/{thing.uuid}", {"properties": {"source": "mairie"}}
        assert send(client, "get", url, person=person).status_code == 200
        assert send(client, "patch", url, change, person, MERGE).status_code == expected
    assert send(client, "patch", f"{items('parcs')}/{other.uuid}", change, person, MERGE).status_code == 403


def test_inactive_person_is_nobody(client, call):
    person = member("admin", call)
    token = send(client, "get", items("cabanes"), person=person)
    assert token.status_code == 200
    person.is_active = False
    person.save()
    assert send(client, "post", items("cabanes"), body("cabanes", call), person).status_code == 401


def test_authority_is_told_by_the_park_or_by_the_only_role(client, call):
    other = autorite(code="CAHC")
    person = member("editor", call)
    made = send(client, "post", items("cabanes"), body("cabanes"), person)
    assert json.loads(made.content)["properties"]["authority"] == "CALL"
    person.adhesions.create(authority=other, role="editor")
    unsaid = send(client, "post", items("cabanes"), body("cabanes"), person)
    assert unsaid.status_code == 422
    assert "authority" in unsaid.content.decode()
    park = FACTORIES["parcs"](authority=other)
    made = send(client, "post", items("cabanes"), body("cabanes", park=str(park.uuid)), person)
    assert json.loads(made.content)["properties"]["authority"] == "CAHC"
