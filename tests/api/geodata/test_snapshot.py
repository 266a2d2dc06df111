"""Copies: one moment, with the cursor that goes on from it; waiting for what comes next."""

import json
import threading
import time
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from cabanes.models import Cabane
from geodata.live import hub as hubs
from geodata.live.hub import hub
from tests.api.geodata.sessions import in_transaction
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, parc
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def taken(client, collection="cabanes", **parameters):
    answer = client.get(f"/api/snapshot/{collection}", parameters)
    assert answer.status_code == 200, answer.content
    body = b"".join(answer.streaming_content)
    answer.close()
    return json.loads(body)


def test_refusals(client):
    assert client.get("/api/snapshot/rien").status_code == 404
    assert client.get("/api/snapshot/cabanes?truc=1").json()["parameter"] == "truc"
    assert client.get("/api/snapshot/cabanes?after=x").json()["parameter"] == "after"
    assert client.get(f"/api/snapshot/cabanes?after={uuid4()}").json()["parameter"] == "after"
    hidden = cabane(status="draft")
    assert client.get(f"/api/snapshot/cabanes?after={hidden.uuid}").json()["parameter"] == "after"


def test_copy_and_changes_give_the_state(client):
    kept, moved, gone = cabane(), cabane(), cabane()
    cabane(status="draft")
    cabane(status="archived")
    copy = taken(client)
    assert [each["id"] for each in copy["features"]] == [str(each.uuid) for each in (kept, moved, gone)]
    assert copy["numberReturned"] == 3
    Cabane.objects.filter(pk=moved.pk).update(name_fr="Déplacée")
    Cabane.objects.filter(pk=gone.pk).delete()
    changes = client.get("/api/changes", {"since": copy["cursor"], "collection": "cabanes"}).json()["changes"]
    assert [(each["op"], each["uuid"]) for each in changes] == [("upsert", str(moved.uuid)), ("delete", str(gone.uuid))]


def test_a_copy_is_of_one_moment_while_others_write(client):
    cabane(name_fr="A")
    answer = client.get("/api/snapshot/cabanes")
    Cabane.objects.update(name_fr="B")
    copy = json.loads(b"".join(answer.streaming_content))
    assert [each["properties"]["name_fr"] for each in copy["features"]] == ["A"]
    assert answer["Changes-Cursor"] == copy["cursor"]
    changes = client.get("/api/changes", {"since": copy["cursor"]}).json()["changes"]
    assert [each["feature"]["properties"]["name_fr"] for each in changes] == ["B"]


def test_a_copy_that_was_cut_goes_on_after_the_last_whole_feature(client):
    made = [cabane() for _ in range(4)]
    rest = taken(client, after=str(made[1].uuid))
    assert [each["id"] for each in rest["features"]] == [str(each.uuid) for each in made[2:]]


def test_a_connection_cut_in_the_middle_frees_its_transaction(client):
    for _ in range(3):
        parc()
    answer = client.get("/api/snapshot/parcs")
    assert in_transaction(1) == 1
    answer.close()
    assert in_transaction(0) == 0
    answer = client.get("/api/snapshot/parcs")
    next(iter(answer.streaming_content))
    answer.close()
    assert in_transaction(0) == 0


def test_head_has_the_cursor_and_holds_nothing(client):
    cabane()
    answer = client.head("/api/snapshot/cabanes")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Changes-Cursor"]
    assert in_transaction(0) == 0


def test_the_file_of_a_copy_is_named_by_its_day(client):
    cabane()
    for ask in (client.head, client.get):
        answer = ask("/api/snapshot/cabanes")
        day = timezone.localdate()
        assert answer["Content-Disposition"] == f'inline; filename="cabanes-{day:%Y-%m-%d}.geojson"'
        answer.close()


def test_an_empty_collection_is_a_copy_too(client):
    copy = taken(client, "evenements")
    assert (copy["features"], copy["numberReturned"]) == ([], 0)
    assert client.get("/api/changes", {"since": copy["cursor"]}).status_code == 200


def _waiting(client, **parameters):
    return client.get("/api/changes", parameters, headers={"Prefer": "wait=10"})


def test_wait_ends_with_the_change(client):
    start = taken(client)["cursor"]

    def write():
        time.sleep(0.4)
        cabane()
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    begun = time.monotonic()
    answer = _waiting(client, since=start, collection="cabanes")
    took = time.monotonic() - begun
    writer.join()
    assert [each["op"] for each in answer.json()["changes"]] == ["upsert"]
    assert answer["Preference-Applied"] == "wait=10"
    assert 0.2 < took < 3


def test_wait_for_one_collection_sleeps_through_another(client):
    start = taken(client)["cursor"]

    def write():
        time.sleep(0.2)
        parc()
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    answer = client.get("/api/changes", {"since": start, "collection": "cabanes"}, headers={"Prefer": "wait=1"})
    writer.join()
    assert answer.json()["changes"] == []


def test_what_is_there_is_not_waited_for(client):
    start = taken(client)["cursor"]
    cabane()
    begun = time.monotonic()
    answer = _waiting(client, since=start, collection="cabanes")
    assert time.monotonic() - begun < 1
    assert "Preference-Applied" not in answer


def test_one_reader_too_many_is_answered_at_once(client, settings):
    start = taken(client)["cursor"]
    places = [hub.place() for _ in range(settings.GEODATA_WAITERS)]
    assert all(place.__enter__() for place in places)
    begun = time.monotonic()
    answer = _waiting(client, since=start)
    for place in places:
        place.__exit__(None, None, None)
    assert time.monotonic() - begun < 1
    assert "Preference-Applied" not in answer


def test_a_long_wait_gives_way_to_a_reader_that_comes(client, settings, monkeypatch):
    """The client of a wait may be gone: nothing tells until it is answered."""
    authority = autorite()
    start = taken(client)["cursor"]
    answers = []

    def wait():
        answers.append(Client().get("/api/changes", {"since": start}, headers={"Prefer": "wait=20"}))
        connections.close_all()

    readers = [threading.Thread(target=wait) for _ in range(settings.GEODATA_WAITERS)]
    for each in readers:
        each.start()
    assert until(lambda: len(hub._held) == len(readers))
    monkeypatch.setattr(hubs, "BEAT_S", 0.0)
    assert client.get("/api/changes", {"since": start}, headers={"Prefer": "wait=1"})["Preference-Applied"] == "wait=1"
    assert until(lambda: len(answers) == 1)
    cabane(authority=authority)
    for each in readers:
        each.join()
    assert [(len(each.json()["changes"]), each.get("Preference-Applied")) for each in answers] == [
        (0, None),
        *[(1, "wait=20")] * (len(readers) - 1),
    ]


def test_who_holds_most_places_gives_way_first(monkeypatch):
    monkeypatch.setattr(hubs, "BEAT_S", 0.0)
    monkeypatch.setattr(hubs, "IDLE_S", 0.0)
    crowd = hubs.Hub(3)
    with crowd.place(b"a") as one, crowd.place(b"b") as first, crowd.place(b"b") as second:
        with crowd.place(b"c") as newcomer:
            assert (one.is_lost, first.is_lost, second.is_lost, newcomer.is_lost) == (False, True, False, False)
        monkeypatch.setattr(hubs, "BEAT_S", 60.0)
        with crowd.place(b"c"), crowd.place(b"c") as too_many:
            assert too_many is None
