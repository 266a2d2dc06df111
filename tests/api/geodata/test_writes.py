import json
from uuid import uuid4

import pytest

from cabanes.models import Cabane
from geodata import registry
from geodata.models import Proposition, Revision
from tests.api.geodata.writing import send
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc, user

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


def body(authority, **properties):
    given = {"name_fr": "Nouvelle cabane", "authority": authority.code, "no_photo_reason": "en attente"}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [2.8, 50.4]},
        "properties": given | properties,
    }


@pytest.fixture
def call(db):
    return autorite(code="CALL", name_fr="Lens-Liévin", email="parcs@call.example")


def test_publisher_adds_a_cabin_and_everybody_sees_it_at_the_next_request(client, call):
    response = send(client, "post", ITEMS, body(call, status="published"), member("publisher", call))
    assert response.status_code == 201
    feature = json.loads(response.content)
    assert response["Location"].endswith(f"{ITEMS}/{feature['id']}")
    assert [each["id"] for each in json.loads(client.get(ITEMS).content)["features"]] == [feature["id"]]
    last = Revision.objects.order_by("-id").first()
    assert (last.source, last.op, last.public_op) == ("ogc", "insert", "upsert")


def test_refusal_says_who_can(client, call):
    response = send(client, "post", ITEMS, body(call), member("publisher"))
    assert "Lens-Liévin" in json.loads(response.content)["detail"]
    assert "parcs@call.example" in json.loads(response.content)["detail"]


def test_a_reader_hears_who_of_their_own_authority_can(client, call):
    response = send(client, "post", ITEMS, body(call), member("reader", call))
    assert response.status_code == 403
    assert "Lens-Liévin" in json.loads(response.content)["detail"]


def test_role_limited_to_a_park(client, call):
    mine, other = parc(authority=call), parc(authority=call)
    person = member("publisher", call, parks=[mine])
    assert send(client, "post", ITEMS, body(call, park=str(mine.uuid)), person).status_code == 201
    assert send(client, "post", ITEMS, body(call, park=str(other.uuid)), person).status_code == 403
    assert send(client, "post", ITEMS, body(call), person).status_code == 403


def test_same_uuid_sent_again_makes_one_cabin(client, call):
    person, uuid = member("publisher", call), str(uuid4())
    first = send(client, "post", ITEMS, body(call) | {"id": uuid}, person)
    again = send(client, "post", ITEMS, body(call) | {"id": uuid}, person)
    assert (first.status_code, again.status_code) == (201, 200)
    assert Cabane.objects.filter(uuid=uuid).count() == 1
    assert send(client, "post", ITEMS, body(call) | {"id": uuid}, member("publisher", call)).status_code == 409


def test_stale_if_match_is_412_with_the_current_validator_and_writes_nothing(client, call):
    thing, person = cabane(authority=call), member("publisher", call)
    url = f"{ITEMS}/{thing.uuid}"
    etag = client.get(url)["ETag"]
    merge = "application/merge-patch+json"
    done = send(client, "patch", url, {"properties": {"name_fr": "A"}}, person, merge, **{"If-Match": etag})
    assert done.status_code == 200
    stale = send(client, "patch", url, {"properties": {"name_fr": "B"}}, person, merge, **{"If-Match": etag})
    assert stale.status_code == 412
    assert stale["ETag"] == done["ETag"]
    assert Cabane.objects.get(pk=thing.pk).name_fr == "A"
    assert send(client, "delete", url, None, person, **{"If-Match": done["ETag"]}).status_code == 204
    assert client.get(url).status_code == 410


def test_instance_may_demand_if_match(client, call, settings):
    settings.GEODATA_REQUIRE_IF_MATCH = True
    thing = cabane(authority=call)
    assert send(client, "delete", f"{ITEMS}/{thing.uuid}", None, member("publisher", call)).status_code == 428


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"geometry": {"type": "Point", "coordinates": [50.4, 2.8]}}, "geom"),
        ({"geometry": {"type": "Point", "coordinates": [10, 10]}}, "geom"),
        ({"geometry": {"type": "LineString", "coordinates": [[2.8, 50.4], [2.9, 50.4]]}}, "geom"),
        ({"geometry": {"type": "Point", "coordinates": ["a", "b"]}}, "geom"),
        ({"geometry": None}, "geom"),
        ({"geometry": 5}, "geom"),
        ({"properties": {"nom": "x"}}, "nom"),
        ({"properties": {"revision": 7}}, "revision"),
        ({"properties": {"commune": "62498"}}, "commune"),
        ({"properties": {"kind": "chateau"}}, "kind"),
        ({"properties": {"overnight_allowed": True}}, "overnight_allowed"),
        ({"properties": {"name_fr": "<script>alert(1)</script>"}}, "name_fr"),
        ({"properties": {"year_built": "hier"}}, "year_built"),
        ({"properties": {"slug": "Pas Un Slug"}}, "slug"),
        ({"properties": {"name_fr": ""}}, "name_fr"),
        ({"properties": {"park": str(uuid4())}}, "park"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_written(client, call, change, field):
    content = body(call)
    content["properties"] |= change.get("properties", {})
    if "geometry" in change:
        content["geometry"] = change["geometry"]
    response = send(client, "post", ITEMS, content, member("publisher", call))
    assert response.status_code == 422, response.content
    assert any(
        entry["field"].startswith(field) or entry["field"] == "" for entry in json.loads(response.content)["errors"]
    )
    assert not Cabane.objects.exists()


def test_self_crossing_outline_says_where(client, call):
    ring = [[2.8, 50.4], [2.9, 50.5], [2.9, 50.4], [2.8, 50.5], [2.8, 50.4]]
    content = body(call, kind="terril")
    del content["properties"]["no_photo_reason"]
    content["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    response = send(client, "post", "/api/collections/parcs/items", content, member("publisher", call))
    (entry,) = json.loads(response.content)["errors"]
    assert entry["field"] == "geometry"
    assert "2.85 50.45" in entry["detail"]


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (
            '{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,50]},"properties":{}}',
            "application/geo+json",
            400,
        ),
        ("{", "application/geo+json", 400),
        ("[]", "application/geo+json", 422),
        ("{}", "text/xml", 415),
    ],
)
def test_body_that_cannot_be_read(client, call, raw, kind, status):
    person = member("publisher", call)
    assert send(client, "post", ITEMS, raw, person, kind).status_code == status


def test_slug_is_made_from_the_name(client, call):
    person = member("publisher", call)
    slugs = [
        json.loads(send(client, "post", ITEMS, body(call), person).content)["properties"]["slug"] for _ in range(2)
    ]
    assert slugs == ["nouvelle-cabane", "nouvelle-cabane-2"]


def test_change_by_an_editor_to_a_published_cabin_waits_as_a_proposition(client, call):
    thing, person = cabane(authority=call, name_fr="Avant"), member("editor", call)
    response = send(
        client,
        "patch",
        f"{ITEMS}/{thing.uuid}",
        {"properties": {"name_fr": "Après"}},
        person,
        "application/merge-patch+json",
    )
    assert response.status_code == 202
    assert Cabane.objects.get(pk=thing.pk).name_fr == "Avant"
    assert Proposition.objects.get().patch == {"name_fr": "Après"}
    address = response["Location"].removeprefix("http://testserver")
    assert client.get(address).status_code == 401
    client.force_login(person)
    assert json.loads(client.get(address).content)["state"] == "pending"
    client.force_login(member("publisher"))
    assert client.get(address).status_code == 404


def test_put_replaces_and_keeps_identity(client, call):
    thing = cabane(authority=call, height_m=3, lit=True)
    response = send(
        client, "put", f"{ITEMS}/{thing.uuid}", body(call, name_fr="Toute neuve"), member("publisher", call)
    )
    assert response.status_code == 200
    thing.refresh_from_db()
    assert (thing.name_fr, thing.height_m, thing.lit, thing.status) == ("Toute neuve", None, None, "published")


def test_what_was_read_can_be_sent_back(client, call):
    thing = cabane(authority=call)
    url, person = f"{ITEMS}/{thing.uuid}", member("publisher", call)
    feature = json.loads(client.get(url).content)
    feature["properties"]["name_fr"] = "Corrigée"
    response = send(client, "put", url, {key: feature[key] for key in ("type", "id", "geometry", "properties")}, person)
    assert response.status_code == 200, response.content
    assert json.loads(response.content)["properties"]["name_fr"] == "Corrigée"


def test_lambert_93_is_read_as_such(client, call):
    content = body(call)
    content["geometry"] = {"type": "Point", "coordinates": [686118, 7034174]}
    headers = {"Content-Crs": "<http://www.opengis.net/def/crs/EPSG/0/2154>"}
    made = send(client, "post", ITEMS, content, member("publisher", call), **headers)
    assert json.loads(made.content)["geometry"]["coordinates"] == pytest.approx([2.805, 50.405], abs=1e-4)


def test_session_needs_its_csrf_token(call):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member("publisher", call))
    assert send(client, "post", ITEMS, body(call)).status_code == 403


def test_options_tell_what_this_person_may_do(client, call):
    thing = cabane(authority=call)
    assert client.options(f"{ITEMS}/{thing.uuid}")["Allow"] == "GET, HEAD, OPTIONS"
    client.force_login(member("publisher", call))
    assert "DELETE" in client.options(f"{ITEMS}/{thing.uuid}")["Allow"]
    assert "POST" in client.options(ITEMS)["Allow"]


def test_bad_token_is_401(client, call):
    response = client.get(ITEMS, headers={"Authorization": "Bearer nimporte"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_body_as_qgis_sends_it(client, call):
    content = {
        "geometry": {"coordinates": [2.8, 50.4], "type": "Point"},
        "properties": {"name_fr": "De QGIS", "authority": "CALL", "area_m2": None, "revision": None, "name_en": None},
        "type": "Feature",
    }
    response = send(client, "post", ITEMS, content, member("publisher", call), "application/geo+json")
    assert response.status_code == 201, response.content
    assert json.loads(response.content)["properties"]["status"] == "draft"


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_every_collection_refuses_strangers(client, collection):
    assert send(client, "post", f"/api/collections/{collection.id}/items", {"type": "Feature"}).status_code == 401
    assert (
        send(client, "post", f"/api/collections/{collection.id}/items", {"type": "Feature"}, user()).status_code == 403
    )
