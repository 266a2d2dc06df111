"""Clients that do not read what they asked for keep nobody else from the site."""

import gc

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from geodata import registry
from geodata.queries import apart, items, reader
from tests.factories.cabanes import cabane
from tests.factories.sentiers import sentier
from tests.offers import formats_of

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"
LONG = [f"{ITEMS}?f=csv", f"{ITEMS}?f=gpx", f"{ITEMS}?f=kml", f"{ITEMS}?limit=2000", "/api/snapshot/cabanes"]


def unread(client, address):
    """An answer of which no byte is read."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer


def free(limited):
    """How many more a semaphore lets in."""
    found = 0
    while limited.acquire(blocking=False):
        found += 1
    for _ in range(found):
        limited.release()
    return found


def all_are_free():
    return (free(apart._places), free(reader._free)) == (settings.GEODATA_STREAMED, settings.GEODATA_READERS)


@pytest.fixture
def cabins(monkeypatch):
    """Three, of which two are fetched at once."""
    monkeypatch.setattr(items, "AT_ONCE", 2)
    for number in range(3):
        cabane(name_fr=f"Cabane {number}", story_fr="x" * 40_000)
    # What tests before this one forgot.
    gc.collect()


def test_answers_that_nobody_reads_take_their_places_only(client, cabins, monkeypatch):
    monkeypatch.setattr(apart, "WAIT_S", 0.01)
    held = [unread(client, address) for address in LONG]
    assert len(held) == settings.GEODATA_STREAMED
    for address in LONG:
        refused = client.get(address)
        assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json"), address
        assert refused["Retry-After"] == "10"
    assert client.get(f"{ITEMS}?q=cabane&limit=2").json()["numberReturned"] == 2
    for each in held:
        each.close()
        assert unread(client, LONG[0]).getvalue()
        each.close()
    assert all_are_free()


def test_a_page_that_asks_for_more_than_there_is_needs_no_place(client, cabins, monkeypatch):
    monkeypatch.setattr(apart, "WAIT_S", 0.01)
    monkeypatch.setattr(items, "AT_ONCE", 3)
    sentier()
    held = [unread(client, LONG[0]) for _ in range(settings.GEODATA_STREAMED)]
    for address in (
        "/api/collections/sentiers/items?limit=1000", "/api/collections/sentiers/items?limit=10000&bbox=2,50,3.4,50.8",
        "/api/collections/sentiers/items?limit=1000&sortby=-name_fr", f"{ITEMS}?limit=10000&filter=story_fr%20LIKE%20'x%25'",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert 0 < answer.json()["numberMatched"] == answer.json()["numberReturned"], address
    for each in held:
        each.close()


def test_an_answer_that_was_read_or_cut_leaves_its_place(client, cabins):
    for address in LONG:
        assert b"Cabane 2" in unread(client, address).getvalue()
        assert all_are_free()
        answer = unread(client, address)
        assert free(apart._places) == settings.GEODATA_STREAMED - 1
        answer.close()
        assert all_are_free()
        client.head(address).close()
        assert all_are_free()


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_every_format_that_is_cut_after_its_first_piece_gives_everything_back(
    client, cabins, collection, settings, tmp_path, monkeypatch
):
    settings.GEODATA_FILES = tmp_path
    monkeypatch.setattr("geodata.endpoints.files.SMALL", 0)
    base = f"/api/collections/{collection.id}/items"
    addresses = [f"{base}?f={each.name}" for each in formats_of(collection)]
    for address in (*addresses, f"{base}?limit=10000", f"/api/snapshot/{collection.id}", "/api/changes?limit=5000"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.streaming:
            next(iter(answer.streaming_content))
        answer.close()
        assert all_are_free(), address
        assert not any(path.is_dir() for path in tmp_path.glob("place-*")), address
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"
            )
            assert cursor.fetchone() == (0,), address


def test_a_stream_keeps_no_connection_of_django_while_its_client_waits(client, cabins):
    for f in ("gpx", "kml", "csv"):
        answer = unread(client, f"{ITEMS}?f={f}")
        assert connection.connection is None, f
        answer.close()


def test_a_page_as_html_or_that_fails_leaves_its_place(client, cabins):
    assert client.get(f"{ITEMS}?f=html&limit=3").status_code == 200
    assert client.get("/api/snapshot/cabanes?after=01890000-0000-7000-8000-000000000000").status_code == 400
    assert all_are_free()


def test_pieces_that_fail_leave_their_place_and_their_end_is_told():
    def failing():
        yield b"a"
        raise ValueError("b")

    pieces = apart.Placed(failing())
    assert next(pieces) == b"a"
    with pytest.raises(ValueError, match="b"):
        next(pieces)
    assert free(apart._places) == settings.GEODATA_STREAMED
    forgotten = apart.Placed(failing())
    next(forgotten)
    assert free(apart._places) == settings.GEODATA_STREAMED - 1
    del forgotten
    assert free(apart._places) == settings.GEODATA_STREAMED


def test_idle_readers_are_few_and_those_in_use_are_counted(monkeypatch):
    monkeypatch.setattr(reader, "WAIT_S", 0.01)
    reader.close()
    taken = [reader.take()[0] for _ in range(settings.GEODATA_READERS)]
    with pytest.raises(psycopg.OperationalError):
        reader.take()
    for each in taken:
        reader.give_back(each)
    assert len(reader._idle) == reader.MOST_IDLE
    assert sum(not each.raw.closed for each in taken) == reader.MOST_IDLE
    assert free(reader._free) == settings.GEODATA_READERS
    reader.close()


def test_a_reader_that_cannot_connect_or_was_lost_is_counted_once(monkeypatch):
    reader.close()
    with monkeypatch.context() as broken:
        broken.setattr(reader, "parameters", lambda: {"host": "/nowhere"})
        with pytest.raises(psycopg.OperationalError):
            reader.take()
    assert free(reader._free) == settings.GEODATA_READERS
    with apart.snapshot():
        pass
    lost = reader._idle[-1].raw.info.backend_pid
    with psycopg.connect(**reader.parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    with apart.snapshot() as raw:
        assert raw.execute("SELECT 1").fetchone() == (1,)
    assert free(reader._free) == settings.GEODATA_READERS
    reader.close()


def test_statements_of_psycopg_outlive_those_of_a_reader():
    held, _was_idle = reader.take()
    for _ in range(8):
        assert held.raw.execute("SELECT 1").fetchone() == (1,)
    for number in range(reader.MOST_PREPARED + 1):
        held.run(f"SELECT {number}")
    assert held.raw.execute("SELECT 1").fetchone() == (1,)
    reader.give_back(held)
    reader.close()
