"""The change feed: order, what it says and what it must not say."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.models import Revision
from parcs.models import Autorite
from tests.api.geodata.writing import MERGE, bearer, body, items, send
from tests.factories import cabanes, parcs
from tests.factories.parcs import autorite, member, user

pytestmark = pytest.mark.django_db
URL = "/api/changes"


@pytest.fixture(autouse=True)
def owner():
    """An authority that is there before the tests look."""
    return autorite(code="TENUE")


def cabane(**values):
    return cabanes.cabane(**{"authority": Autorite.objects.get(code="TENUE")} | values)


def parc(**values):
    return parcs.parc(authority=Autorite.objects.get(code="TENUE"), **values)


@pytest.fixture
def since(client):
    """The cursor of a reader who has everything that is there."""

    def cursor(**parameters):
        return client.get(URL, {"limit": 10_000, **parameters}).json()["cursor"]

    return cursor


def read(client, **parameters):
    answer = client.get(URL, parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(page):
    return [(each["op"], each["uuid"]) for each in page["changes"]]


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


@pytest.mark.parametrize(
    ("query", "named"), [("since=1", "since"), ("limit=0", "limit"), ("collection=rien", "collection"), ("x=1", "x")]
)
def test_bad_parameter_is_named(client, query, named):
    answer = client.get(f"{URL}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["parameter"] == named


def test_what_it_has_not_is_not_acceptable_and_f_is_checked(client):
    assert client.get(URL, headers={"Accept": "text/csv"}).status_code == 406
    assert client.get(URL, {"f": "csv"}).json()["parameter"] == "f"


def test_drafts_are_never_told(client, since):
    start = since()
    hidden = cabane(status="draft", name_fr="Secrète")
    Cabane.objects.filter(pk=hidden.pk).update(status="in_review")
    Cabane.objects.filter(pk=hidden.pk).delete()
    page = read(client, since=start)
    assert page["changes"] == []
    assert "Secr" not in json.dumps(page)


def test_what_was_edited_while_withdrawn_is_told_in_its_published_state_only(client, since):
    thing = cabane(name_fr="Avant")
    start = since()
    for change in ({"status": "archived"}, {"name_fr": "Secret"}, {"name_fr": "Après"}, {"status": "published"}):
        Cabane.objects.filter(pk=thing.pk).update(**change)
    page = read(client, since=start)
    assert told(page) == [("unpublish", str(thing.uuid)), ("upsert", str(thing.uuid))]
    assert "Secret" not in json.dumps(page)
    assert page["changes"][1]["feature"]["properties"]["name_fr"] == "Après"
    assert "feature" not in page["changes"][0]


def test_each_upsert_has_the_feature_as_it_was_right_after_it(client, since):
    start = since()
    thing = cabane(name_fr="Un")
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Deux")
    then = client.get(f"{items('cabanes')}/{thing.uuid}").json()
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Trois", deleted_at=timezone.now())
    first, second, last = read(client, since=start)["changes"]
    assert first["feature"]["properties"]["name_fr"] == "Un"
    assert second["feature"] == {key: then[key] for key in ("type", "id", "geometry", "properties")}
    assert second["revision"] == second["feature"]["properties"]["revision"]
    assert (last["op"], "feature" in last) == ("delete", False)


def test_parks_come_back_from_the_history_with_their_area(client, since):
    start = since()
    place = parc()
    then = client.get(f"{items('parcs')}/{place.uuid}").json()
    sql("DELETE FROM parcs_parc WHERE id = %s", place.pk)
    upsert, gone = read(client, since=start)["changes"]
    assert upsert["feature"] == {key: then[key] for key in ("type", "id", "geometry", "properties")}
    assert gone["op"] == "delete"


def test_pages_follow_each_other_in_the_order_of_revisions(client, since):
    start = since()
    made = [cabane() for _ in range(5)]
    seen, cursor, more = [], start, True
    while more:
        page = read(client, since=cursor, limit=2)
        seen += [each["uuid"] for each in page["changes"]]
        cursor, more = page["cursor"], page["more"]
        following = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        assert (following is not None) == more
        if following:
            assert parse_qs(urlsplit(following).query)["since"] == [cursor]
    assert seen == [str(each.uuid) for each in made]


def test_one_collection(client, since):
    start = since()
    cabane(geom=Point(3.0, 50.5, srid=4326))
    place = parc()
    page = read(client, since=start, collection="parcs")
    assert told(page) == [("upsert", str(place.uuid))]
    assert read(client, since=page["cursor"], collection="cabanes")["changes"] == []


def test_reason_is_told_and_the_person_is_not(client, since):
    start = since()
    person = user(username="anne-onyme")
    with recording(by=person, reason="ouverture de la cabane"):
        cabane()
    page = read(client, since=start)
    assert page["changes"][0]["reason"] == "ouverture de la cabane"
    assert "anne-onyme" not in json.dumps(page)


def test_merge_names_what_the_feature_became(client, since):
    authority = autorite()
    person = member(authority=authority)
    twin, kept = cabane(authority=authority), cabane(authority=authority)
    start = since()
    address = f"{items('cabanes')}/{twin.uuid}"
    assert client.delete(f"{address}?successor={kept.uuid}", headers=bearer(person)).status_code == 204
    page = read(client, since=start)
    assert told(page) == [("merge", str(twin.uuid))]
    assert page["changes"][0]["successor"] == str(kept.uuid)
    gone = client.get(address)
    assert (gone.status_code, gone.json()["successor"]) == (410, str(kept.uuid))
    assert client.delete(f"{items('cabanes')}/{kept.uuid}", headers=bearer(person)).status_code == 204
    assert told(read(client, since=page["cursor"])) == [("delete", str(kept.uuid))]


def test_the_reason_of_a_deletion_and_of_a_merge_is_told_in_the_feed_the_versions_and_the_410(client, since):
    person = member(authority=Autorite.objects.get(code="TENUE"))
    twin, kept, old = cabane(), cabane(), cabane()
    start = since()
    etag = client.get(f"{items('cabanes')}/{twin.uuid}")["ETag"]
    merge = f"{items('cabanes')}/{twin.uuid}?" + urlencode(
        {"reason": "fusion\u00a0: même cabane", "successor": kept.uuid}
    )
    assert client.delete(merge, headers=bearer(person) | {"If-Match": etag}).status_code == 204
    burnt = f"{items('cabanes')}/{old.uuid}?reason=br%C3%BBl%C3%A9e%20%26%20d%C3%A9mont%C3%A9e"
    assert client.delete(burnt, headers=bearer(person)).status_code == 204
    changes = read(client, since=start)["changes"]
    assert [each["reason"] for each in changes] == ["fusion\u00a0: même cabane", "brûlée & démontée"]
    for each, lost in zip(changes, (twin, old), strict=True):
        address = f"{items('cabanes')}/{lost.uuid}"
        gone = client.get(address)
        assert gone.status_code == 410
        members = ("at", "reason", "successor")
        assert [gone.json().get(name) for name in members] == [each.get(name) for name in members]
        assert client.get(f"{address}/versions").json()["versions"][0]["reason"] == each["reason"]
    page = client.get(f"/en/cabanes/{old.slug}/", follow=True)
    assert page.status_code == 410
    said = page.content.decode()
    assert "The record that it showed was deleted on" in said
    assert '<span lang="fr">brûlée &amp; démontée</span>' in said
    kept = Revision.objects.get(uuid=old.uuid, public_op="delete")
    assert (kept.note, kept.reason) == ("sans If-Match", "brûlée & démontée")


@pytest.mark.parametrize("reason", ["sans If-Match", "proposition de Marie : retirée", "a : sans If-Match : b"])
def test_a_reason_that_reads_like_a_note_of_the_service_is_told_whole(client, since, reason):
    person, hut, start = member(authority=Autorite.objects.get(code="TENUE")), cabane(), since()
    address = f"{items('cabanes')}/{hut.uuid}?{urlencode({'reason': reason})}"
    assert client.delete(address, headers=bearer(person)).status_code == 204
    assert read(client, since=start)["changes"][0]["reason"] == reason


def test_the_reason_of_an_unpublication_and_of_other_writes_is_told(client, since):
    authority = Autorite.objects.get(code="TENUE")
    person, start = member(authority=authority), since()
    made = send(
        client, "post", f"{items('cabanes')}?reason=neuve", body("cabanes", authority, status="published"), person
    )
    assert made.status_code == 201
    address, patch = urlsplit(made["Location"]).path, {"properties": {"status": "archived"}}
    assert send(client, "patch", f"{address}?reason=travaux", patch, person, MERGE).status_code == 200
    assert [(each["op"], each["reason"]) for each in read(client, since=start)["changes"]] == [
        ("upsert", "neuve"), ("unpublish", "travaux"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given", ["reason=%00", "reason=a%0Ab", "reason=" + "é" * 501, "reason=a&reason=b", "raison=a"]
)
def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_is_deleted(client, given):
    person, hut = member(authority=Autorite.objects.get(code="TENUE")), cabane()
    address = f"{items('cabanes')}/{hut.uuid}"
    refused = client.delete(f"{address}?{given}", headers=bearer(person))
    assert (refused.status_code, refused.json()["parameter"]) == (400, given.split("=")[0])
    assert client.delete(f"{address}?reason={'é' * 500}", headers=bearer(person)).status_code == 204
    assert client.get(address).json()["reason"] == "é" * 500


def test_the_410_says_nothing_of_what_was_hidden_when_it_was_deleted(client):
    person = member(authority=Autorite.objects.get(code="TENUE"))
    hidden, withdrawn, heir = cabane(status="draft"), cabane(), cabane(status="draft")
    Cabane.objects.filter(pk=withdrawn.pk).update(status="archived")
    for each in (hidden, withdrawn):
        address = f"{items('cabanes')}/{each.uuid}?reason=secret&successor={heir.uuid}"
        assert client.delete(address, headers=bearer(person)).status_code == 204
    answers = [client.get(f"{items('cabanes')}/{each.uuid}") for each in (hidden, withdrawn)]
    assert [each.status_code for each in answers] == [404, 410]
    for each in (hidden, withdrawn):
        assert "secret" not in client.get(f"/cabanes/{each.slug}/").content.decode()
    for each in answers:
        assert not {"reason", "at", "successor"} & set(each.json())


def test_what_comes_out_of_the_bin_is_an_upsert_of_the_same_uuid_with_a_reason(client, since):
    person, hut = member(authority=Autorite.objects.get(code="TENUE")), cabane()
    start = since()
    assert client.delete(f"{items('cabanes')}/{hut.uuid}", headers=bearer(person)).status_code == 204
    client.force_login(person)
    sent = {"reason": "supprimée par erreur"}
    assert client.post(reverse("gestion:take-out", args=["cabanes", hut.uuid]), sent).status_code == 302
    page = read(client, since=start)
    assert told(page) == [("delete", str(hut.uuid)), ("upsert", str(hut.uuid))]
    assert page["changes"][1]["reason"] == "supprimée par erreur"


def test_merge_into_nothing_or_a_draft_or_itself_is_refused(client):
    authority = autorite()
    person = member(authority=authority)
    twin, draft = cabane(authority=authority), cabane(authority=authority, status="draft")
    address = f"{items('cabanes')}/{twin.uuid}"

    def status(successor):
        return client.delete(f"{address}?successor={successor}", headers=bearer(person)).status_code

    assert [status(each) for each in (uuid4(), twin.uuid, draft.uuid, "x")] == [422, 422, 409, 400]
    assert client.delete(f"{address}?successor={draft.uuid}").status_code == 401
    assert client.get(address).status_code == 200


def test_merge_in_sql_is_told_too(client, since):
    twin, kept = cabane(), cabane()
    start = since()
    sql("SELECT set_config('chaine.successor', %s, true)", str(kept.uuid))
    sql("DELETE FROM cabanes_cabane WHERE id = %s", twin.pk)
    sql("SELECT set_config('chaine.successor', '', true)")
    assert told(read(client, since=start)) == [("merge", str(twin.uuid))]


def test_skip_geometry_and_skip_feature(client, since):
    start = since()
    cabane(name_fr="Nue")
    bare = read(client, since=start, skipGeometry="true")["changes"][0]
    assert bare["feature"]["geometry"] is None
    assert bare["feature"]["properties"]["name_fr"] == "Nue"
    assert "feature" not in read(client, since=start, skipFeature="true")["changes"][0]


def test_nothing_new_is_small_and_one_read(client, since, django_assert_num_queries):
    for _ in range(20):
        cabane()
    start = since()
    with django_assert_num_queries(1) as read_once:
        answer = client.get(URL, {"since": start})
    assert answer.json()["changes"] == []
    assert answer.json()["cursor"] == start
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    assert len(answer.content) <= 400
    assert len(answer.content) + headers <= 1_900
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + read_once.captured_queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using geodata_revision" in plan
    assert "Seq Scan" not in plan


def test_queries_do_not_grow_with_the_page(client, since, django_assert_num_queries):
    start = since()
    for _ in range(12):
        cabane()
    with django_assert_num_queries(2):
        assert len(read(client, since=start)["changes"]) == 12


def test_cursor_older_than_the_retention_says_how_to_begin_again(client, since, settings):
    start = since()
    cabane()
    long_ago = timezone.now() - timedelta(days=settings.GEODATA_FEED_DAYS + 1)
    Revision.objects.filter(id=Revision.objects.order_by("-id").first().id).update(at=long_ago)
    answer = client.get(URL, {"since": start, "collection": "cabanes"}, headers={"Accept-Language": "en"})
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
    assert problem["type"].endswith("/problems/expired-cursor")
    assert problem["parameter"] == "since"
    assert problem["snapshots"] == ["http://testserver/api/snapshot/cabanes"]
    assert len(client.get(URL, {"since": start}).json()["snapshots"]) == 10


def test_cursor_of_a_state_that_was_set_back_is_expired(client, since):
    cabane()
    start = since()
    Revision.objects.order_by("-id").first().delete()
    assert client.get(URL, {"since": start}).status_code == 410


def test_the_feed_is_linked_from_where_a_partner_looks(client):
    def rels(url):
        return {(link["rel"], urlsplit(link["href"]).path) for link in client.get(url).json()["links"]}

    assert ("monitor", "/api/changes") in rels("/api/?f=json")
    assert ("monitor", "/api/changes") in rels("/api/collections/cabanes?f=json")
    assert ("enclosure", "/api/snapshot/cabanes") in rels("/api/collections/cabanes?f=json")
    assert len([rel for rel, _path in rels("/api/snapshot") if rel == "item"]) == 10
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/changes", "/snapshot", "/snapshot/cabanes"} <= set(paths)


def test_a_page_above_a_thousand_entries_is_streamed(client, since):
    start = since()
    thing = cabane()
    for number in range(1_010):
        sql("UPDATE cabanes_cabane SET name_fr = %s WHERE id = %s", f"Nom {number}", thing.pk)
    answer = client.get(URL, {"since": start, "limit": 5_000})
    assert answer.streaming
    page = json.loads(b"".join(answer.streaming_content))
    names = [each["feature"]["properties"]["name_fr"] for each in page["changes"]]
    assert names[1:] == [f"Nom {number}" for number in range(1_010)]
