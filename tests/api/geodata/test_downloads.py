"""Items as files: the whole selection, the same filters, nothing hidden, nothing held."""

import csv
import io
import json
import re
from uuid import uuid4

import pytest
from django.utils import timezone

from geodata import registry
from geodata.formats import offered
from tests.api.geodata.sessions import in_transaction
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"


def taken(client, address, status=200, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content
    body = answer.getvalue()
    answer.close()
    return answer, body


def table(client, address):
    text = taken(client, address)[1].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sequence(client, address):
    body = taken(client, address)[1]
    return [json.loads(line) for line in body.split(b"\x1e")[1:]]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("foo=1", "foo"), ("bbox=1,2", "bbox"), ("cursor=abc", "cursor")],
)
def test_refusals_are_those_of_items(client, query, parameter):
    for each in offered.downloads(registry.get("cabanes")):
        answer, _body = taken(client, f"{ITEMS}?f={each.name}&{query}", 400)
        assert answer.json()["parameter"] == parameter


def test_unknown_formats_are_refused(client):
    assert taken(client, f"{ITEMS}?f=gml", 400)[0].json()["parameter"] == "f"
    assert taken(client, ITEMS, 406, Accept="image/png")[0].json()["status"] == 406


@pytest.mark.parametrize("collection", ["cabanes", "evenements", "fermetures"])
def test_accept_and_f_agree(client, collection):
    cabane(), evenement(), fermeture()
    day, items = timezone.localdate(), f"/api/collections/{collection}/items"
    for each in offered.downloads(registry.get(collection)):
        by_name, _body = taken(client, f"{items}?f={each.name}")
        by_accept, _body = taken(client, items, Accept=each.media_type)
        assert by_name["Content-Type"] == by_accept["Content-Type"] == each.content_type
        place = "inline" if each.name in ("ical", "atom") else "attachment"
        named = f'{place}; filename="{collection}-{day:%Y-%m-%d}.{each.extension}"'
        assert by_name["Content-Disposition"] == by_accept["Content-Disposition"] == named


def test_a_download_is_the_whole_selection_and_a_limit_is_kept(client):
    wanted = [str(cabane(geom=f"SRID=4326;POINT(2.{800 + n} 50.405)").uuid) for n in range(105)]
    assert [row["id"] for row in table(client, f"{ITEMS}?f=csv")] == wanted
    assert [feature["id"] for feature in sequence(client, f"{ITEMS}?f=geojsonseq")] == wanted
    assert [row["id"] for row in table(client, f"{ITEMS}?f=csv&limit=3")] == wanted[:3]
    assert len(table(client, f"{ITEMS}?f=csv&limit=1000000000")) == 105
    following = client.get(f"{ITEMS}?limit=100").json()["links"]
    cursor = next(link["href"] for link in following if link["rel"] == "next")
    assert [row["id"] for row in table(client, cursor.replace("f=geojson", "f=csv"))] == wanted[100:]


def test_filters_are_those_of_items(client):
    inside, outside = cabane(kind="abri"), cabane(geom="SRID=4326;POINT(3.1 50.2)", name_fr="Écrevisse")
    for query, wanted in (
        ("bbox=2.8,50.4,2.81,50.41", inside),
        ("q=ecrevisse", outside),
        ("kind=abri", inside),
    ):
        assert [row["id"] for row in table(client, f"{ITEMS}?f=csv&{query}")] == [str(wanted.uuid)]
        assert [feature["id"] for feature in sequence(client, f"{ITEMS}?f=geojsonseq&{query}")] == [str(wanted.uuid)]


def test_a_file_of_a_box_holds_what_has_no_shape_too(client):
    found = {str(evenement(geom="SRID=4326;POINT(2.8 50.4)").uuid), str(evenement(geom=None).uuid)}
    evenement(geom="SRID=4326;POINT(3.1 50.2)")
    rows = table(client, "/api/collections/evenements/items?f=csv&bbox=2.7,50.3,2.9,50.5")
    assert {row["id"] for row in rows} == found


def test_a_member_takes_the_own_drafts_and_nobody_else_does(client):
    mine = autorite()
    cabane(status="draft", authority=mine)
    cabane(status="draft")
    cabane(deleted_at="2026-01-01T00:00Z")
    for each in offered.downloads(registry.get("cabanes")):
        answer, body = taken(client, f"{ITEMS}?f={each.name}")
        assert b"Cabane " not in body, each.name
        assert answer["Cache-Control"] == "public, no-cache"
    client.force_login(member("editor", mine))
    answer, _body = taken(client, f"{ITEMS}?f=csv")
    assert len(table(client, f"{ITEMS}?f=csv")) == 1
    assert "private" in answer["Cache-Control"]


def test_validators_are_those_of_the_revision(client):
    cabane()
    answer, _body = taken(client, f"{ITEMS}?f=csv")
    unchanged, body = taken(client, f"{ITEMS}?f=csv", 304, **{"If-None-Match": answer["ETag"]})
    assert (body, unchanged["ETag"]) == (b"", answer["ETag"])
    assert taken(client, f"{ITEMS}?f=geojsonseq", **{"If-None-Match": answer["ETag"]})
    cabane(geom="SRID=4326;POINT(2.9 50.4)")
    taken(client, f"{ITEMS}?f=csv", **{"If-None-Match": answer["ETag"]})


def test_csv_holds_types_texts_and_no_formula(client):
    cabane(
        name_fr='=HYPERLINK("http://x")',
        description_fr='deux\nlignes, « et » "guillemets"',
        activities=["rest", "read"],
        lit=True,
        year_built=2021,
        height_m=1.5,
        geom="SRID=4326;POINT(2.8051234 50.405)",
    )
    _answer, body = taken(client, f"{ITEMS}?f=csv")
    assert body.startswith(b"\xef\xbb\xbfid,slug,name_fr,")
    assert body.count(b"\r\n") == 2
    (row,) = table(client, f"{ITEMS}?f=csv")
    assert row["name_fr"] == '\'=HYPERLINK("http://x")'
    assert row["description_fr"] == 'deux\nlignes, « et » "guillemets"'
    assert (row["activities"], row["lit"], row["year_built"], row["height_m"]) == ("rest|read", "true", "2021", "1.5")
    assert (row["longitude"], row["latitude"]) == ("2.8051234", "50.405")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["updated_at"])


@pytest.mark.parametrize("text", ["+33 3 21", "-1", "@x", "\tx", "\rx", "=1"])
def test_csv_defuses_every_beginning_of_a_formula(client, text):
    cabane(name_nl=text)
    assert table(client, f"{ITEMS}?f=csv")[0]["name_nl"] == "'" + text


def test_csv_in_other_systems(client):
    cabane()
    sentier(geom="SRID=4326;LINESTRING(2.80 50.40, 2.80 50.42)")
    (row,) = table(client, f"{ITEMS}?f=csv&crs=http://www.opengis.net/def/crs/EPSG/0/2154")
    assert (round(float(row["x"])), round(float(row["y"]))) == (686118, 7034174)
    trails = "/api/collections/sentiers/items?f=csv"
    assert table(client, trails)[0]["wkt"] == "LINESTRING(2.8 50.4,2.8 50.42)"
    flipped = table(client, f"{trails}&crs=http://www.opengis.net/def/crs/EPSG/0/4326")
    assert flipped[0]["wkt"] == "LINESTRING(50.4 2.8,50.42 2.8)"


def test_one_item_as_a_file(client):
    thing = cabane()
    cabane()
    answer, body = taken(client, f"{ITEMS}/{thing.uuid}?f=csv")
    assert len(list(csv.reader(io.StringIO(body.decode(), newline="")))) == 2
    assert f'filename="cabanes-{thing.uuid}-' in answer["Content-Disposition"]
    assert taken(client, f"{ITEMS}/{uuid4()}?f=csv", 404)
    hidden = cabane(status="draft")
    assert taken(client, f"{ITEMS}/{hidden.uuid}?f=csv", 404)
    assert client.get(f"{ITEMS}/{thing.slug}?f=csv")["Location"] == f"{thing.uuid}?f=csv"


def test_every_announced_link_gives_the_type_it_announces(client):
    cabane(), parc(), sentier()
    for collection in registry.collections():
        about = client.get(f"/api/collections/{collection.id}").json()
        found = [link for link in about["links"] if link["rel"] == "items" or "f=schema-" in link["href"]]
        assert [link["type"] for link in found] == [each.media_type for each in offered.of(collection)]
        page = client.get(f"/api/collections/{collection.id}/items").json()["links"]
        alternates = [link for link in page if link["rel"] in ("self", "alternate")]
        assert [link["type"] for link in alternates] == [each.media_type for each in offered.of(collection)]
        for link, each in zip(found, offered.of(collection), strict=True):
            answer = client.head(link["href"]) if each.make else taken(client, link["href"])[0]
            assert answer["Content-Type"].split(";")[0] == link["type"]
    described = client.get("/api/openapi.json").json()["paths"]["/collections/cabanes/items"]["get"]
    assert set(described["responses"]["200"]["content"]) == {
        each.media_type for each in offered.of(registry.get("cabanes"))
    }


def test_a_long_filter_leaves_room_in_the_head(client):
    answer, _body = taken(client, f"{ITEMS}?q={'a' * 150}&park={uuid4()}&name_fr={'b' * 900}")
    assert len(answer["Link"]) < 3_000
    assert 'rel="self"' in answer["Link"]


def test_a_cut_download_gives_everything_back(client):
    for n in range(3):
        cabane(geom=f"SRID=4326;POINT(2.{80 + n} 50.405)", story_fr="x" * 70_000)
    answer = client.get(f"{ITEMS}?f=csv")
    assert in_transaction(1) == 1
    answer.close()
    assert in_transaction(0) == 0
    assert client.head(f"{ITEMS}?f=csv")["Content-Type"].startswith("text/csv")
    assert in_transaction(0) == 0
