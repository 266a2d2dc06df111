"""Each conformance class that is declared is exercised here; a class without an exercise may not be declared."""

import json

import pytest
from django.utils.http import urlencode

from geodata import registry
from geodata.ogc.documents import CONFORMANCE
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
SPEC = "http://www.opengis.net/spec"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
CABINS = "/api/collections/cabanes"
PLACE = "POINT(2.805 50.405)"
AROUND = "POLYGON((2.8 50.4,2.81 50.4,2.81 50.41,2.8 50.41,2.8 50.4))"
# A filter that finds the one cabin of the test (or the one closure), for each class of CQL2.
FILTERS = {
    "cql2-text": "name_fr = 'Écluse'",
    "basic-cql2": "NOT (year_built < 2000 OR year_built IS NULL) AND lit = true",
    "advanced-comparison-operators": "name_fr LIKE 'Éc%' AND year_built BETWEEN 2019 AND 2021 AND kind IN ('cabane_design','abri')",
    "case-insensitive-comparison": "CASEI(name_fr) = CASEI('ÉCLUSE')",
    "accent-insensitive-comparison": "ACCENTI(name_fr) = ACCENTI('Ecluse')",
    "basic-spatial-functions": f"S_INTERSECTS(geom, {PLACE})",
    "basic-spatial-functions-plus": f"S_INTERSECTS(geom, {AROUND})",
    "spatial-functions": f"S_WITHIN(geom, {AROUND}) AND NOT S_DISJOINT(geom, {AROUND})",
    "temporal-functions": "T_BEFORE(opened_on, DATE('2021-01-01'))",
    "array-functions": "A_CONTAINS(activities, ('read')) AND A_OVERLAPS(activities, ('read','rest'))",
    "property-property": "year_built < revision + 100000000 AND name_fr <> slug",
    "arithmetic": "year_built * 2 = 4040",
}


@pytest.fixture
def one():
    return cabane(name_fr="Écluse", year_built=2020, lit=True, activities=["read", "rest"], opened_on="2020-06-01")


def read(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


def relations(client, address):
    return {each["rel"]: each["href"] for each in read(client, address).json()["links"]}


def filtered(client, text, **more):
    found = read(client, f"{CABINS}/items?" + urlencode({"filter": text, **more})).json()
    return [each["properties"]["name_fr"] for each in found["features"]]


def common(client, _one):
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(relations(client, "/api/"))
    assert {each["id"] for each in read(client, "/api/collections").json()["collections"]} > {"cabanes"}


def documents(client, _one):
    for address in ("/api/", "/api/conformance", "/api/collections", CABINS):
        assert read(client, address, Accept="application/json")["Content-Type"] == "application/json"
        (current,) = [each for each in read(client, address).json()["links"] if each["rel"] == "self"]
        assert read(client, current["href"])["Content-Type"] == current["type"]


def core(client, one):
    found = read(client, f"{CABINS}/items?bbox=2.8,50.4,2.81,50.41&datetime=2020-01-01T00:00:00Z&limit=1").json()
    assert (found["type"], found["numberReturned"], found["numberMatched"]) == ("FeatureCollection", 1, 1)
    assert {"self", "alternate"} <= {each["rel"] for each in found["links"]}
    assert client.get(f"{CABINS}/items?unknown=1").status_code == 400
    assert {"self", "collection"} <= set(relations(client, f"{CABINS}/items/{one.uuid}"))
    core_parameters(client)


def described(client):
    found = read(client, "/api/openapi.json").json()["paths"]["/collections/cabanes/items"]["get"]["parameters"]
    return {each["name"]: each for each in found}


def core_parameters(client):
    bbox, limit = (described(client)[name] for name in ("bbox", "limit"))
    for each in (bbox, limit, described(client)["datetime"]):
        assert (each["in"], each["required"], each["style"], each["explode"]) == ("query", False, "form", False)
    assert (bbox["schema"]["type"], bbox["schema"]["items"]) == ("array", {"type": "number"})
    assert [(each["minItems"], each["maxItems"]) for each in bbox["schema"]["oneOf"]] == [(4, 4), (6, 6)]
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}


def geojson(client, one):
    assert read(client, f"{CABINS}/items", Accept="application/geo+json")["Content-Type"] == "application/geo+json"
    assert read(client, f"{CABINS}/items/{one.uuid}").json()["type"] == "Feature"


def html(client, one):
    for address in (
        "/api/",
        "/api/conformance",
        "/api/collections",
        CABINS,
        f"{CABINS}/items",
        f"{CABINS}/items/{one.uuid}",
        *(f"{CABINS}/{each}" for each in ("queryables", "sortables", "schema")),
        f"{CABINS}/items/{one.uuid}/versions",
        "/api/changes",
        "/api/changes?collection=cabanes",
        "/api/changelog",
        "/api/snapshot",
    ):
        assert read(client, address, Accept="text/html")["Content-Type"].startswith("text/html")


def oas30(client, _one):
    found = read(client, relations(client, "/api/")["service-desc"])
    assert found["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert found.json()["openapi"].startswith("3.0")


def crs(client, _one):
    known = read(client, CABINS).json()
    assert known["storageCrs"] in known["crs"]
    for each in known["crs"]:
        query = urlencode({"crs": each, "bbox": "2.8,50.4,2.81,50.41"})
        assert read(client, f"{CABINS}/items?{query}")["Content-Crs"] == f"<{each}>"


def queryables(client, _one):
    found = read(client, relations(client, CABINS)[f"{REL}/queryables"]).json()
    assert found["properties"]["kind"]["type"] == "string"
    assert len(filtered(client, "kind = 'cabane_design'")) == 1
    assert len(read(client, f"{CABINS}/items?year_built=2020").json()["features"]) == 1
    assert f'{CABINS}/queryables>; rel="{REL}/queryables"' in read(client, f"{CABINS}/items")["Link"]


def filters(client, _one):
    in_metres = urlencode({
        "filter": "S_INTERSECTS(geom, BBOX(312000,6516000,313000,6517000))",
        "filter-lang": "cql2-text",
        "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
    })  # fmt: skip
    assert len(read(client, f"{CABINS}/items?{in_metres}").json()["features"]) == 1
    assert client.get(f"{CABINS}/items?filter=absent=1").status_code == 400


def cql2_json(client, _one):
    document = json.dumps({"op": "=", "args": [{"property": "year_built"}, 2020]})
    assert filtered(client, document, **{"filter-lang": "cql2-json"}) == ["Écluse"]


def writing(client, _one):
    authority = autorite()
    client.force_login(member("publisher", authority))
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [2.9, 50.4]},
        "properties": {"name_fr": "Neuve", "authority": authority.code, "status": "draft"},
    }  # fmt: skip
    made = client.post(f"{CABINS}/items", json.dumps(feature), "application/geo+json")
    assert made.status_code == 201, made.content
    address, etag = made["Location"], made["ETag"]
    options, collection = client.options(address), client.options(f"{CABINS}/items")
    assert (options.status_code, collection.status_code) == (200, 200)
    assert {"PUT", "PATCH", "DELETE"} <= set(options["Allow"].split(", "))
    assert "application/merge-patch+json" in options["Accept-Patch"].split(", ")
    assert "application/geo+json" in collection["Accept-Post"].split(", ")
    for ask, where in ((client.post, f"{CABINS}/items"), (client.put, address), (client.patch, address)):
        assert ask(where, json.dumps(feature), content_type="").status_code == 400
    patch = json.dumps({"type": "Feature", "properties": {"name_fr": "Autre"}})
    kept = {"headers": {"If-Match": etag}}
    changed = client.patch(address, patch, "application/merge-patch+json", **kept)
    assert changed.status_code == 200, changed.content
    assert client.patch(address, patch, "application/merge-patch+json", **kept).status_code == 412
    assert client.put(address, json.dumps(feature), "application/geo+json").status_code == 200
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code in (404, 410)


def schemas(client, _one):
    found = read(client, relations(client, CABINS)[f"{REL}/schema"])
    about = found.json()["properties"]
    assert found["Content-Type"] == "application/schema+json"
    assert about["geom"]["x-ogc-role"] == "primary-geometry"
    assert about["id"]["x-ogc-role"] == "id"
    assert (about["park"]["x-ogc-role"], about["park"]["x-ogc-collectionId"]) == ("reference", "parcs")
    assert about["area_m2"]["x-ogc-unit"] == "m2"
    assert about["revision"]["readOnly"] is True


def sorting(client, _one):
    cabane(name_fr="Aulne")
    known = read(client, relations(client, CABINS)[f"{REL}/sortables"]).json()["properties"]
    assert "name_fr" in known
    answer = read(client, f"{CABINS}/items?sortby=-name_fr")
    assert [each["properties"]["name_fr"] for each in answer.json()["features"]] == ["Écluse", "Aulne"]
    assert f'rel="{REL}/sortables"' in client.head(f"{CABINS}/items")["Link"]
    assert client.get(f"{CABINS}/items?sortby=this_is_not_a_sortable").status_code == 400


def tiles(client, _one):
    for base in ("/api", CABINS):
        (tileset,) = read(client, f"{base}/tiles").json()["tilesets"]
        about = read(client, tileset["links"][0]["href"]).json()
        links = {each["rel"]: each for each in about["links"]}
        assert links["item"]["templated"] is True
        limits = {each["tileMatrix"]: each for each in about["tileMatrixSetLimits"]}
        assert limits["12"]["maxTileRow"] == 4095
        scheme = read(client, links[f"{REL}/tiling-scheme"]["href"]).json()
        matrix = scheme["tileMatrices"][12]
        assert (matrix["id"], matrix["matrixWidth"], round(matrix["scaleDenominator"], 3)) == ("12", 4096, 136494.693)
        place = {"{tileMatrix}": "0", "{tileRow}": "0", "{tileCol}": "0"}
        address = links["item"]["href"]
        for name, value in place.items():
            address = address.replace(name, value)
        assert read(client, address)["Content-Type"] == "application/vnd.mapbox-vector-tile"
        assert client.get(address.replace("/0/0/0", "/0/1/0")).status_code == 404


def dataset_tiles(client, _one):
    (listed,) = [each for each in read(client, "/api/").json()["links"] if each["rel"] == f"{REL}/tilesets-vector"]
    assert listed["href"] == "http://testserver/api/tiles"
    (tileset,) = read(client, listed["href"]).json()["tilesets"]
    about = read(client, tileset["links"][0]["href"]).json()
    assert {each["id"] for each in about["layers"]} == {each.id for each in registry.collections()}
    assert about["crs"].endswith("/3857")
    assert "/tiles" in read(client, "/api/openapi.json").json()["paths"]


EXERCISES = {
    f"{SPEC}/ogcapi-common-1/1.0/conf/core": common,
    f"{SPEC}/ogcapi-common-1/1.0/conf/landing-page": common,
    f"{SPEC}/ogcapi-common-2/1.0/conf/collections": common,
    **{f"{SPEC}/ogcapi-features-1/1.0/conf/{each.__name__}": each for each in (core, geojson, html, oas30)},
    **{f"{SPEC}/ogcapi-common-{part}/1.0/conf/json": documents for part in (1, 2)},
    **{f"{SPEC}/ogcapi-common-{part}/1.0/conf/html": html for part in (1, 2)},
    f"{SPEC}/ogcapi-common-1/1.0/conf/oas30": oas30,
    f"{SPEC}/ogcapi-features-2/1.0/conf/crs": crs,
    **{f"{SPEC}/ogcapi-features-3/1.0/conf/{name}": queryables for name in ("queryables", "queryables-query-parameters")},
    **{f"{SPEC}/ogcapi-features-3/1.0/conf/{name}": filters for name in ("filter", "features-filter")},
    f"{SPEC}/cql2/1.0/conf/cql2-json": cql2_json,
    **{f"{SPEC}/ogcapi-features-4/1.0/conf/{name}": writing for name in ("create-replace-delete", "update", "optimistic-locking-etags")},
    **{
        f"{SPEC}/ogcapi-features-5/1.0/conf/{name}": schemas
        for name in ("schemas", "core-roles-features", "feature-references", "returnables-and-receivables")
    },
    f"{SPEC}/ogcapi-features-5/1.0/conf/queryables": queryables,
    f"{SPEC}/ogcapi-features-5/1.0/conf/sortables": sorting,
    **{f"{SPEC}/ogcapi-features-8/1.0/conf/{name}": sorting for name in ("sortables", "sorting", "features-sorting")},
    f"{SPEC}/ogcapi-tiles-1/1.0/conf/dataset-tilesets": dataset_tiles,
    **{f"{SPEC}/ogcapi-tiles-1/1.0/conf/{name}": tiles for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")},
}  # fmt: skip


@pytest.mark.parametrize("declared", CONFORMANCE)
def test_declared_class_holds(client, one, declared):
    name = declared.rpartition("/")[2]
    if "/cql2/" in declared and name in FILTERS:
        cabane(name_fr="Aulne", geom="SRID=4326;POINT(3.1 50.2)", year_built=1990, opened_on="2022-01-01")
        assert filtered(client, FILTERS[name])[:1] == ["Écluse"]
    else:
        EXERCISES[declared](client, one)


def test_declaration_is_what_is_declared(client):
    assert read(client, "/api/conformance").json()["conformsTo"] == list(CONFORMANCE)
