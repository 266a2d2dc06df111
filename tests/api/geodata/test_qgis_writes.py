"""Writes as QGIS sends them (qgsoapifprovider.cpp). The program itself edits in tests/contract/test_desktop_edits.py."""

import json

import pytest

from tests.api.geodata.writing import MERGE, POINT, body, fields_of, items, send
from tests.factories.cabanes import cabane
from tests.factories.parcs import member, user

pytestmark = pytest.mark.django_db
L93 = "http://www.opengis.net/def/crs/EPSG/0/2154"
QGIS = {"User-Agent": "Mozilla/5.0 QGIS/34006/Debian GNU/Linux 13 (trixie)"}


def test_qgis_edits_a_layer_though_its_first_item_is_of_another_authority(client, call, person):
    first, mine = cabane(), cabane(authority=call)

    def allowed(url, **headers):
        return send(client, "options", url, None, person, **headers)["Allow"].split(", ")

    assert "POST" in allowed(items("cabanes"), **QGIS)
    for key in (first.uuid, "unknown_id"):
        assert {"PUT", "PATCH", "DELETE"} <= set(allowed(f"{items('cabanes')}/{key}", **QGIS))
    assert "PUT" not in allowed(f"{items('cabanes')}/{first.uuid}")
    nobody = send(client, "options", f"{items('cabanes')}/{first.uuid}", None, user(), **QGIS)["Allow"]
    assert nobody == "GET, HEAD, OPTIONS"
    # QgsOapifPatchFeatureRequest: the geometry alone with its CRS, then the changed attributes alone.
    url = f"{items('cabanes')}/{mine.uuid}"
    moved = send(
        client, "patch", url, {"geometry": {"type": "Point", "coordinates": [686118, 7034174]}}, person, MERGE,
        **QGIS, **{"Content-Crs": L93},
    )  # fmt: skip
    assert moved.status_code == 200
    assert (
        send(client, "patch", url, {"properties": {"lit": True, "height_m": None}}, person, MERGE, **QGIS).status_code
        == 200
    )
    assert (
        send(
            client, "patch", f"{items('cabanes')}/{first.uuid}", {"properties": {"lit": True}}, person, MERGE
        ).status_code
        == 403
    )


def test_qgis_replaces_a_feature_as_it_read_it(client, call, person):
    thing = cabane(authority=call)
    url = f"{items('cabanes')}/{thing.uuid}"
    read = json.loads(client.get(url).content)
    properties = read["properties"] | {"name_fr": "Depuis QGIS"}
    for name in ("created_at", "updated_at"):
        properties[name] = properties[name][:23] + "Z"
    properties["parks_containing"] = json.dumps(properties["parks_containing"])
    content = {"type": "Feature", "id": read["id"], "geometry": POINT, "properties": properties}
    response = send(
        client, "put", url, content, person, **{"Content-Crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    )
    assert response.status_code == 200, response.content


def test_what_qgis_sends_again_is_made_once(client, call, person):
    content, address = body("cabanes", call), items("cabanes")

    def made(who=person, agent=QGIS, **more):
        found = send(client, "post", address, content | more, who, **agent)
        assert found["Location"].endswith(f"{address}/{json.loads(found.content)['id']}")
        return found.status_code, json.loads(found.content)["id"]

    (first, known), again = made(), made()
    assert (first, again) == (201, (200, known))
    # Another feature, of somebody else, or by a program that says what it means.
    other = {"properties": content["properties"] | {"name_fr": "Autre"}}
    found = [made(**other), made(who=member("publisher", call)), made(agent={}), made(agent={})]
    assert [status for status, _ in found] == [201] * 4
    assert len({known, *(each for _, each in found)}) == 5
    # Once it was changed or deleted, the same feature is a new one, and that one again however often it is sent.
    send(client, "patch", f"{address}/{known}", {"properties": {"lit": True}}, person, MERGE)
    second = made()
    assert (second[0], second[1] != known) == (201, True)
    send(client, "delete", f"{address}/{found[0][1]}", None, person)
    after = made(**other)
    assert (after[0], after[1] != found[0][1]) == (201, True)
    assert [made(), made(), made(**other)] == [(200, second[1])] * 2 + [(200, after[1])]
    send(client, "patch", f"{address}/{second[1]}", {"properties": {"lit": True}}, person, MERGE)
    status, third = made()
    assert (status, third in (known, second[1]), made()) == (201, False, (200, third))


@pytest.mark.parametrize("collection", ["cabanes", "sentiers", "parcs"])
def test_qgis_adds_a_feature_with_every_column_that_was_left_empty(client, call, person, collection):
    known = json.loads(send(client, "post", items(collection), body(collection, call), person).content)
    content = body(collection, call)
    content["properties"] = dict.fromkeys(known["properties"]) | content["properties"]
    made = send(client, "post", items(collection), content, person)
    assert made.status_code == 201, made.content
    properties = json.loads(made.content)["properties"]
    assert properties["slug"] == f"{known['properties']['slug']}-2"
    # A patch that takes the slug away is another matter: the record would have no page.
    url = f"{items(collection)}/{json.loads(made.content)['id']}"
    assert fields_of(send(client, "patch", url, {"properties": {"slug": None}}, person, MERGE)) == ["slug"]


def test_qgis_sends_texts_for_columns_that_were_empty_when_it_read_them(client, call, person):
    """Its layer takes the types from the features of a page: a column without a value there is one of texts."""
    thing = cabane(authority=call)
    url = f"{items('cabanes')}/{thing.uuid}"
    change = {"properties": {"height_m": "3,25", "year_built": "2019", "lit": "true"}}
    made = send(client, "patch", url, change, person, MERGE, **QGIS)
    assert made.status_code == 200, made.content
    told = json.loads(made.content)["properties"]
    assert (told["height_m"], told["year_built"], told["lit"]) == (3.25, 2019, True)
    wrong = send(client, "patch", url, {"properties": {"height_m": "haut"}}, person, MERGE, **QGIS)
    assert (wrong.status_code, fields_of(wrong)) == (422, ["height_m"])
    assert send(client, "patch", url, change, person, MERGE).status_code == 422
    added = body("cabanes", call, height_m="3.5")
    assert send(client, "post", items("cabanes"), added, person, **QGIS).status_code == 201
