"""Schemas of every collection (OGC API Features Part 3 §6.2, Part 5)."""

import json

import pytest
from jsonschema import Draft202012Validator

from geodata import registry
from geodata.params.items import OWN
from geodata.units import MAX_LIST
from tests.api.geodata.writing import REFERENCE, SMALLEST, body, fields_of, items, send
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, parc, user

REL = "http://www.opengis.net/def/rel/ogc/1.0"
EVERY = pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
pytestmark = pytest.mark.django_db


def document(client, collection, name, **headers):
    answer = client.get(f"/api/collections/{collection}/{name}", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/schema+json"
    return json.loads(answer.content)


@EVERY
@pytest.mark.parametrize("name", ["schema", "queryables", "sortables"])
def test_schema_is_valid_typed_and_says_its_own_address(client, collection, name):
    found = document(client, collection.id, name, Accept="application/schema+json")
    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"] == f"http://testserver/api/collections/{collection.id}/{name}"
    assert (found["type"], found["additionalProperties"]) == ("object", False)
    for key, about in found["properties"].items():
        spatial = about.get("format", "").startswith("geometry-")
        assert ("type" in about) != spatial, key
        assert about["title"], key
        own = {word for word in about if word.startswith("x-")}
        assert all(word.startswith("x-ogc-") for word in own)
    places = [about["x-ogc-propertySeq"] for about in found["properties"].values()]
    assert len(set(places)) == len(places)


@EVERY
@pytest.mark.parametrize("name", ["schema", "queryables", "sortables"])
def test_people_read_it_as_a_page(client, collection, name):
    found = document(client, collection.id, name)
    answer = client.get(f"/api/collections/{collection.id}/{name}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    page = answer.content.decode()
    assert all(f"<code>{key}</code>" in page for key in found["properties"])
    assert all(
        about["x-ogc-codelistUri"] in page for about in found["properties"].values() if "x-ogc-codelistUri" in about
    )
    assert 'rel="alternate"; type="application/schema+json"' in answer["Link"]


@EVERY
def test_collection_links_its_schemas(client, collection):
    links = json.loads(client.get(f"/api/collections/{collection.id}").content)["links"]
    found = {link["rel"]: link["href"] for link in links if link["type"] == "application/schema+json"}
    base = f"http://testserver/api/collections/{collection.id}"
    assert found == {f"{REL}/{name}": f"{base}/{name}" for name in ("queryables", "sortables", "schema")}


@EVERY
def test_roles_name_one_id_one_shape_and_one_time(client, collection):
    about = document(client, collection.id, "schema")["properties"]
    roles = [each["x-ogc-role"] for each in about.values() if "x-ogc-role" in each]
    assert (roles.count("id"), roles.count("primary-geometry")) == (1, 1)
    assert about["id"]["x-ogc-role"] == "id"
    starts, ends = roles.count("primary-interval-start"), roles.count("primary-interval-end")
    assert (starts, ends) == ((1, 1) if len(collection.datetime) == 2 else (0, 0))
    if starts:
        assert len({each["format"] for each in about.values() if "interval" in each.get("x-ogc-role", "")}) == 1
    known = {each.id for each in registry.collections()}
    for each in about.values():
        if each.get("x-ogc-role") == "reference":
            assert each["x-ogc-collectionId"] in known
            assert each["format"] == "uuid"


@EVERY
def test_codes_are_explained_in_three_languages(client, collection):
    for name, about in document(client, collection.id, "schema")["properties"].items():
        codes = about.get("enum") or about.get("items", {}).get("enum")
        assert ("x-ogc-codelistUri" in about) == bool(codes), name
        if codes:
            told = json.loads(client.get(about["x-ogc-codelistUri"].removeprefix("http://testserver")).content)
            assert [each["code"] for each in told["codes"]] == codes
            assert all(each["title_fr"] and each["title_en"] and each["title_nl"] for each in told["codes"])


@EVERY
def test_sortables_are_scalars_among_the_queryables(client, collection):
    sortables = document(client, collection.id, "sortables")["properties"]
    queryables = document(client, collection.id, "queryables")["properties"]
    assert sortables.keys() < queryables.keys()
    assert "geom" not in sortables
    assert {about["type"] for about in sortables.values()} <= {"string", "integer", "number", "boolean"}


@EVERY
def test_no_property_is_called_like_a_parameter(collection):
    assert not set(collection.properties) & set(OWN)


def test_schema_says_units_in_ucum(client):
    about = document(client, "cabanes", "schema")["properties"]
    assert {name: about[name]["x-ogc-unit"] for name in ("area_m2", "height_m", "park_distance_m")} == {
        "area_m2": "m2",
        "height_m": "m",
        "park_distance_m": "m",
    }
    assert about["area_m2"]["x-ogc-unitLang"] == "UCUM"
    assert document(client, "parcs", "schema")["properties"]["stated_area_ha"]["x-ogc-unit"] == "har"


def test_schema_says_what_a_client_may_write(client):
    about = document(client, "cabanes", "schema")["properties"]
    assert about["revision"]["readOnly"]
    assert about["completeness"]["readOnly"]
    assert "readOnly" not in about["name_fr"]


def test_features_hold_to_their_schema(client):
    parc()
    cabane(activities=["read"], area_m2=12.5)
    for name in ("cabanes", "parcs"):
        judge = Draft202012Validator(
            document(client, name, "schema"), format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for feature in json.loads(client.get(f"/api/collections/{name}/items").content)["features"]:
            values = {key: value for key, value in feature["properties"].items() if value is not None}
            judge.validate({"id": feature["id"], **values, "geom": feature["geometry"]})


@pytest.mark.parametrize("collection", SMALLEST | REFERENCE)
def test_what_the_schema_requires_is_what_a_new_feature_cannot_do_without(client, collection):
    boss = user(is_superuser=True)
    authority = autorite() if "authority" in registry.get(collection).properties else None
    found = document(client, collection, "schema")["required"]
    assert ("geom" in found) != registry.get(collection).geometry.null
    for name in found:
        content = body(collection, authority)
        if name == "geom":
            del content["geometry"]
        else:
            del content["properties"][name]
        answer = send(client, "post", items(collection), content, boss)
        assert answer.status_code == 422, (name, answer.content)
        assert fields_of(answer) == ["geometry" if name == "geom" else name]
    content = body(collection, authority)
    content["properties"] = {
        name: value for name, value in content["properties"].items() if name in (*found, "authority", "ends_at")
    }
    assert send(client, "post", items(collection), content, boss).status_code == 201


def test_schema_bounds_the_lists_that_a_client_writes(client):
    about = document(client, "cabanes", "schema")["properties"]
    assert about["materials"]["maxItems"] == MAX_LIST
    assert "maxItems" not in about["parks_containing"]


def test_refusals(client):
    assert client.get("/api/collections/cabanes/codelists/name_fr").status_code == 404
    assert client.get("/api/collections/cabanes/codelists/absent").status_code == 404
    assert client.get("/api/collections/absent/sortables").status_code == 404
    assert client.get("/api/collections/cabanes/schema?x=1").status_code == 400
    assert client.get("/api/collections/cabanes/schema", headers={"Accept": "image/png"}).status_code == 406


def test_id_filters_as_the_properties_do(client):
    wanted, _other = cabane(), cabane()
    found = json.loads(client.get(f"/api/collections/cabanes/items?id={wanted.uuid}").content)
    assert [feature["id"] for feature in found["features"]] == [str(wanted.uuid)]
    assert client.get("/api/collections/cabanes/items?id=x").status_code == 400


@EVERY
def test_every_property_has_a_title_that_somebody_wrote(client, collection):
    made = [
        name
        for name, field in collection.fields.items()
        if field.verbose_name == name.replace("_", " ") and "_" in name
    ]
    assert made == []
    titles = {
        language: document(client, collection.id, "schema", Accept="application/schema+json", Accept_Language=language)
        for language in ("fr", "en", "nl")
    }
    said = [found["properties"]["id"]["title"] for found in titles.values()]
    assert said == ["identifiant public", "public identifier", "publieke identificatie"]
