"""What is not understood, or would be stored as something else, is refused and named: never 200 with another meaning."""

import json
import socket

import pytest

from cabanes.models import Cabane
from geodata.editing.position import read_geometry
from geodata.models import Revision
from geodata.units import MAX_LIST
from tests.api.geodata.writing import FACTORIES, MERGE, POINT, body, fields_of, items, send
from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
L93 = "http://www.opengis.net/def/crs/EPSG/0/2154"
NIL, MAX = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def detail_of(response):
    return json.loads(response.content)["errors"][0]["detail"]


@pytest.fixture
def thing(call):
    return cabane(authority=call)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"lit": True}, ["lit"]),
        ({"property": {"lit": True}, "state": "closed"}, ["property", "state"]),
        ({"properties": {"lit": True}, "Geometry": POINT}, ["Geometry"]),
        ({"type": "Feature", "properties": {}, "features": []}, ["features"]),
        ({"links": 5, "bbox": None}, ["links", "bbox"]),
    ],
)
def test_member_that_a_feature_has_not_is_named(client, person, thing, content, named):
    url = f"{items('cabanes')}/{thing.uuid}"
    before = Revision.objects.count()
    answer = send(client, "patch", url, content, person, MERGE)
    assert (answer.status_code, fields_of(answer)) == (422, named)
    assert "properties" in detail_of(answer) or "links" in named
    whole = body("cabanes", thing.authority) | {name: content[name] for name in named}
    for verb, address in (("put", url), ("post", items("cabanes"))):
        answer = send(client, verb, address, whole, person)
        assert (answer.status_code, fields_of(answer)) == (422, named)
    assert Revision.objects.count() == before


@pytest.mark.parametrize("collection", FACTORIES)
@pytest.mark.parametrize("whole", [True, False])
def test_each_representation_of_ours_goes_back_unchanged(client, call, collection, whole):
    boss = user(is_superuser=True)
    made = FACTORIES[collection](**({} if collection in ("communes", "autorites") else {"authority": call}))
    url = f"{items(collection)}/{made.uuid}"
    alone = json.loads(client.get(url).content)
    on_a_page = json.loads(client.get(items(collection), {"id": str(made.uuid)}).content)["features"][0]
    for read in (alone, on_a_page, alone | {"bbox": [2.8, 50.4, 2.81, 50.41]}):
        answer = send(client, "put" if whole else "patch", url, read, boss, *([] if whole else [MERGE]))
        assert answer.status_code == 200, answer.content
        now = json.loads(client.get(url).content)
        assert (now["properties"], now["geometry"]) == (alone["properties"], alone["geometry"])


def test_member_given_twice_is_refused(client, person, thing):
    raw = '{"properties": {"name_fr": "Une", "name_fr": "Autre"}}'
    answer = send(client, "patch", f"{items('cabanes')}/{thing.uuid}", raw, person, MERGE)
    assert answer.status_code == 400
    assert "name_fr" in json.loads(answer.content)["detail"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name_fr": 5}, "name_fr"),
        ({"name_fr": 5.5}, "name_fr"),
        ({"slug": 5}, "slug"),
        ({"source_url": 5}, "source_url"),
        ({"description_fr": 5}, "description_fr"),
        ({"materials": [1]}, "materials.0"),
        ({"opened_on": "20200101"}, "opened_on"),
        ({"opened_on": "2020-W01-1"}, "opened_on"),
        ({"opened_on": "2020-01-01T00:00:00Z"}, "opened_on"),
        ({"materials": ["bois"] * (MAX_LIST + 1)}, "materials"),
        ({"materials": ["bois"] * 10_000}, "materials"),
        ({"authors": [{"name": "Ana"}] * (MAX_LIST + 1)}, "authors"),
        ({"name_fr": "a\u0001b"}, "name_fr"),
        ({"name_fr": "a\u0085b"}, "name_fr"),
        ({"name_fr": "a\ufffeb"}, "name_fr"),
        ({"name_fr": "a\U0001ffffb"}, "name_fr"),
        ({"name_fr": "a\nb"}, "name_fr"),
        ({"name_fr": "a\u2028b"}, "name_fr"),
        ({"name_fr": "\u200b"}, "name_fr"),
        ({"name_en": "\u200b\u2060"}, "name_en"),
        ({"materials": ["bois\n"], "name_nl": "a\tb"}, "name_nl"),
        ({"materials": ["bo\nis"]}, "materials"),
        ({"description_fr": "a\u0001b"}, "description_fr"),
        ({"authors": [{"name": "a\u0001b"}]}, "authors"),
    ],
)
def test_value_of_another_kind_or_that_nobody_can_read_is_named(client, call, person, given, field):
    answer = send(client, "post", items("cabanes"), body("cabanes", call, **given), person)
    assert answer.status_code == 422, answer.content
    assert fields_of(answer) == [field]
    assert detail_of(answer)
    assert not Cabane.objects.exists()


def test_lines_letters_of_all_scripts_and_joined_signs_are_kept(client, call, person):
    texts = {
        "name_fr": "L’abri\u00a0«\u00a0aux hérons\u00a0» 👨\u200d👩\u200d👧 \U0002070e",
        "description_fr": "Une ligne,\r\nune autre.\n\n- liste\n\t- dedans",
        "opened_on": "2020-01-01",
    }
    answer = send(client, "post", items("cabanes"), body("cabanes", call, **texts), person)
    assert answer.status_code == 201, answer.content
    made = json.loads(answer.content)["properties"]
    assert {name: made[name] for name in texts} == texts


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-12-01T08:00:00Z", 201), ("2026-12-01T08:00:00.123+01:00", 201), ("2026-12-01T08:00:00", 201),
        ("2026-12-01", 422), ("20261201T080000Z", 422), ("2026-W49-2T08:00:00Z", 422), (5, 422),
    ],
)  # fmt: skip
def test_instants_are_those_of_rfc_3339(client, call, person, moment, status):
    answer = send(client, "post", items("evenements"), body("evenements", call, starts_at=moment), person)
    assert answer.status_code == status, answer.content
    assert status == 201 or fields_of(answer) == ["starts_at"]


@pytest.mark.parametrize("uuid", [NIL, MAX, NIL.replace("-", "")])
def test_uuid_that_names_nothing_is_refused(client, call, person, uuid):
    answer = send(client, "post", items("cabanes"), body("cabanes", call) | {"id": uuid}, person)
    assert (answer.status_code, fields_of(answer)) == (422, ["id"])


@pytest.mark.parametrize("coding", ["gzip", "br", "x", "identity, gzip", "GZIP"])
def test_coded_body_is_told_that_none_is_read(client, call, person, coding):
    answer = send(client, "post", items("cabanes"), body("cabanes", call), person, **{"Content-Encoding": coding})
    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")
    assert answer["Accept-Encoding"] == "identity"
    assert coding in json.loads(answer.content)["detail"]
    plain = {"Content-Encoding": "Identity"}
    assert send(client, "post", items("cabanes"), body("cabanes", call), person, **plain).status_code == 201
    assert "Accept-Encoding" not in send(client, "post", items("cabanes"), "{}", person, "text/plain")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 201), ("urn:ogc:def:crs:OGC::CRS84", 201), ("EPSG:4326", 201),
        ("urn:ogc:def:crs:EPSG::4326", 201), ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 201),
        ("urn:ogc:def:crs:EPSG::2154", 422), ("EPSG:3857", 422), ("", 422), (5, 422), (None, 422),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [True, False])
def test_crs_in_the_body_is_degrees_or_refused(client, call, person, name, status, inside):
    crs = {"crs": name if name is None else {"type": "name", "properties": {"name": name}}}
    content = body("cabanes", call)
    content = content | ({"geometry": POINT | crs} if inside else crs)
    answer = send(client, "post", items("cabanes"), content, person)
    assert answer.status_code == status, answer.content
    if status == 422:
        assert fields_of(answer) == ["crs"]
        assert "Content-Crs" in detail_of(answer)


@pytest.mark.parametrize("kind", ["link", "URL", "name"])
def test_no_address_in_a_geometry_is_fetched(client, call, person, kind):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        crs = {"type": kind, "properties": {"name": address, "href": address, "url": address}}
        for shape in (POINT | {"crs": crs}, {"type": "GeometryCollection", "geometries": [POINT | {"crs": crs}]}):
            answer = send(client, "post", items("fermetures"), body("fermetures", call) | {"geometry": shape}, person)
            assert answer.status_code in (201, 422), answer.content
            with pytest.raises(BlockingIOError):
                listener.accept()
        read_geometry(json.dumps(POINT | {"crs": crs}), "POINT")
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_crs_in_the_body_does_not_speak_against_the_header(client, call, person):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    content = body("cabanes", call) | {"geometry": {"type": "Point", "coordinates": [686118, 7034174]}, "crs": crs}
    answer = send(client, "post", items("cabanes"), content, person, **{"Content-Crs": f"<{L93}>"})
    assert (answer.status_code, fields_of(answer)) == (422, ["crs"])
    del content["crs"]
    for header in ("", "é"):
        answer = send(client, "post", items("cabanes"), content, person, **{"Content-Crs": header})
        assert (answer.status_code, json.loads(answer.content)["parameter"]) == (400, "Content-Crs")


def test_ring_of_a_write_is_closed(client, call, person):
    content = body("parcs", call)
    content["geometry"] = {"type": "Polygon", "coordinates": [[[2.8, 50.4], [2.81, 50.4], [2.81, 50.41], [2.8, 50.41]]]}
    answer = send(client, "post", items("parcs"), content, person)
    assert (answer.status_code, fields_of(answer)) == (422, ["geometry"])


WRONG = {
    "number": ["12.5", "1", "", True, [1], {}],
    "integer": ["3", "", True, False, [3], {}],
    "boolean": ["true", "false", "1", "", 1, 0, [True], {}],
}
SAID = {"number": "nombre", "integer": "nombre entier", "boolean": "true ou false"}


@pytest.mark.parametrize("collection", FACTORIES)
def test_numbers_and_booleans_are_those_of_the_schema_not_texts_of_them(client, call, collection):
    boss = user(is_superuser=True)
    schema = json.loads(client.get(f"/api/collections/{collection}/schema").content)["properties"]
    made = FACTORIES[collection](**({} if collection in ("communes", "autorites") else {"authority": call}))
    url = f"{items(collection)}/{made.uuid}"
    settable = {name: each.get("type") for name, each in schema.items() if not each.get("readOnly")}
    taken = {name: kind for name, kind in settable.items() if isinstance(kind, str) and kind in WRONG}
    before = Revision.objects.count()
    for name, kind in taken.items():
        for value in WRONG[kind]:
            answer = send(client, "patch", url, {"properties": {name: value}}, boss, MERGE)
            assert (answer.status_code, fields_of(answer)) == (422, [name]), (name, value)
            assert SAID[kind] in detail_of(answer)
    assert Revision.objects.count() == before


@pytest.mark.parametrize("value", [10**400, -(10**30)])
@pytest.mark.parametrize("name", ["height_m", "year_built", "capacity_people"])
def test_number_that_no_column_holds_is_named(client, call, person, name, value):
    answer = send(client, "post", items("cabanes"), body("cabanes", call, **{name: value}), person)
    assert (answer.status_code, fields_of(answer) in ([name], [""])) == (422, True), answer.content


def test_share_that_is_a_text_is_named(client, call, person):
    answer = send(client, "post", items("sentiers"), body("sentiers", call, surface_mix={"gravier": "1"}), person)
    assert (answer.status_code, fields_of(answer)) == (422, ["surface_mix"])


def test_whole_number_with_a_point_is_whole(client, call, person):
    answer = send(
        client, "post", items("cabanes"), body("cabanes", call, year_built=2020.0, height_m=3, lit=False), person
    )
    assert answer.status_code == 201, answer.content
    made = json.loads(answer.content)["properties"]
    assert (made["year_built"], made["height_m"], made["lit"]) == (2020, 3, False)
    wrong = send(client, "post", items("cabanes"), body("cabanes", call, year_built=2020.5), person)
    assert (wrong.status_code, fields_of(wrong)) == (422, ["year_built"])


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "9999-12-31T08:00:00Z", "0001-01-01T00:00:00+02:00"])
def test_an_instant_that_no_clock_here_tells_is_refused(client, call, moment):
    boss = user(is_superuser=True)
    url = f"{items('evenements')}/{FACTORIES['evenements'](authority=call).uuid}"
    for properties in ({"ends_at": moment}, {"starts_at": moment, "ends_at": moment, "rrule": "FREQ=DAILY"}):
        answer = send(client, "patch", url, {"properties": properties}, boss, MERGE)
        assert answer.status_code == 422, answer.content
        assert set(fields_of(answer)) <= set(properties)
    whole = body("evenements", call, starts_at=moment, ends_at=moment)
    for method, address in (("post", items("evenements")), ("put", url)):
        answer = send(client, method, address, whole, boss)
        assert (answer.status_code, set(fields_of(answer)) <= {"starts_at", "ends_at"}) == (422, True), answer.content
    assert client.get("/agenda/").status_code == 200


def test_a_rule_that_goes_to_the_last_hour_of_the_calendar_repeats(client, call):
    given = {
        "starts_at": "2026-12-05T13:00:00Z",
        "ends_at": "2026-12-05T17:00:00Z",
        "rrule": "FREQ=WEEKLY;UNTIL=99991231T235959Z",
    }
    answer = send(client, "post", items("evenements"), body("evenements", call, **given), user(is_superuser=True))
    assert answer.status_code == 201, answer.content
    assert answer.json()["properties"]["last_ends_at"] is None
