"""The past of random histories is what was answered then; and it is read through indexes."""

import json
import random
from datetime import UTC, datetime

import mapbox_vector_tile
import pytest
from django.db import connection
from django.test import Client
from psycopg import sql

from cabanes.models import Cabane
from geodata import registry
from geodata.changes.recording import recording, succeeded_by
from geodata.queries import past, search
from tests.api.geodata.test_tiles import address
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = "/api/collections/cabanes/items"
URLS = (
    f"{ITEMS}?limit=1000",
    f"{ITEMS}?f=csv",
    f"{ITEMS}?bbox=2.80,50.40,2.81,50.41&q=deux",
    f"{ITEMS}?filter=capacity_people>50",
    address("cabanes", 8),
    address("cabanes", 13),
    address("cabanes", 15),
)
# Each end of the answer that is not of the features: when it was made, and where it lies.
PASSING = ("timeStamp", "links")


def some(**where):
    found = list(Cabane.objects.filter(**where).order_by("id"))
    return random.choice(found) if found else None


def create(authority, n):
    place = f"SRID=4326;POINT({2.8 + random.random() / 80} {50.4 + random.random() / 80})"
    cabane(name_fr=f"Cabane {n}", authority=authority, geom=place, status=random.choice(["draft", "published"]))


def update(**values):
    def run(_authority, _n):
        if (found := some()) is not None:
            Cabane.objects.filter(pk=found.pk).update(**values)

    return run


def rename(_authority, n):
    if (found := some()) is not None:
        Cabane.objects.filter(pk=found.pk).update(name_fr=f"Deux {n}", capacity_people=random.randrange(100))


def move(_authority, _n):
    if (found := some()) is not None:
        place = f"SRID=4326;POINT({2.8 + random.random() / 80} {50.4 + random.random() / 80})"
        Cabane.objects.filter(pk=found.pk).update(geom=place)


def merge(_authority, _n):
    gone, heir = some(status="published"), some(status="published")
    if gone and heir and gone.pk != heir.pk:
        with recording(by=None), succeeded_by(heir.uuid):
            Cabane.objects.filter(pk=gone.pk).update(deleted_at=datetime.now(UTC))


def erase(_authority, _n):
    if (found := some()) is not None:
        found.delete()


def undo(_authority, _n):
    """Give a cabin the name it had before its last change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cabanes_cabane c SET name_fr = r.before->>'name_fr' FROM geodata_revision r"
            " WHERE r.uuid = c.uuid AND r.id = c.revision AND r.before IS NOT NULL"
        )


EDITS = (
    create, create, create, rename, rename, move, update(status="published"), update(status="archived"),
    update(deleted_at=datetime(2026, 1, 1, tzinfo=UTC)), update(deleted_at=None), merge, erase, undo,
)  # fmt: skip


def answers(client, instant=None):
    found = []
    for url in URLS:
        asked = (
            url
            if instant is None
            else f"{url}{'&' if '?' in url else '?'}as-of={instant.isoformat().replace('+00:00', 'Z')}"
        )
        answer = client.get(asked)
        assert answer.status_code in (200, 204), (asked, answer.status_code)
        found.append(read(answer))
    return found


def read(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.get("Content-Type", "")
    if kind.startswith("application/geo+json"):
        return {name: value for name, value in json.loads(body).items() if name not in PASSING}
    if "vector-tile" in kind:
        (layer,) = mapbox_vector_tile.decode(body).values()
        return sorted(json.dumps(each, sort_keys=True) for each in layer["features"])
    return body


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_past_is_what_was_answered_then(seed):
    random.seed(seed)
    authority, client, seen = autorite(), Client(), []
    for n in range(24):
        random.choice(EDITS)(authority, n)
        seen.append((datetime.now(UTC), answers(client)))
    for instant, then in seen:
        assert answers(client, instant) == then


@pytest.fixture
def long_history():
    """4 000 cabins of which three quarters changed twice after a revision, which it gives."""
    authority = autorite()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom)"
            " SELECT 'c-' || n, 'Cabane ' || n, 'published', %s, 'essai',"
            " ST_SetSRID(ST_MakePoint(2.5 + (n %% 141) * 0.004, 50.2 + (n / 141) * 0.002), 4326) FROM generate_series(1, 4000) n",
            [authority.code],
        )
        cursor.execute("SELECT max(id) FROM geodata_revision")
        (then,) = cursor.fetchone()
        for n in range(2):
            cursor.execute("UPDATE cabanes_cabane SET name_fr = name_fr || %s WHERE id %% 4 <> 0", [f" {n}"])
        cursor.execute("ANALYZE geodata_revision; ANALYZE cabanes_cabane")
        # What autovacuum does now and then: entries that wait beside an index make it look dear.
        cursor.execute(
            "SELECT gin_clean_pending_list('cabanes_cabane_words_past'), gin_clean_pending_list('cabanes_cabane_words')"
        )
    return then


def plan(revision, rest):
    source, params = past.rows(registry.get("cabanes"), revision)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN SELECT t.id FROM ({}) t {}").format(source, sql.SQL(rest)), params)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_boxes_pages_items_and_words_of_the_past_use_indexes(long_history):
    uuid = Cabane.objects.first().uuid
    box = plan(long_history, "WHERE ST_Intersects(t.geom, ST_MakeEnvelope(2.5, 50.2, 2.51, 50.21, 4326))")
    page = plan(long_history, "WHERE t.id > 100 ORDER BY t.id LIMIT 100")
    item = plan(long_history, f"WHERE t.uuid = '{uuid}'")
    assert "geodata_revision_shape" in box
    assert "Merge Append" in page
    assert "geodata_revision_object" in item
    for told in (box, page, item):
        assert "Seq Scan on geodata_revision" not in told
    assert "Seq Scan" not in box + item
    where, words = search.clause(registry.get("cabanes"), ("deux",))
    literal = where.as_string().replace("%s", "{}")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0")
    try:
        told = plan(long_history, f"WHERE {sql.SQL(literal).format(*map(sql.Literal, words)).as_string()}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan; RESET max_parallel_workers_per_gather")
    assert "cabanes_cabane_words_past" in told
    assert "Bitmap Index Scan on cabanes_cabane_words " in told
