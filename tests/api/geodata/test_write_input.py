"""What bad input gets: a sentence beside the member, nothing written; and what is sent back as read."""

import json
from uuid import uuid4

import pytest
from django.contrib.gis.geos import LineString

from cabanes.models import Cabane
from geodata.models import Revision
from sentiers.models import Sentier
from tests.api.geodata.writing import AREA, FACTORIES, MERGE, SMALLEST, body, fields_of, items, send
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, member, parc, user
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
L93 = "http://www.opengis.net/def/crs/EPSG/0/2154"
LAT_LON = "http://www.opengis.net/def/crs/EPSG/0/4326"
CROSSING = [[[2.8, 50.4], [2.9, 50.5], [2.9, 50.4], [2.8, 50.5], [2.8, 50.4]]]


@pytest.mark.parametrize(
    ("collection", "geometry", "words"),
    [
        ("cabanes", {"type": "Point", "coordinates": [50.4, 2.8]}, "inversées"),
        ("cabanes", {"type": "Point", "coordinates": [10, 11]}, "sort du territoire\xa0: 11.0000, 10.0000."),
        ("cabanes", {"type": "Point", "coordinates": [2.8]}, "ne se lit pas"),
        ("cabanes", {"type": "Point", "coordinates": []}, "ne se lit pas"),
        ("cabanes", {"type": "Point", "coordinates": "2.8,50.4"}, "ne se lit pas"),
        ("cabanes", {"type": "Nope", "coordinates": [2.8, 50.4]}, "ne se lit pas"),
        ("cabanes", {"type": "LineString", "coordinates": [[2.8, 50.4], [2.9, 50.4]]}, "un point"),
        ("cabanes", None, ""),
        ("sentiers", {"type": "LineString", "coordinates": [[2.8, 50.4]]}, "ne se lit pas"),
        ("sentiers", {"type": "LineString", "coordinates": [[2.8, 50.4], [2.8, 50.4]]}, "deux points"),
        (
            "sentiers",
            {"type": "MultiLineString", "coordinates": [[[2.8, 50.4], [2.81, 50.4]], [[2.9, 50.4], [2.91, 50.4]]]},
            "morceaux",
        ),
        ("parcs", {"type": "Polygon", "coordinates": CROSSING}, "se croise à la longitude et latitude 2.85 50.45"),
        ("parcs", {"type": "Polygon", "coordinates": [[[2.8, 50.4], [2.9, 50.4]]]}, "ne se lit pas"),
        ("parcs", {"type": "Point", "coordinates": [2.8, 50.4]}, "un contour"),
    ],
)
@pytest.mark.parametrize("crs", ["", LAT_LON])
def test_shape_that_is_refused(client, call, person, collection, geometry, words, crs):
    headers = {"Content-Crs": f"<{crs}>"} if crs else {}
    if crs and geometry:
        geometry = geometry | {"coordinates": flipped(geometry["coordinates"])}
    content = body(collection, call) | {"geometry": geometry}
    response = send(client, "post", items(collection), content, person, **headers)
    assert response.status_code == 422, response.content
    assert fields_of(response) == ["geometry"]
    assert words in json.loads(response.content)["errors"][0]["detail"]
    assert not Revision.objects.filter(collection=collection).exists()


def flipped(coordinates):
    if isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], (int, float)):
        return coordinates[::-1]
    return [flipped(part) for part in coordinates] if isinstance(coordinates, list) else coordinates


def test_two_million_vertices_are_refused_before_they_are_parsed(client, call, person, monkeypatch):
    long = "[2.8,50.4]," * 2_000_000
    raw = json.dumps(body("sentiers", call)).replace("[2.81, 50.41]", f"{long}[2.81,50.41]")
    monkeypatch.setattr("geodata.endpoints.bodies.json.loads", None)
    response = send(client, "post", items("sentiers"), raw, person)
    assert response.status_code == 413
    assert "simplifiez" in response.content.decode()
    short = raw.replace("[2.8,50.4],", "[3,5],", 2_000_000)
    response = send(client, "post", items("sentiers"), short, person)
    assert response.status_code == 422
    monkeypatch.undo()
    assert fields_of(response) == ["geometry"]


def test_too_many_vertices_for_a_line(client, call, person):
    content = body("sentiers", call)
    content["geometry"] = {"type": "LineString", "coordinates": [[2.8 + n * 1e-6, 50.4] for n in range(50_001)]}
    response = send(client, "post", items("sentiers"), content, person)
    assert fields_of(response) == ["geometry"]
    assert "50001 sommets, 50000 au plus" in json.loads(response.content)["errors"][0]["detail"]


def test_everything_wrong_is_told_at_once(client, call, person):
    content = body("cabanes", call, name_fr="<b>x</b>", kind="chateau", year_built=12, nom="x", completeness=3)
    assert set(fields_of(send(client, "post", items("cabanes"), content, person))) == {"kind", "nom", "completeness"}
    content = body(
        "cabanes", call, name_fr="<b>x</b>", year_built=12, dismantled_on="2020-01-01", opened_on="2021-01-01"
    )
    content["geometry"] = {"type": "Point", "coordinates": [10, 10]}
    response = send(client, "post", items("cabanes"), content, person)
    assert set(fields_of(response)) == {"geometry", "name_fr", "year_built", "dismantled_on"}


@pytest.mark.parametrize(
    ("collection", "given", "field"),
    [
        ("cabanes", {"authors": ["Ana"]}, "authors"),
        ("cabanes", {"authors": [{"nom": "Ana"}]}, "authors"),
        ("cabanes", {"authors": [{"name": "<script>"}]}, "authors"),
        ("cabanes", {"materials": ["<b>"]}, "materials"),
        ("cabanes", {"activities": ["sleep"]}, "activities.0"),
        ("cabanes", {"no_photo_reason": "", "status": "published"}, "no_photo_reason"),
        ("cabanes", {"height_m": -2}, "height_m"),
        ("cabanes", {"source_url": "javascript:alert(1)"}, "source_url"),
        ("parcs", {"opening_hours": "tous les jours"}, "opening_hours"),
        ("parcs", {"website": "pas une adresse"}, "website"),
        ("parcs", {"stated_area_ha": 0}, "stated_area_ha"),
        ("sentiers", {"surface_mix": {"gravier": 2}}, "surface_mix"),
        ("sentiers", {"surface_mix": {"gravier": 0.7, "terre": 0.7}}, "surface_mix"),
        ("sentiers", {"instructions_fr": "", "geom_quality": "surveyed", "status": "published"}, "instructions_fr"),
        ("fermetures", {"rrule": "chaque jeudi"}, "rrule"),
        ("fermetures", {"ends_at": None}, "review_by"),
        ("fermetures", {"ends_at": None, "review_by": "2028-01-01"}, "review_by"),
        ("fermetures", {"ends_at": "2026-11-01T00:00:00Z"}, "ends_at"),
        ("evenements", {"ends_at": "2026-11-01T00:00:00Z"}, "ends_at"),
        ("evenements", {"rrule": "FREQ=SECONDLY"}, "rrule"),
    ],
)
def test_rule_stands_beside_its_field(client, call, person, collection, given, field):
    response = send(client, "post", items(collection), body(collection, call, **given), person)
    assert response.status_code == 422, response.content
    assert fields_of(response) == [field]
    assert not Revision.objects.filter(collection=collection).exists()


def test_published_without_photo_or_reason_is_refused_also_when_nothing_is_said(client, call, person):
    content = body("cabanes", call, status="published")
    del content["properties"]["no_photo_reason"]
    response = send(client, "post", items("cabanes"), content, person)
    assert response.status_code == 422
    assert fields_of(response) == ["no_photo_reason"]


def test_far_from_its_park_needs_a_reason(client, call, person):
    park = parc(authority=call, geom=box(2.70, 50.40, 2.71, 50.41), geom_quality="surveyed")
    content = body("cabanes", call, park=str(park.uuid))
    response = send(client, "post", items("cabanes"), content, person)
    assert fields_of(response) == ["park_reason"]
    assert "\xa0m de son parc" in json.loads(response.content)["errors"][0]["detail"]
    content["properties"]["park_reason"] = "au bout du cavalier"
    assert send(client, "post", items("cabanes"), content, person).status_code == 201


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        ('{"type":"Feature","properties":{"height_m":1e999},"geometry":null}', "application/geo+json", 400),
        ('{"type":"Feature","properties":{"name_fr":"a\\u0000b"},"geometry":null}', "application/geo+json", 400),
        ('{"type":"Feature","properties":{"name_fr":"\\ud800"},"geometry":null}', "application/geo+json", 400),
        ('{"type":"Feature","properties":{"surface_mix":' + '{"a":' * 60 + "1" + "}" * 60 + "}}", MERGE, 400),
        ("[" * 100_000, "application/geo+json", 400),
        (b"\xff\xfe", "application/geo+json", 400),
        (" ", "application/geo+json", 400),
        ("null", "application/geo+json", 422),
        ('{"type":"FeatureCollection","features":[]}', "application/geo+json", 422),
        ('{"type":"Feature","geometry":null,"properties":[]}', "application/geo+json", 422),
        ("name=x", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
    ],
)
def test_body_that_cannot_be_read(client, person, call, raw, kind, status):
    url = items("cabanes")
    verb = "post"
    if kind == MERGE:
        url, verb = f"{items('sentiers')}/{sentier(authority=call).uuid}", "patch"
    response = send(client, verb, url, raw, person, kind)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("collection", FACTORIES)
def test_what_was_read_can_be_sent_back_and_changes_nothing(client, call, collection):
    boss = user(is_superuser=True)
    thing = FACTORIES[collection](**({} if collection in ("communes", "autorites") else {"authority": call}))
    url = f"{items(collection)}/{thing.uuid}"
    read = json.loads(client.get(url).content)
    response = send(client, "put", url, read, boss, **{"If-Match": client.get(url)["ETag"]})
    assert response.status_code == 200, response.content
    again = json.loads(client.get(url).content)
    assert again["properties"] == read["properties"]
    assert again["geometry"] == read["geometry"]


def test_identifier_in_the_body_must_be_that_of_the_address(client, call, person):
    thing = cabane(authority=call)
    url = f"{items('cabanes')}/{thing.uuid}"
    response = send(client, "put", url, body("cabanes", call) | {"id": str(uuid4())}, person)
    assert fields_of(response) == ["id"]
    assert send(client, "put", url, body("cabanes", call) | {"id": str(thing.uuid)}, person).status_code == 200


def test_same_uuid_with_other_content_is_a_conflict(client, call, person):
    uuid = str(uuid4())
    first = body("cabanes", call) | {"id": uuid}
    assert send(client, "post", items("cabanes"), first, person).status_code == 201
    other = body("cabanes", call, name_fr="Autre") | {"id": uuid}
    assert send(client, "post", items("cabanes"), other, person).status_code == 409
    change = {"properties": {"name_fr": "Corrigée"}}
    assert send(client, "patch", f"{items('cabanes')}/{uuid}", change, person, MERGE).status_code == 200
    again = send(client, "post", items("cabanes"), first, person)
    assert again.status_code == 200
    assert json.loads(again.content)["properties"]["name_fr"] == "Corrigée"
    assert send(client, "delete", f"{items('cabanes')}/{uuid}", None, person).status_code == 204
    assert send(client, "post", items("cabanes"), first, person).status_code == 409


def test_taken_slug_is_a_conflict_that_names_it(client, call, person):
    cabane(slug="prise")
    response = send(client, "post", items("cabanes"), body("cabanes", call, slug="prise"), person)
    assert response.status_code == 409
    assert fields_of(response) == ["slug"]


def test_one_of_several_validators_is_enough_and_a_weak_one_is_not(client, call, person):
    thing = cabane(authority=call)
    url, change = f"{items('cabanes')}/{thing.uuid}", {"properties": {"source": "mairie"}}
    etag = client.get(url)["ETag"]
    for header, status in (
        (f"W/{etag}", 412), ('"autre"', 412), (etag.replace('"r', '"x'), 412), (f'"r1", {etag}', 200), ("*", 200),
    ):  # fmt: skip
        response = send(client, "patch", url, change, person, MERGE, **{"If-Match": header})
        assert response.status_code == status, header
    compressed = client.get(url, headers={"Accept-Encoding": "gzip"})["ETag"]
    assert compressed.endswith('-gzip"')
    assert send(client, "patch", url, change, person, MERGE, **{"If-Match": compressed}).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_feature_that_must_not_be_there_or_differs_is_left_alone(client, call, person, method):
    thing = cabane(authority=call)
    url = f"{items('cabanes')}/{thing.uuid}"
    content = None if method == "delete" else body("cabanes", call)
    etag = client.get(url)["ETag"]
    for condition in (
        {"If-None-Match": "*"},
        {"If-None-Match": etag},
        {"If-None-Match": f"W/{etag}"},
        {"If-None-Match": f'"autre", W/{etag}'},
        {"If-Match": ""},
    ):
        response = send(client, method, url, content, person, **condition)
        assert response.status_code == 412, condition
    assert send(client, method, url, content, person, **{"If-None-Match": '"r1"'}).status_code in (200, 204)


@pytest.mark.parametrize("query", ["x=1", "limit=0", "f=csv", "crs=x", "foo=1&foo=2"])
def test_parameters_of_a_write_are_refused_and_named(client, call, person, query):
    thing = cabane(authority=call)
    for method, url in (("post", items("cabanes")), ("put", f"{items('cabanes')}/{thing.uuid}"),
                        ("patch", f"{items('cabanes')}/{thing.uuid}")):  # fmt: skip
        response = send(client, method, f"{url}?{query}", body("cabanes", call), person)
        assert response.status_code == 400, method
        assert json.loads(response.content)["parameter"] == query.split("=")[0]
    assert Cabane.objects.count() == 1


def test_write_without_if_match_is_noted_in_the_history(client, call, person):
    thing = cabane(authority=call)
    url = f"{items('cabanes')}/{thing.uuid}"
    send(client, "patch", url, {"properties": {"source": "mairie"}}, person, MERGE)
    last = Revision.objects.order_by("-id").first()
    assert (last.note, last.reason, last.actor, last.source) == ("sans If-Match", "", person, "ogc")


def test_object_in_a_patch_is_merged(client, call, person):
    thing = sentier(authority=call, surface_mix={"gravier": 0.5, "terre": 0.5})
    url = f"{items('sentiers')}/{thing.uuid}"
    change = {"properties": {"surface_mix": {"terre": None, "sable": 0.25}}}
    assert send(client, "patch", url, change, person, MERGE).status_code == 200
    assert Sentier.objects.get(pk=thing.pk).surface_mix == {"gravier": 0.5, "sable": 0.25}


def test_heights_follow_the_line(client, call, person):
    content = body("sentiers", call)
    content["geometry"] = {"type": "LineString", "coordinates": [[2.8, 50.4, 30], [2.81, 50.41, 42]]}
    made = json.loads(send(client, "post", items("sentiers"), content, person).content)
    url = f"{items('sentiers')}/{made['id']}"
    assert made["geometry"]["coordinates"] == [[2.8, 50.4, 30], [2.81, 50.41, 42]]
    same = {"geometry": {"type": "LineString", "coordinates": [[2.8, 50.4], [2.81, 50.41]]}}
    kept = json.loads(send(client, "patch", url, same, person, MERGE).content)
    assert kept["geometry"] == made["geometry"]
    other = {"geometry": {"type": "LineString", "coordinates": [[2.8, 50.4], [2.805, 50.405], [2.81, 50.41]]}}
    flat = json.loads(send(client, "patch", url, other, person, MERGE).content)
    assert flat["geometry"]["coordinates"] == [[2.8, 50.4], [2.805, 50.405], [2.81, 50.41]]
    assert Sentier.objects.get(uuid=made["id"]).elevations_m is None


def test_axes_follow_content_crs(client, call, person):
    for crs, coordinates in ((LAT_LON, [50.405, 2.805]), (L93, [686118, 7034174])):
        content = body("cabanes", call) | {"geometry": {"type": "Point", "coordinates": coordinates}}
        made = send(client, "post", items("cabanes"), content, person, **{"Content-Crs": f"<{crs}>"})
        assert json.loads(made.content)["geometry"]["coordinates"] == pytest.approx([2.805, 50.405], abs=1e-4)
    bad = send(client, "post", items("cabanes"), content, person, **{"Content-Crs": "<http://example/crs>"})
    assert bad.status_code == 400
    assert json.loads(bad.content)["parameter"] == "Content-Crs"


def test_park_of_another_authority_is_refused_for_a_role_limited_to_parks(client, call):
    mine, theirs = parc(authority=call), parc()
    limited = member("publisher", call, parks=[mine])
    response = send(client, "post", items("cabanes"), body("cabanes", call, park=str(theirs.uuid)), limited)
    assert response.status_code == 403
    assert "Lens-Liévin" in json.loads(response.content)["detail"]
    assert not Cabane.objects.exists()


def test_refusals_speak_the_language_of_the_client(client, call, person):
    content = body("cabanes", call, nom="x")
    for language, word in (("fr", "inconnue"), ("en", "Unknown"), ("nl", "Onbekende")):
        response = send(client, "post", items("cabanes"), content, person, **{"Accept-Language": language})
        assert word in json.loads(response.content)["errors"][0]["detail"]


def test_a_link_that_only_the_form_sets_says_so(client, call, person):
    for name, told in (("parks", "dites par la forme"), ("parcs", "Propriété inconnue")):
        refused = send(client, "post", items("fermetures"), body("fermetures", call, **{name: []}), person)
        (error,) = json.loads(refused.content)["errors"]
        assert (refused.status_code, told in error["detail"]) == (422, True), error


def test_area_given_as_one_polygon_becomes_many(client, call, person):
    made = send(client, "post", items("parcs"), body("parcs", call), person)
    assert json.loads(made.content)["geometry"]["type"] == "MultiPolygon"
    assert AREA["type"] == "Polygon"


def test_smallest_body_of_every_collection_is_enough(client, call, person):
    for collection in SMALLEST:
        made = send(client, "post", items(collection), body(collection, call, status="published"), person)
        assert made.status_code == 201, made.content
        assert made["ETag"] == client.get(made["Location"])["ETag"]
        assert json.loads(made.content)["properties"] == json.loads(client.get(made["Location"]).content)["properties"]


def test_line_that_turns_round_is_a_change(client, call, person):
    thing = sentier(authority=call, geom=LineString((2.8, 50.4), (2.81, 50.41), srid=4326))
    back = {"geometry": {"type": "LineString", "coordinates": [[2.81, 50.41], [2.8, 50.4]]}}
    send(client, "patch", f"{items('sentiers')}/{thing.uuid}", back, person, MERGE)
    assert Sentier.objects.get(pk=thing.pk).geom.coords[0] == (2.81, 50.41)
