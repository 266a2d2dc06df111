"""The indexes that the code asks for are there, and serve what they are for."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from psycopg import sql

from geodata import registry
from geodata.params.items import parse_items
from geodata.queries import apart, indexes, items, ordering, pages, reader, stored

pytestmark = pytest.mark.django_db
SORTED = [
    (each.id, f"{sign}{name}") for each in registry.collections() for name in each.sorted_by for sign in ("", "-")
]


def plan(collection_id, query, *, flows, without=("enable_seqscan", "enable_sort", "enable_incremental_sort")):
    """How PostgreSQL runs the statement of a page, or of a flow."""
    collection = registry.get(collection_id)
    asked = parse_items(QueryDict(query), collection)
    found = items.conditions(collection, AnonymousUser(), asked)
    text, join = stored.kept(collection)
    statement, values = ordering.statement(collection, found, text, pages.place(asked), 100, join, flows=flows)
    with connection.cursor() as cursor:
        for each in without:
            cursor.execute(f"SET LOCAL {each} = off")
        cursor.execute(sql.SQL("EXPLAIN {}").format(statement), values)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_every_collection_has_the_indexes_that_it_wants():
    wanted = {name for each in registry.collections() for name in indexes.wanted(each)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes")
        assert {row[0] for row in cursor.fetchall()} >= wanted
    assert indexes.ensure() == []


def test_another_definition_makes_another_index(monkeypatch):
    monkeypatch.setitem(indexes.FOLDED, "folded", "geodata_accenti({})")
    assert set(indexes.ensure()) == {f"{each.table}_folded" for each in registry.collections()}
    assert indexes.ensure() == []


@pytest.mark.parametrize(("collection_id", "order"), SORTED)
@pytest.mark.parametrize("flows", [False, True])
def test_a_frequent_order_is_that_of_an_index(collection_id, order, flows):
    told = plan(collection_id, f"sortby={order}", flows=flows)
    way = "down" if order.startswith("-") else "up"
    assert f"{registry.get(collection_id).table}_{way}_{order.lstrip('-')}" in told
    assert "Sort" not in told, told


@pytest.mark.parametrize(
    ("collection_id", "name"), [("fermetures", "alertes_fermeture"), ("evenements", "agenda_evenement")]
)
def test_the_period_of_a_collection_is_found_by_its_ends(collection_id, name):
    collection = registry.get(collection_id)
    asked = parse_items(QueryDict("datetime=2999-01-01T00:00:00Z/.."), collection)
    _source, where, params = items.conditions(collection, AnonymousUser(), asked)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Without the rule of who sees what, whose index serves as well where there is next to nothing.
        statement = sql.SQL("EXPLAIN SELECT t.id FROM {} t WHERE {}").format(sql.Identifier(collection.table), where)
        cursor.execute(statement, params[-statement.as_string().count("%s") :])
        assert f"{name}_ends" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("collection_id", ["sentiers", "parcs", "communes"])
def test_the_largest_shapes_are_found_by_an_index(collection_id):
    table = registry.get(collection_id).table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN SELECT id FROM {table} ORDER BY {indexes.SIZE} DESC, id LIMIT 5")
        assert f"{table}_largest" in "\n".join(row[0] for row in cursor.fetchall())


def test_a_flow_of_a_large_box_begins_with_its_first_rows():
    """Not with the sort of all that the box holds, nor with processes that would stay as long as the client reads."""
    many = """
        INSERT INTO communes_big SELECT n, ST_SetSRID(ST_MakePoint(2 + (n % 100) * 0.01, 50 + n * 0.00001), 4326)
        FROM generate_series(1, 20000) n"""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE communes_big (id bigint PRIMARY KEY, geom geometry(Point, 4326))")
        cursor.execute("CREATE INDEX ON communes_big USING gist (geom)")
        cursor.execute(many)
        cursor.execute("ANALYZE communes_big")
        where = sql.SQL("ST_Intersects(t.geom, ST_MakeEnvelope(2, 50, 2.8, 51, 4326))")
        found = (sql.SQL("SELECT * FROM communes_big"), where, [])
        told = []
        for flows in (True, False):
            text = sql.SQL("t.id")
            statement, values = ordering.statement(
                registry.get("communes"), found, text, ordering.START, None, flows=flows
            )
            cursor.execute(sql.SQL("EXPLAIN {}").format(statement), values)
            told.append("\n".join(row[0] for row in cursor.fetchall()))
    assert "communes_big_pkey" in told[0]
    assert "Sort" not in told[0], told[0]
    assert "Sort" in told[1], told[1]


def test_a_stream_takes_no_parallel_workers(transactional_db):
    with apart.held() as held:
        assert held.run("SHOW max_parallel_workers_per_gather").get_value(0, 0) == b"0"
    with apart.held() as held:
        held.tell(b"ROLLBACK")
        assert held.run("SHOW max_parallel_workers_per_gather").get_value(0, 0) != b"0"
    reader.close()


@pytest.fixture
def large(monkeypatch):
    """Cabins and trails count as many."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cabanes_cabane, sentiers_sentier")
    monkeypatch.setattr(indexes, "LARGE", 0)
    return indexes.ensure()


@pytest.mark.parametrize(
    ("collection_id", "query", "index"),
    [
        ("cabanes", "filter=capacity_people%3E10", "cabanes_cabane_of_capacity_people"),
        ("cabanes", "capacity_people=12", "cabanes_cabane_of_capacity_people"),
        ("cabanes", "state=dismantled", "cabanes_cabane_of_state"),
        ("cabanes", "lit=true", "cabanes_cabane_of_lit"),
        ("cabanes", "filter=height_m IS NULL", "cabanes_cabane_of_height_m"),
        ("cabanes", "filter=inspected_on>DATE('2026-01-01')", "cabanes_cabane_of_inspected_on"),
        ("sentiers", "filter=ascent_m BETWEEN 100 AND 120", "sentiers_sentier_of_ascent_m"),
    ],
)
def test_short_values_of_a_large_collection_are_found_by_an_index(large, collection_id, query, index):
    assert index in large
    collection = registry.get(collection_id)
    source, where, params = items.conditions(collection, AnonymousUser(), parse_items(QueryDict(query), collection))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        # Of next to nothing the index of places would be read whole.
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        # Without the rule of who sees what, whose index serves as well where there is next to nothing.
        statement = sql.SQL("EXPLAIN SELECT t.id FROM {} t WHERE {}").format(sql.Identifier(collection.table), where)
        cursor.execute(statement, params[source.as_string().count("%s") :])
        assert index in "\n".join(row[0] for row in cursor.fetchall())


def test_only_values_that_nothing_else_serves_have_their_own_index(large):
    own = {name.removeprefix("cabanes_cabane_of_") for name in large if name.startswith("cabanes_cabane_of_")}
    assert own.isdisjoint({"id", "name_fr", "year_built", "updated_at", "park", "materials", "description_fr", "slug"})
    assert indexes.ensure() == []


def test_a_small_collection_has_none_of_them():
    assert not any("_of_" in name for name in indexes.wanted(registry.get("cabanes")))
