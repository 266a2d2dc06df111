import random

import pytest
from django.db import connection

from cabanes.models import Cabane
from geodata import registry
from geodata.queries import squares
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db
RECOUNT = """
SELECT geodata_square(ST_X(spot)) x, geodata_square(-ST_Y(spot)) y, count(*), sum(id)
FROM (SELECT id, geodata_spot(geom) spot FROM {table} WHERE status = 'published' AND deleted_at IS NULL AND geom IS NOT NULL) p
GROUP BY 1, 2 ORDER BY 1, 2
"""


def kept(collection_id):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT x, y, n, sum_id FROM geodata_squares_{collection_id} WHERE n <> 0 ORDER BY x, y")
        return cursor.fetchall()


def counted(collection_id):
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT.format(table=registry.get(collection_id).table))
        return cursor.fetchall()


@pytest.mark.parametrize("seed", range(5))
def test_squares_hold_what_a_recount_finds(seed):
    choice = random.Random(seed)

    def spot():
        return f"SRID=4326;POINT({choice.uniform(2.8, 2.84):.5f} {choice.uniform(50.4, 50.42):.5f})"

    made = [cabane(geom=spot()) for _ in range(6)]
    with connection.cursor() as cursor:
        for _ in range(25):
            one = choice.choice(made).pk
            act = choice.choice(["move", "hide", "show", "bin", "unbin", "rename", "all"])
            statement, values = {
                "move": ("UPDATE cabanes_cabane SET geom = %s WHERE id = %s", [spot(), one]),
                "hide": ("UPDATE cabanes_cabane SET status = 'archived' WHERE id = %s", [one]),
                "show": ("UPDATE cabanes_cabane SET status = 'published' WHERE id = %s", [one]),
                "bin": ("UPDATE cabanes_cabane SET deleted_at = now() WHERE id = %s", [one]),
                "unbin": ("UPDATE cabanes_cabane SET deleted_at = NULL WHERE id = %s", [one]),
                "rename": ("UPDATE cabanes_cabane SET name_fr = name_fr || 'x' WHERE id = %s", [one]),
                "all": ("UPDATE cabanes_cabane SET geom = ST_Translate(geom, 0.001, 0)", []),
            }[act]
            cursor.execute(statement, values)
            assert kept("cabanes") == counted("cabanes"), act
        cursor.execute("DELETE FROM cabanes_cabane WHERE id = %s", [made[0].pk])
    assert kept("cabanes") == counted("cabanes")


def test_shapes_count_where_their_inner_point_lies():
    parc()
    sentier(geom=line((2.80, 50.40), (2.90, 50.40)))
    for kind in ("parcs", "sentiers"):
        assert kept(kind) == counted(kind) != []


def test_squares_are_filled_when_they_are_made(monkeypatch):
    thing = cabane()
    Cabane.objects.filter(pk=thing.pk).update(name_fr="Nouveau")
    monkeypatch.setattr(squares.select, "checksum", lambda text: 7)
    assert "cabanes" in squares.ensure()
    assert kept("cabanes") == counted("cabanes") != []
    assert squares.ensure() == []


def test_an_emptied_table_counts_nothing():
    cabane()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chaine.allow_truncate', 'on', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE cabanes_cabane CASCADE")
        cursor.execute("SELECT count(*) FROM geodata_text_cabanes")
        assert cursor.fetchone() == (0,)
    assert kept("cabanes") == []
