"""What a stream asks of PostgreSQL: a plan for its own box at each piece, and an end to reading the past."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from psycopg import sql

from geodata import registry
from geodata.params.items import parse_items
from geodata.problems import BadParameter
from geodata.queries import apart, joined, reader, rows
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (sql.SQL("t.uuid::text"), sql.SQL(""))
GENERIC = "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%string_agg%'"


def selection(query):
    collection = registry.get("cabanes")
    return rows.of_query(collection, AnonymousUser(), parse_items(QueryDict(query), collection))


def test_every_piece_of_a_box_is_planned_for_the_box(monkeypatch):
    monkeypatch.setattr(joined, "FIRST_ROWS", 1)
    monkeypatch.setattr(joined, "MOST_ROWS", 2)
    monkeypatch.setattr(joined, "PIECE", 1)
    wanted = [str(cabane().uuid) for _ in range(8)]
    reader.close()
    assert b"\n".join(rows.texts(selection("bbox=2,50,3.4,50.8"), TEXT, "\n")).decode().split() == wanted
    with apart.snapshot() as raw:
        generic, custom = raw.execute(GENERIC).fetchone()
        assert raw.execute("SHOW plan_cache_mode").fetchone() == ("auto",)
    assert generic == 0
    assert custom >= len(wanted)
    reader.close()


@pytest.mark.parametrize("read", [rows.read, lambda *given: rows.texts(given[0], (given[1], TEXT[1]), "")])
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
