"""Server-sent events: what open maps are told, and what streams hold."""

import contextlib
import json
import threading
import time
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from cabanes.models import Cabane
from geodata.endpoints import limiting
from geodata.features import Status
from geodata.live.broadcast import broadcast
from geodata.live.telling import HEARTBEAT
from geodata.params.changes import make_since
from geodata.queries import changes as feed
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """A client of the stream; `events` grows while it listens."""

    def __init__(self, base, query="", **headers):
        self.session = HTTPConnection(urlsplit(base).netloc, timeout=20)
        self.session.request("GET", f"/api/live{query}", headers={"Accept": "text/event-stream"} | headers)
        self.answer = self.session.getresponse()
        self.socket = self.answer.fp.raw._sock
        self.events, self.id = [], ""
        self.thread = threading.Thread(target=self._listen, daemon=True)
        if self.answer.status == 200:
            self.thread.start()

    def _listen(self):
        name, data = "", ""
        try:
            for raw in self.answer:
                field, _colon, value = raw.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif field == "id":
                    self.id = value
                elif not field and data:
                    self.events.append((name, json.loads(data)))
                    name, data = "", ""
        except (OSError, ValueError):
            pass

    def heard(self, name="change", seconds=5):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := [data for each, data in self.events if each == name]:
                return found
            time.sleep(0.02)
        return []

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(2)
        if self.thread.ident:
            self.thread.join(5)
        self.answer.close()
        self.session.close()


def is_reading():
    return any(each.name == "geodata-broadcast" for each in threading.enumerate())


@pytest.fixture
def listen(live_server):
    """Streams whose clients are missed soon; the reader ends with them, before the tables are emptied."""
    opened = []

    def one(query="", **headers):
        made = Listener(live_server.url, query, **headers)
        opened.append(made)
        return made

    yield one
    for each in opened:
        each.close()
    assert until(lambda: not is_reading())
    assert broadcast.streams == 0


def ops(told):
    return [(each["collection"], change["op"], change["uuid"]) for each in told for change in each["changes"]]


def test_a_change_is_told_with_where_it_was_and_is(listen):
    made = cabane()
    stream = listen()
    assert stream.heard("ready")
    assert stream.answer.getheader("Content-Type") == "text/event-stream"
    assert stream.answer.getheader("Set-Cookie") is None
    x, y = made.geom.coords
    Cabane.objects.filter(pk=made.pk).update(geom=f"SRID=4326;POINT({x + 0.01} {y})")
    (told,) = stream.heard()
    assert ops([told]) == [("cabanes", "upsert", str(made.uuid))]
    assert told["bbox"] == pytest.approx([x, y, x + 0.01, y])


def test_drafts_are_not_told_and_a_withdrawal_is(listen):
    made, draft = cabane(), cabane(status=Status.DRAFT)
    stream = listen()
    assert stream.heard("ready")
    Cabane.objects.filter(pk=draft.pk).update(name_fr="Caché")
    Cabane.objects.filter(pk=made.pk).update(status=Status.ARCHIVED)
    assert ops(stream.heard()) == [("cabanes", "unpublish", str(made.uuid))]


def test_a_draft_that_is_published_does_not_say_where_it_was(listen):
    draft = cabane(status=Status.DRAFT)
    x, y = draft.geom.coords
    stream = listen()
    assert stream.heard("ready")
    Cabane.objects.filter(pk=draft.pk).update(status=Status.PUBLISHED, geom=f"SRID=4326;POINT({x + 0.01} {y})")
    assert stream.heard()[0]["bbox"] == pytest.approx([x + 0.01, y, x + 0.01, y])


def test_a_stream_of_one_collection_hears_of_no_other(listen):
    stream = listen("?collection=cabanes")
    assert stream.heard("ready")
    parc()
    made = cabane()
    told = stream.heard()
    assert {each["collection"] for each in told} == {"cabanes"}
    assert ops(told)[0][2] == str(made.uuid)


def test_what_was_missed_is_told_on_coming_back(listen):
    cursor = make_since(feed.latest())
    made = cabane()
    assert ("cabanes", "upsert", str(made.uuid)) in ops(listen(**{"Last-Event-ID": cursor}).heard())
    back = listen(f"?since={cursor}")
    assert ("cabanes", "upsert", str(made.uuid)) in ops(back.heard())
    assert back.heard("ready")
    assert back.id == make_since(feed.latest())


def test_a_stream_is_not_ready_before_it_is_known_from_where_it_tells(listen, monkeypatch):
    cursor, known = make_since(feed.latest()), threading.Event()
    latest = feed.latest

    def late():
        known.wait(10)
        return latest()

    monkeypatch.setattr("geodata.endpoints.live.BEGIN_S", 0.05)
    monkeypatch.setattr("geodata.live.broadcast.feed.latest", late)
    back, fresh = listen(**{"Last-Event-ID": cursor}), listen()
    try:
        assert back.heard("ready", seconds=1) == fresh.heard("ready", seconds=1) == []
        made = cabane()
    finally:
        known.set()
    assert ("cabanes", "upsert", str(made.uuid)) in ops(back.heard())
    assert fresh.heard("ready")
    assert fresh.id == make_since(latest())


def test_a_closure_that_ends_is_told_at_its_hour(listen):
    now = timezone.now()
    made = fermeture(starts_at=now - timedelta(days=1), ends_at=now + timedelta(seconds=1.5))
    stream = listen()
    assert ops(stream.heard()) == [("fermetures", "period", str(made.uuid))]
    assert timezone.now() >= made.ends_at


def test_a_quiet_stream_asks_for_its_line_without_a_word_and_beats_now_and_then(live_server, client, monkeypatch):
    monkeypatch.setattr("geodata.endpoints.live.LINE_S", 0.01)
    monkeypatch.setattr("geodata.endpoints.live.BEAT_S", 2.0)
    with contextlib.closing(client.get("/api/live")) as answer:
        pieces = iter(answer)
        assert b"event: ready" in next(pieces)
        assert next(pieces) == b""
        assert next(filter(None, pieces)) == HEARTBEAT
        assert next(pieces) == b""


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?collection=rien", "?since=abc", "?bbox=1,2,3,4", "?since=a&since=b"])
def test_what_is_not_understood_is_refused_by_name(client, query):
    refused = client.get(f"/api/live{query}")
    assert (refused.status_code, refused.json()["parameter"]) == (400, query[1:].partition("=")[0])


def test_one_stream_too_many_is_told_to_come_later_and_a_place_comes_back(listen, monkeypatch):
    monkeypatch.setattr(broadcast, "_places", 1)
    first = listen()
    assert first.heard("ready")
    refused = listen()
    assert refused.answer.status == 503
    assert 30 <= int(refused.answer.getheader("Retry-After")) <= 90
    assert is_reading()
    first.close()
    assert until(lambda: broadcast.streams == 0)
    assert until(lambda: not is_reading())
    assert listen().heard("ready")


def test_one_network_takes_a_quarter_of_the_places_and_leaves_the_others(listen, monkeypatch):
    monkeypatch.setattr(broadcast, "_places", 8)
    greedy, other = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    first, second = listen(**greedy), listen(**greedy)
    assert first.heard("ready")
    assert second.heard("ready")
    assert listen(**greedy).answer.status == 503
    assert listen(**other).heard("ready")
    first.close()
    assert until(lambda: broadcast.streams == 2)
    assert listen(**greedy).heard("ready")


def test_those_whom_no_proxy_names_leave_a_quarter_to_who_has_an_address(listen, monkeypatch):
    monkeypatch.setattr(broadcast, "_places", 4)
    unnamed = [listen() for _each in range(3)]
    assert all(each.heard("ready") for each in unnamed)
    assert listen().answer.status == 503
    assert listen(**{"X-Forwarded-For": "203.0.113.8"}).heard("ready")


def test_a_proxy_that_names_nobody_is_told_once_in_the_log(rf, caplog):
    limiting._say_that_nobody_is_named.cache_clear()
    for headers in ({}, {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.8"}):
        limiting.neighbour(rf.get("/api/live", headers=headers))
    assert caplog.text == ""
    for _again in range(2):
        limiting.neighbour(rf.get("/api/live", headers={"X-Forwarded-Proto": "https"}))
    assert caplog.text.count("X-Forwarded-For") == 1


@pytest.mark.django_db
def test_a_head_takes_no_place(client):
    assert client.head("/api/live")["Content-Type"] == "text/event-stream"
    assert broadcast.streams == 0
