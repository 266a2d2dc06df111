import random

import mapbox_vector_tile
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.queries import stored
from geodata.tiles import mvt, placed
from geodata.tiles.drawn import ACROSS, DOWN
from geodata.tiles.matrix import Tile
from geodata.units import across, down
from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
TELLS = "uuid, slug, name_fr, kind, state, geom_quality"
HERE = Tile(14, row=int(down(50.41) * 2**14), col=int(across(2.82) * 2**14))


def kept():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {TELLS}, spot[0], spot[1] FROM geodata_placed_cabanes ORDER BY id")
        return cursor.fetchall()


def made():
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {TELLS}, {ACROSS.as_string()}, {DOWN.as_string()} FROM cabanes_cabane t"
            " WHERE status = 'published' AND deleted_at IS NULL AND geom IS NOT NULL ORDER BY id"
        )
        return cursor.fetchall()


def features(person):
    """What a person finds in the tile, by id."""
    layers = mapbox_vector_tile.decode(mvt.render(registry.get("cabanes"), person, HERE))
    return {each["id"]: (each["properties"], each["geometry"]["coordinates"]) for each in layers["cabanes"]["features"]}


def spot(choice):
    return f"SRID=4326;POINT({choice.uniform(2.81, 2.83):.5f} {choice.uniform(50.40, 50.42):.5f})"


def test_every_collection_of_points_keeps_them():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'y\\_placed%' GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    assert found == {each.table: 4 for each in registry.collections() if each.is_point}
    assert placed.ensure() == []


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_is_what_everybody_sees(seed):
    choice = random.Random(seed)
    cabins = [cabane(geom=spot(choice)).pk for _ in range(6)]
    some = "UPDATE cabanes_cabane SET {} WHERE id = ANY (%s)"
    acts = {
        "move": "geom = ST_Translate(geom, 0.0001, 0)",
        "hide": "status = 'archived'",
        "show": "status = 'published'",
        "bin": "deleted_at = now()",
        "unbin": "deleted_at = NULL",
        "rename": "name_fr = name_fr || 'x'",
        "close": "state = CASE state WHEN 'open' THEN 'closed' ELSE 'open' END",
        "note": "source_note = source_note || 'x'",
    }
    with connection.cursor() as cursor:
        for act in choice.choices(list(acts), k=40):
            several = choice.sample(cabins, choice.randint(1, 3))
            cursor.execute(some.format(acts[act]), [several])
            assert kept() == made(), act
        cursor.execute("DELETE FROM cabanes_cabane WHERE id = ANY (%s)", [cabins[:2]])
        assert kept() == made()
        cursor.execute("UPDATE cabanes_cabane SET status = 'published', deleted_at = NULL")
        assert kept() == made() != []


def test_what_a_tile_does_not_tell_is_not_written_again():
    cabin = cabane()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, ctid::text FROM geodata_placed_cabanes WHERE id = %s", [cabin.pk])
        before = cursor.fetchone()
        cursor.execute("UPDATE cabanes_cabane SET source_note = source_note || 'x' WHERE id = %s", [cabin.pk])
        cursor.execute("SELECT xmin::text, ctid::text FROM geodata_placed_cabanes WHERE id = %s", [cabin.pk])
        assert cursor.fetchone() == before


def test_a_load_that_leaves_texts_out_leaves_out_no_point():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [stored.DEFER])
    cabane()
    assert kept() == made() != []


def test_points_are_filled_when_the_table_is_made(monkeypatch):
    cabane()
    cabane(status="archived")
    monkeypatch.setattr(placed.keeping.select, "checksum", lambda text: 7)
    assert "cabanes" in placed.ensure()
    assert kept() == made()
    assert len(kept()) == 1
    assert placed.ensure() == []


def test_an_emptied_table_leaves_no_point():
    cabane()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chaine.allow_truncate', 'on', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE cabanes_cabane CASCADE")
    assert kept() == []


def test_everybody_finds_the_same_as_who_reads_the_rows():
    choice = random.Random(1)
    for _ in range(30):
        cabane(geom=spot(choice))
    cabane(geom=spot(choice), status="archived")
    found = features(AnonymousUser())
    assert found == features(user())
    assert 5 < len(found) <= 30


def test_a_tile_is_made_from_what_is_kept():
    cabin = cabane(geom="SRID=4326;POINT(2.82 50.41)")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_placed_cabanes SET name_fr = 'Autre' WHERE id = %s", [cabin.pk])
    ((told, _where),) = features(AnonymousUser()).values()
    assert told["name_fr"] == "Autre"
