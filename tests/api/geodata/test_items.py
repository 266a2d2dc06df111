import gzip
import json
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabanes.models import Cabane
from geodata import registry
from geodata.queries import items
from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"


def get(client, url, **headers):
    response = client.get(url, headers=headers)
    return response, json.loads(response.content)


def test_features_are_those_in_the_box(client):
    inside, _outside = cabane(), cabane(geom="SRID=4326;POINT(3.1 50.2)")
    _response, page = get(client, f"{ITEMS}?bbox=2.8,50.4,2.81,50.41")
    assert [feature["id"] for feature in page["features"]] == [str(inside.uuid)]
    assert (page["numberMatched"], page["numberReturned"]) == (1, 1)


def test_box_meets_the_shape_and_not_only_its_box(client):
    sentier(geom="SRID=4326;LINESTRING(2.80 50.40, 2.80 50.42, 2.82 50.42)")
    assert get(client, "/api/collections/sentiers/items?bbox=2.81,50.40,2.82,50.41")[1]["numberMatched"] == 0


def test_nothing_hidden_is_shown_counted_or_found(client):
    for hidden in ({"status": "draft"}, {"status": "archived"}, {"deleted_at": "2026-01-01T00:00Z"}):
        thing = cabane(name_fr="secrète", **hidden)
        assert client.get(f"{ITEMS}/{thing.uuid}").status_code in (404, 410)
    for query in ("", "?q=secrète", "?status=draft", "?limit=1"):
        _response, page = get(client, ITEMS + query)
        assert (page["features"], page["numberMatched"]) == ([], 0)


def test_member_sees_the_drafts_of_the_own_authority(client):
    mine = autorite()
    draft, _other = cabane(status="draft", authority=mine), cabane(status="draft")
    client.force_login(member("editor", mine))
    response, page = get(client, ITEMS)
    assert [feature["id"] for feature in page["features"]] == [str(draft.uuid)]
    assert "private" in response["Cache-Control"]


def test_pages_have_neither_duplicate_nor_gap_while_others_write(client):
    wanted = [str(cabane().uuid) for _ in range(7)]
    seen, url = [], f"{ITEMS}?limit=2&kind=cabane_design"
    while url:
        _response, page = get(client, url)
        seen += [feature["id"] for feature in page["features"]]
        Cabane.objects.filter(uuid=wanted[0]).update(name_fr=f"{len(seen)}")
        if len(seen) == 4:
            cabane(geom="SRID=4326;POINT(2.7 50.2)", kind="abri")
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        assert url is None or "kind=cabane_design" in url
    assert seen == wanted


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("foo=1", "foo"),
        ("limit=0", "limit"),
        ("limit=1&limit=2", "limit"),
        ("bbox=1,2,nan,4", "bbox"),
        ("datetime=hier", "datetime"),
        ("crs=EPSG:27572", "crs"),
        ("kind=chateau", "kind"),
        ("year_built=abc", "year_built"),
        ("year_built=99999999999999999999", "year_built"),
        ("year_built=2_019", "year_built"),
        ("year_built=２０１９", "year_built"),
        ("filter=year_built=２０１９", "filter"),
        ("park=pas-un-uuid", "park"),
        ("cursor=abc", "cursor"),
        ("f=gml", "f"),
        ("q=%00", "q"),
        ("lit=peut-être", "lit"),
    ],
)
def test_bad_parameter_is_named_in_a_problem(client, query, parameter):
    response, problem = get(client, f"{ITEMS}?{query}", **{"Accept-Language": "en"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert problem["parameter"] == parameter
    assert "Accept-Language" in response["Vary"]


def test_search_ignores_case_accents_and_hyphens(client):
    thing = cabane(name_fr="Écrevisse-Noire")
    for words in ("ecrevisse", "NOIRE écre", "écrevisse noire"):
        assert [feature["id"] for feature in get(client, f"{ITEMS}?q={words}")[1]["features"]] == [str(thing.uuid)]
    for nothing in ("%25", "_", "absent", "revisse"):
        assert get(client, f"{ITEMS}?q={nothing}")[1]["features"] == []


def test_list_property_filter_asks_for_membership(client):
    thing = cabane(activities=["rest", "read"])
    assert len(get(client, f"{ITEMS}?activities=read")[1]["features"]) == 1
    area = parc()
    thing.refresh_from_db()
    assert len(get(client, f"{ITEMS}?parks_containing={area.uuid}")[1]["features"]) == 1


def test_other_crs(client):
    cabane()
    response, page = get(client, f"{ITEMS}?crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    assert page["features"][0]["geometry"]["coordinates"] == [50.405, 2.805]
    assert response["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/4326>"
    _response, page = get(client, f"{ITEMS}?crs=http://www.opengis.net/def/crs/EPSG/0/2154")
    assert [round(number) for number in page["features"][0]["geometry"]["coordinates"]] == [686118, 7034174]


def test_exterior_rings_run_counter_clockwise(client):
    parc(geom=box())
    ring = get(client, "/api/collections/parcs/items")[1]["features"][0]["geometry"]["coordinates"][0][0]
    area = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring))
    assert area < 0


def test_line_with_elevations_has_heights(client):
    sentier(elevations_m=[20, 50, 35])
    line = get(client, "/api/collections/sentiers/items")[1]["features"][0]["geometry"]["coordinates"]
    assert line[1] == [2.8, 50.405, 50]


def test_unchanged_collection_is_304_after_one_read_and_changes_with_any_write(client):
    thing = cabane()
    etag = client.get(ITEMS)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ITEMS, headers={"If-None-Match": etag}).status_code == 304
    assert len(queries) == 1
    Cabane.objects.filter(pk=thing.pk).update(status="archived")
    assert client.get(ITEMS, headers={"If-None-Match": etag}).status_code == 200


def test_number_of_statements_does_not_depend_on_the_number_of_features(client):
    for _ in range(5):
        cabane()
    with CaptureQueriesContext(connection) as queries:
        client.get(ITEMS)
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_compressed_for_those_who_take_it(client, monkeypatch):
    for _ in range(3):
        cabane()
    response = client.get(ITEMS, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.content))["numberReturned"] == 3
    monkeypatch.setattr(items, "AT_ONCE", 2)
    streamed = client.get(f"{ITEMS}?limit=5000", headers={"Accept-Encoding": "gzip"})
    assert streamed.streaming
    assert json.loads(gzip.decompress(b"".join(streamed.streaming_content)))["numberReturned"] == 3


def test_head_options_and_cors(client):
    assert client.head(ITEMS)["Access-Control-Allow-Origin"] == "*"
    answer = client.options(
        ITEMS, headers={"Access-Control-Request-Method": "GET", "Origin": "https://ailleurs.example"}
    )
    assert "GET" in answer["Allow"]
    assert "GET" in answer["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("rest", ["nothing", "collections/cabanes/items/a%0Ab/photos", "exports/a%0A", "%0A"])
def test_any_other_address_of_the_api_is_not_found_in_the_words_of_the_api(client, rest):
    answer = client.get(f"/api/{rest}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_slug_redirects_to_the_uuid_and_deleted_is_gone(client):
    thing = cabane(slug="belle-cabane")
    response = client.get(f"{ITEMS}/belle-cabane")
    assert (response.status_code, response["Location"]) == (307, str(thing.uuid))
    Cabane.objects.filter(pk=thing.pk).update(deleted_at="2026-01-01T00:00Z")
    assert client.get(f"{ITEMS}/{thing.uuid}").status_code == 410
    assert client.get(f"{ITEMS}/belle-cabane").status_code == 410


@pytest.mark.parametrize(("status", "told"), [("archived", 410), ("draft", 404)])
def test_deleted_is_gone_also_when_it_was_withdrawn_before_but_a_draft_never_was(client, status, told):
    thing = cabane(status="draft")
    if status == "archived":
        Cabane.objects.filter(pk=thing.pk).update(status="published")
        Cabane.objects.filter(pk=thing.pk).update(status="archived")
    assert client.get(f"{ITEMS}/{thing.uuid}").status_code == 404
    Cabane.objects.filter(pk=thing.pk).update(deleted_at="2026-01-01T00:00Z")
    assert client.get(f"{ITEMS}/{thing.uuid}").status_code == told
    assert client.get(f"{ITEMS}/{thing.slug}").status_code == told


def test_page_for_a_browser(client):
    cabane(name_fr="<script>alert(1)</script>")
    response = client.get(ITEMS, headers={"Accept": "text/html"})
    assert response["Content-Type"].startswith("text/html")
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_every_announced_link_answers_with_its_type(client, collection):
    _response, described = get(client, f"/api/collections/{collection.id}")
    for link in described["links"]:
        answer = client.get(link["href"].removeprefix("http://testserver"))
        answer.getvalue()
        assert answer.status_code == 200, link
        assert answer["Content-Type"].split(";")[0] == link["type"].split(";")[0]


def test_database_down_is_503_with_retry_after(client, monkeypatch):
    from django.db import OperationalError

    from geodata.queries import states

    def down(*_args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(states, "state", down)
    response = client.get(ITEMS)
    assert response.status_code == 503
    assert response["Retry-After"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("cabanes/items?page=2", "«\xa0next\xa0»"),
        ("cabanes/items?offset=10", "«\xa0next\xa0»"),
        ("cabanes/items?as_of=2026-01-01", "«\xa0as-of\xa0»"),
        ("cabanes/items?LIMIT=3", "«\xa0limit\xa0»"),
        ("cabanes/items?zzz=3", "Connus\xa0: bbox, "),
        ("cabanes/items?bbox=687000,7020000,700000,7030000", "bbox-crs"),
        ("cabanes/items?year_built=vers 2019", "nombre entier"),
        ("cabanes/items?area_m2=3,5", "avec un point"),
        ("cabanes/items?park=parc-des-iles", "UUID"),
        ("cabanes/items?opened_on=2019", "2026-05-08"),
        ("cabanes/items?opened_on=2026-05-08T14:30:00Z", "une date comme 2026-05-08."),
        ("cabanes/items?created_at=2019", "2026-05-08T14:30:00Z"),
        ("cabane/items", "/api/collections"),
    ],
)
def test_a_mistake_is_told_with_what_to_write_instead(client, path, told):
    response, problem = get(client, f"/api/collections/{path}")
    assert response.status_code in (400, 404)
    assert told in problem["detail"]


def test_who_is_not_known_is_told_how_a_token_is_shown(client):
    response = client.post(ITEMS, data="{}", content_type="application/json")
    assert (response.status_code, response["WWW-Authenticate"].split()[0]) == (401, "Bearer")
    assert "Authorization: Bearer" in response.json()["detail"]


def test_a_box_finds_what_has_no_shape_too_and_a_filter_does_not(client):
    here, nowhere = evenement(geom="SRID=4326;POINT(2.8 50.4)"), evenement(geom=None)
    evenement(geom="SRID=4326;POINT(3.1 50.2)")
    found = {str(here.uuid), str(nowhere.uuid)}
    items = "/api/collections/evenements/items"
    for corners in ("2.7,50.3,2.9,50.5", "170,50.3,2.9,50.5"):
        page = get(client, f"{items}?bbox={corners}")[1]
        assert ({each["id"] for each in page["features"]}, page["numberMatched"]) == (found, 2)
    page = get(client, f"{items}?filter=S_INTERSECTS(geom,BBOX(2.7,50.3,2.9,50.5))")[1]
    assert [each["id"] for each in page["features"]] == [str(here.uuid)]


@pytest.mark.parametrize("offset", ["%2B16:22", "-23:59"])
def test_an_instant_may_be_of_any_offset(client, offset):
    evenement(starts_at="2027-06-01T10:00:00Z", ends_at="2027-06-01T12:00:00Z")
    items, instant = "/api/collections/evenements/items", f"2027-06-01T11:00:00{offset}"
    for query in (f"datetime=../{instant}", f"filter=starts_at<TIMESTAMP('{instant}')", f"starts_at={instant}",
                  f"starts_at={instant.replace('T', '%20')}", f"as-of=2026-01-01T00:00:00{offset}"):  # fmt: skip
        answer, page = get(client, f"{items}?{query}")
        found = offset == "-23:59" and not query.startswith(("starts_at", "as-of"))
        assert (answer.status_code, page["numberMatched"]) == (200, int(found)), query
