"""How a stream reads: as the executor makes the rows, while other threads run, and never longer than somebody reads."""

import threading
from dataclasses import replace

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from psycopg import errors, sql

from geodata import registry
from geodata.params.items import parse_items
from geodata.problems import BadParameter
from geodata.queries import apart, flowing, reader, rows
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (sql.SQL("t.uuid::text"), sql.SQL(""))
LOCK = 4711
ENDLESS = "SELECT repeat('x', 1000), generate_series(1, 100000000)"


def selection(query):
    collection = registry.get("cabanes")
    return rows.of_query(collection, AnonymousUser(), parse_items(QueryDict(query), collection))


def running(text):
    """How many sessions run a statement that contains this text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND strpos(query, %s) > 0"
            " AND datname = current_database() AND pid <> pg_backend_pid()",
            [text],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize("query", ["", "bbox=2,50,3.4,50.8", "sortby=name_fr", "filter=name_fr%20LIKE%20'C%25'"])
def test_texts_come_in_order_with_the_separator_between_them(query, monkeypatch):
    monkeypatch.setattr(reader, "ROWS_AT_ONCE", 2)
    wanted = [str(cabane(name_fr=f"Cabane {n}").uuid) for n in range(7)]
    for size in (1, 100, flowing.PIECE):
        monkeypatch.setattr(flowing, "PIECE", size)
        assert b"\n".join(rows.texts(selection(query), TEXT, b"\n")).decode().split() == wanted


def test_an_older_libpq_gives_the_same_row_by_row(monkeypatch):
    wanted = [(str(cabane().uuid).encode(), None) for _ in range(3)]
    columns = sql.SQL("t.uuid, t.year_built")
    assert list(rows.read(selection(""), columns)) == wanted
    monkeypatch.setattr(reader.capabilities, "has_stream_chunked", lambda: False)
    assert list(rows.read(selection(""), columns)) == wanted


def test_other_threads_run_while_postgresql_works():
    """The statement waits for a lock that only this thread gives free, and would be ended otherwise."""
    cabane()
    with psycopg.connect(**reader.parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = []
        waiting = sql.SQL("(pg_advisory_xact_lock({}) IS NULL)::text").format(LOCK)
        asked = replace(selection(""), revision=1, timeout_ms=20_000)
        thread = threading.Thread(target=lambda: found.extend(rows.read(asked, waiting)))
        thread.start()
        while not running("pg_advisory_xact_lock"):
            pass
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        thread.join()
    assert found == [(b"false",)]
    reader.close()


def test_a_flow_that_is_left_ends_its_statement_and_keeps_its_connection():
    with apart.held() as held:
        flow = held.flow(ENDLESS)
        assert next(flow).ntuples == reader.ROWS_AT_ONCE
        assert running(ENDLESS) == 1
        flow.close()
        assert running(ENDLESS) == 0
        assert held.raw.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
    assert not reader._idle[-1].raw.closed
    reader.close()


def test_a_slow_reader_is_no_slow_statement():
    """What counts is how long PostgreSQL makes the reader wait: here it has long been ready."""
    with apart.held() as held:
        flow = held.flow(f"{ENDLESS} LIMIT 200", timeout_ms=500)
        next(flow)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.6)")
        assert sum(found.ntuples for found in flow) == 200 - reader.ROWS_AT_ONCE
        with pytest.raises(errors.QueryCanceled):
            next(held.flow("SELECT pg_sleep(5)", timeout_ms=50))
        assert running("pg_sleep(5)") == 0


def test_values_of_lists_are_given_as_they_are():
    odd = ['"', "\\", "a,b", "{}", "", None, "NULL", "é"]
    with apart.held() as held:
        assert held.run("SELECT $1::text[] = $2::text[]", [odd, odd]).get_value(0, 0) == b"t"
        found = held.run("SELECT unnest($1::text[])", [odd])
    texts = [found.get_value(row, 0) for row in range(found.ntuples)]
    assert [text if text is None else text.decode() for text in texts] == odd


@pytest.mark.parametrize("read", [rows.read, lambda *given: rows.texts(given[0], (given[1], TEXT[1]))])
def test_a_file_about_the_past_is_ended_when_it_takes_too_long(read):
    cabane()
    asked = replace(selection(""), revision=1, timeout_ms=50)
    with pytest.raises(BadParameter) as refused:
        list(read(asked, sql.SQL("pg_sleep(5)::text")))
    assert refused.value.extensions["parameter"] == "as-of"
    with apart.snapshot() as raw:
        lines = rows.copied(raw, asked, sql.SQL("pg_sleep(5)::text"))
        with pytest.raises(BadParameter):
            next(lines)


def test_an_aggregate_of_the_past_is_ended_when_it_takes_too_long(monkeypatch):
    cabane()
    monkeypatch.setattr("geodata.queries.past.TIMEOUT_MS", 50)
    asked = replace(selection(""), revision=1)
    with pytest.raises(BadParameter):
        rows.summed(asked, sql.SQL("max(pg_sleep(5)::text)"))
