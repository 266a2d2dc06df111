"""The heavy conditions use the indexes that there are: PostgreSQL is asked how it would run them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from psycopg import sql

from geodata import registry
from geodata.params.items import parse_items
from geodata.queries import items, ordering, pages
from tests.factories.parcs import autorite

pytestmark = pytest.mark.django_db
BOX = "POLYGON((2.80 50.40,2.81 50.40,2.81 50.41,2.80 50.41,2.80 50.40))"


ROWS = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, geom, year_built, no_photo_reason)
SELECT 'c-' || n, 'Cabane ' || n, 'published', %s, ST_SetSRID(ST_MakePoint(2.1 + (n %% 50) * 0.024, 50.2 + (n / 50) * 0.012), 4326),
       2000 + n %% 20, 'aucune' FROM generate_series(0, 1999) n
"""


@pytest.fixture
def many():
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [autorite().code])
        cursor.execute("ANALYZE cabanes_cabane")


def plan(query):
    collection = registry.get("cabanes")
    asked = parse_items(QueryDict(query), collection)
    found = items.conditions(collection, AnonymousUser(), asked)
    statement, values = ordering.statement(collection, found, sql.SQL("t.id"), pages.place(asked), 100)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN {}").format(statement), values)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    "query",
    [
        "bbox=2.80,50.40,2.81,50.41",
        "bbox=2.80,50.40,2.81,50.41&filter=year_built>2005",
        f"filter=S_INTERSECTS(geom,{BOX})",
        f"filter=S_INTERSECTS(geom,{BOX}) AND year_built > 2005",
        f"filter=S_WITHIN(geom,{BOX})",
        "bbox=2.80,50.40,2.81,50.41&sortby=-year_built",
        f"filter=S_INTERSECTS(geom,{BOX}) AND CASEI(name_fr) LIKE CASEI('%25cab%25')&sortby=name_fr",
    ],
)
def test_shapes_are_found_by_the_index_of_places(many, query):
    assert "cabanes_cabane_geom" in plan(query)


def test_words_are_found_by_the_index_of_words(many):
    assert "cabanes_cabane_words" in plan("q=introuvable")


def test_one_record_and_a_page_of_ids_are_found_by_their_keys(many):
    assert "uuid" in plan("id=01a21519-c28d-7e6a-844d-63748b655ebc")
    assert "cabanes_cabane_pkey" in plan("limit=100")


def test_a_sorted_page_holds_no_more_than_the_page(many):
    told = plan("sortby=-year_built,name_fr")
    assert "Sort" in told
    assert told.index("Limit") < told.index("Sort")
