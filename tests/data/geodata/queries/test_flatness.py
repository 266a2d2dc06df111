"""What is read does not grow with what there is, nor memory with what is sent: counted in buffers and bytes, not time."""

import json
import tracemalloc
from unittest import mock

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from psycopg import sql

from geodata import registry
from geodata.params.items import parse_items
from geodata.queries import (
    changes,
    extent,
    item,
    items,
    ordering,
    pages,
    reader,
    select,
    stored,
)
from geodata.queries.ordering import Place
from geodata.tiles import mvt
from geodata.tiles.matrix import Tile
from tests.factories.parcs import autorite

pytestmark = pytest.mark.django_db(transaction=True)
# Without the triggers of each row, that take ten times as long as the rows.
ROWS = """
ALTER TABLE cabanes_cabane DISABLE TRIGGER USER;
ALTER TABLE cabanes_cabane ENABLE TRIGGER y_placed_insert;
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, geom, year_built, no_photo_reason, story_fr, revision)
SELECT 'c-' || n, 'Cabane ' || n, 'published', %(authority)s,
       ST_SetSRID(ST_MakePoint(%(west)s + (n %% 100) * 0.001, 50.3 + (n / 100) * 0.001), 4326),
       CASE WHEN n %% 10 > 0 THEN 1800 + n %% 200 END, 'aucune', repeat('x', 1000), n
FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO geodata_revision (id, collection, uuid, op, public_op, actor_name, reason, source)
SELECT %(above)s + n, 'cabanes', uuid_v7(), 'update', 'upsert', '', '', 'system' FROM generate_series(%(first)s, %(last)s) n;
ALTER TABLE cabanes_cabane ENABLE TRIGGER USER;
"""
MEANWHILE = "VACUUM ANALYZE cabanes_cabane, geodata_placed_cabanes, geodata_revision"
# An index of places that grew row by row is another one each time: PostgreSQL chooses between equal pages by chance.
PLACES = "cabanes_cabane_geom_6850efa8_id"
NOBODY = AnonymousUser()
SMALL, LARGE = 1_000, 20_000


@pytest.fixture
def _row_by_row():
    """What an index finds is read row by row, at any size: a bitmap reads each page once, and is chosen where that is little."""
    command = "SET enable_bitmapscan = off"
    with connection.cursor() as cursor:
        cursor.execute(command)
    reader.work(lambda each: each.tell(command.encode()))
    yield
    # A pool hands connections on as they are.
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_bitmapscan")
    connection.close()
    reader.close()


@pytest.fixture
def authority():
    return autorite().code


def add(authority, first, last, west):
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM geodata_revision")
        (above,) = cursor.fetchone()
        values = {"authority": authority, "first": first, "last": last, "west": west, "above": above}
        for statement in filter(str.strip, ROWS.split(";\n")):
            cursor.execute(statement, values)
        cursor.execute(f"REINDEX INDEX {PLACES}")
        cursor.execute(MEANWHILE)


def touched(statement, values):
    """How many buffers a statement touches, and how many rows it gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}").format(statement), values)
        (told,) = cursor.fetchone()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], plan["Actual Rows"]


def page(query, place=None):
    """The statement of a page of cabins, as `items` asks it."""
    collection = registry.get("cabanes")
    asked = parse_items(QueryDict(query), collection)
    found = items.conditions(collection, NOBODY, asked)
    text, join = stored.kept(collection)
    where = place or pages.place(asked)
    return touched(*ordering.statement(collection, found, text, where, asked.limit + 1, join, narrow=True))


def asked_by(call):
    """What the statements that a call has the short way read touch, together."""
    with mock.patch.object(reader, "read", wraps=reader.read) as read:
        call()
    buffers = 0
    for each in read.call_args_list:
        statement, values = each.args
        told = reader.read(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        plan = json.loads(told.get_value(0, 0))[0]["Plan"]
        buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return buffers, len(read.call_args_list)


def edges(collection):
    """The statement that finds how far a collection reaches."""
    source, params = select.visible(collection, NOBODY)
    lines = {name: sql.SQL(line) for name, line in extent.WORLD.items()}
    return touched(sql.SQL(extent.EDGES).format(source=source, **lines), params)


def reads():
    """What each hot statement touches: a box, a page, a page far away, sorted ones and those after them, an item, a tile, changes."""
    cabins = registry.get("cabanes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM cabanes_cabane")
        least, most = cursor.fetchone()
        cursor.execute("SELECT uuid FROM cabanes_cabane WHERE id = %s", [least + 500])
        (uuid,) = cursor.fetchone()
        cursor.execute("SELECT max(id) FROM geodata_revision")
        (revision,) = cursor.fetchone()
    order = parse_items(QueryDict("sortby=name_fr"), cabins).order
    by_year = parse_items(QueryDict("sortby=-year_built"), cabins).order
    feed = changes._statement(one=False).replace("%(after)s", "{after}").replace("%(limit)s", "{limit}")
    return {
        "box": page("bbox=2.2,50.3,2.2095,50.3095&limit=200"),
        "page": page("limit=50"),
        "far page": page("limit=50", Place(id=most - 60)),
        "sorted": page("sortby=-year_built&limit=50"),
        "sorted, far": page("sortby=name_fr&limit=50", Place(order, least + 899, ("Cabane 900",))),
        "sorted by what may be unknown, far": page(
            "sortby=-year_built&limit=50", Place(by_year, least + 98, ("1899",))
        ),
        "sorted, among the unknown": page("sortby=-year_built&limit=50", Place(by_year, least + 9, (None,))),
        "item": asked_by(lambda: item.item(cabins, NOBODY, uuid)),
        "tile": asked_by(lambda: mvt.render(cabins, NOBODY, Tile(14, row=5534, col=8294))),
        "changes": touched(sql.SQL(feed).format(after=sql.Literal(revision - 60), limit=sql.Literal(50)), None),
    }


@pytest.mark.usefixtures("_row_by_row")
def test_hot_statements_touch_as_much_of_a_large_table(authority):
    cabins = registry.get("cabanes")
    add(authority, 1, SMALL, west=2.2)
    # How an empty table of texts is read depends on what earlier tests left of it.
    stored.store(cabins)
    small, near = reads(), edges(cabins)
    add(authority, SMALL + 1, LARGE, west=2.5)
    stored.store(cabins)
    large = reads()
    assert small["box"][1] == large["box"][1] == 99
    grown = {name: (few, large[name][0]) for name, (few, _rows) in small.items() if large[name][0] > 1.5 * few + 20}
    assert grown == {}
    assert small["item"][1] > 0
    assert small["tile"][0] > 3
    # The edge of a square of twenty times as many holds four to five times as many.
    assert edges(cabins)[0] < 6 * near[0]


SENT = [
    "items?f=geojsonseq", "items?f=csv", "items?limit=10000", "items?f=csv&sortby=name_fr", "items?f=geojsonseq&filter=year_built%20>%201700",
    "items?f=geojsonseq&bbox=2,50,3,51", "items?f=kml", "items?f=gpx", "items?f=jsonld", "/api/snapshot/cabanes",
]  # fmt: skip


def test_memory_does_not_grow_with_what_is_sent(client, authority):
    """All addresses of the same rows, first few, then three times as many."""
    addresses = [each if each.startswith("/") else f"/api/collections/cabanes/{each}" for each in SENT]
    few = 2 * SMALL
    add(authority, 1, few, west=2.2)
    small = {address: peak(client, address) for address in addresses}
    add(authority, few + 1, 3 * few, west=2.5)
    for address, (least, size) in small.items():
        # The best of three: what the process does beside it is counted too; what grows does so each time.
        for _turn in range(3):
            large, whole = peak(client, address)
            bound = least + (whole - size) / 4
            if large < bound:
                break
        assert whole > 2.9 * size, address
        assert large < bound, address


def peak(client, address):
    """The most memory that sending an answer takes, and how many bytes it has."""
    answer = client.get(address)
    tracemalloc.start()
    size = sum(map(len, answer.streaming_content))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    return most, size
