"""`filter` on items and tiles: refusals, what stays hidden, links."""

import json
from urllib.parse import quote

import mapbox_vector_tile
import pytest

from geodata import registry
from geodata.formats import offered
from geodata.queries import items
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member

pytestmark = pytest.mark.django_db
ITEMS = "/api/collections/cabanes/items"
TILE = "/api/collections/cabanes/tiles/WebMercatorQuad/14/5527/8319"


def get(client, text, where=ITEMS, **more):
    answer = client.get(where, {"filter": text, **more})
    return answer, json.loads(answer.content) if answer.content else {}


@pytest.mark.parametrize("where", [ITEMS, TILE, f"{ITEMS.removesuffix('items')}tiles/WebMercatorQuad/tilejson"])
@pytest.mark.parametrize(
    "text",
    ["", "name_fr", "absent = 1", "deleted_at IS NULL", "created_by = 1", "name_fr = 1", "name_fr =", "(" * 50_000, "x" * 10_000_000,
     "CASEI(CASEI(CASEI(1))) = 1", "pg_sleep(9) = 1", "name_fr = 'x'; DROP TABLE cabanes_cabane", "S_WITHIN(geom, POINT(1000 0))"],
)  # fmt: skip
def test_bad_filter_is_named_in_a_problem(client, where, text):
    answer, problem = get(client, text, where)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["parameter"] == "filter"
    assert problem["detail"]


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"filter-lang": "cql"}, "filter-lang"),
        ({"filter-crs": "x"}, "filter-crs"),
        ({"filter": ["true", "true"]}, "filter"),
    ],
)
def test_bad_companions_are_named(client, more, parameter):
    answer = client.get(ITEMS, {"filter": "true", **more})
    assert (answer.status_code, json.loads(answer.content)["parameter"]) == (400, parameter)


def test_problem_is_told_in_the_language_of_the_reader(client):
    answer = client.get(ITEMS, {"filter": "name_fr ="}, headers={"Accept-Language": "en"})
    assert json.loads(answer.content)["detail"] == "The filter ends too early."


def test_too_many_parameters_are_a_refusal(client):
    answer = client.get(ITEMS + "?" + "&".join(f"p{number}=1" for number in range(2_000)))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text",
    ["true", "name_fr = 'secrète'", "status = 'draft'", "status <> 'published' OR true", "NOT (status = 'published')",
     "S_INTERSECTS(geom, BBOX(-180, -90, 180, 90))", "CASEI(name_fr) LIKE CASEI('SEC%')"],
)  # fmt: skip
def test_no_filter_finds_what_is_hidden(client, text):
    for hidden in ({"status": "draft"}, {"status": "archived"}, {"deleted_at": "2026-01-01T00:00Z"}):
        cabane(name_fr="secrète", **hidden)
    _answer, page = get(client, text)
    assert (page["features"], page["numberMatched"]) == ([], 0)
    assert client.get(TILE, {"filter": text}).status_code == 204


def test_member_filters_the_own_drafts(client):
    mine = autorite()
    draft, _other = cabane(status="draft", authority=mine), cabane(status="draft")
    client.force_login(member("editor", mine))
    _answer, page = get(client, "status = 'draft'")
    assert [feature["id"] for feature in page["features"]] == [str(draft.uuid)]


def test_json_and_text_find_the_same(client):
    wanted, _other = cabane(kind="abri"), cabane()
    document = json.dumps({"op": "=", "args": [{"property": "kind"}, "abri"]})
    for text, language in (("kind = 'abri'", "cql2-text"), (document, "cql2-json")):
        _answer, page = get(client, text, **{"filter-lang": language})
        assert [feature["id"] for feature in page["features"]] == [str(wanted.uuid)]


def test_pages_keep_the_filter(client):
    wanted = [str(cabane(kind="abri").uuid) for _ in range(5)]
    cabane()
    seen, url = [], f"{ITEMS}?limit=2&filter={quote('''kind = 'abri' AND name_fr LIKE '%a%' ''')}&filter-lang=cql2-text"
    while url:
        page = json.loads(client.get(url).content)
        assert page["numberMatched"] == 5
        seen += [feature["id"] for feature in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == wanted


@pytest.mark.django_db(transaction=True)
def test_streamed_answer_is_filtered_too(client, monkeypatch):
    monkeypatch.setattr(items, "AT_ONCE", 2)
    wanted = [str(cabane(kind="abri").uuid) for _ in range(3)]
    cabane()
    answer = client.get(ITEMS, {"filter": "kind = 'abri'", "limit": "5000"})
    assert answer.streaming
    page = json.loads(answer.getvalue())
    assert [feature["id"] for feature in page["features"]] == wanted
    assert page["numberMatched"] == 3


def drawn(tile):
    """Properties and shapes of the cabins in this tile, by id: their order is nobody's promise."""
    return {
        feature["properties"]["id"]: (feature["properties"], feature["geometry"])
        for feature in mapbox_vector_tile.decode(tile)["cabanes"]["features"]
    }


def test_tile_holds_what_the_conditions_select(client):
    wanted, _other = cabane(kind="abri"), cabane(geom="SRID=4326;POINT(2.806 50.406)")
    for conditions in ({"filter": "kind = 'abri'"}, {"kind": "abri"}, {"q": wanted.name_fr.split()[-1]}):
        answer = client.get(TILE, conditions)
        assert answer.status_code == 200
        layer = mapbox_vector_tile.decode(answer.content)["cabanes"]
        assert [feature["properties"]["id"] for feature in layer["features"]] == [str(wanted.uuid)]
    low = client.get("/api/collections/cabanes/tiles/WebMercatorQuad/6/21/32", {"filter": "kind = 'abri'"})
    assert len(mapbox_vector_tile.decode(low.content)["cabanes"]["features"]) == 1
    every = "/api/tiles/WebMercatorQuad/14/5527/8319"
    assert client.get(every, {"filter": "kind = 'abri'"}).status_code == 400
    selected, all_of_it = (drawn(client.get(every, given).content) for given in ({"filter": "true"}, {}))
    assert len(all_of_it) == 2
    assert selected == all_of_it


def test_tilejson_hands_its_conditions_to_the_tiles(client):
    found = json.loads(
        client.get("/api/collections/cabanes/tiles/WebMercatorQuad/tilejson?filter=lit%20%3D%20true").content
    )
    assert found["tiles"][0].endswith("/{z}/{y}/{x}?filter=lit+%3D+true")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chosen", offered.of(registry.get("cabanes")), ids=lambda each: each.name)
def test_every_representation_is_filtered_and_refuses(client, chosen):
    wanted, other = (
        cabane(kind="abri", name_fr="Abri rouge", year_built=2021),
        cabane(name_fr="Hutte bleue", year_built=2021),
    )
    answer = client.get(ITEMS, {"filter": "kind = 'abri'", "f": chosen.name})
    assert answer.status_code == 200
    body = b"".join(answer) if answer.streaming else answer.content
    if chosen.media_type.startswith("text/") or "json" in chosen.media_type:
        assert wanted.name_fr.encode() in body
    assert other.name_fr.encode() not in body
    for text in ("year_built ^ 9999 > 1", "absent = 1"):
        answer = client.get(ITEMS, {"filter": text, "f": chosen.name})
        assert (answer.status_code, json.loads(answer.content)["parameter"]) == (400, "filter")
