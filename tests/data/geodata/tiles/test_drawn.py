import math
import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.queries import stored
from geodata.tiles import drawn, mvt
from geodata.tiles.matrix import Tile
from sentiers.models import Sentier
from tests.factories.parcs import box, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db
COLUMNS = ", ".join(band.column for band in drawn.BANDS)


def crooked(choice, west=2.80, count=60):
    """A line of steps of some metres, which the bands simplify differently."""
    return line(*((west + step * 3e-5, 50.40 + choice.uniform(0, 2e-4)) for step in range(count)))


def kept(collection_id):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {COLUMNS} FROM geodata_drawn_{collection_id} ORDER BY id")
        return cursor.fetchall()


def made(collection_id):
    collection = registry.get(collection_id)
    shapes = ", ".join(band.made(collection, drawn.WEB).as_string() for band in drawn.BANDS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {shapes} FROM {collection.table} t WHERE geom IS NOT NULL ORDER BY id")
        return cursor.fetchall()


def test_every_collection_of_lines_or_areas_keeps_its_shapes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'y\\_drawn%'")
        found = {row[0] for row in cursor.fetchall()}
    assert found == {each.table for each in registry.collections() if not each.is_point}
    assert drawn.ensure() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_would_be_made(seed):
    choice = random.Random(seed)
    trails = [sentier(geom=crooked(choice)) for _ in range(4)]
    parc(geom=box(2.80, 50.39, 2.82, 50.41))
    with connection.cursor() as cursor:
        for act in choice.choices(["move", "rename", "hide", "all", "delete"], k=12):
            one = choice.choice(trails).pk
            statement, values = {
                "move": ("UPDATE sentiers_sentier SET geom = %s WHERE id = %s", [crooked(choice).ewkt, one]),
                "rename": ("UPDATE sentiers_sentier SET name_fr = name_fr || 'x' WHERE id = %s", [one]),
                "hide": ("UPDATE sentiers_sentier SET status = 'archived' WHERE id = %s", [one]),
                "all": ("UPDATE sentiers_sentier SET geom = ST_Reverse(geom)", []),
                "delete": ("DELETE FROM sentiers_sentier WHERE id = %s", [one]),
            }[act]
            cursor.execute(statement, values)
            assert kept("sentiers") == made("sentiers"), act
    assert kept("parcs") == made("parcs") != []


def test_a_shape_set_while_texts_are_deferred_is_drawn_as_it_is():
    trail = sentier(geom=crooked(random.Random(1)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [stored.DEFER])
        cursor.execute("UPDATE sentiers_sentier SET geom = ST_Reverse(geom) WHERE id = %s", [trail.pk])
        assert kept("sentiers") == []
        cursor.execute("SELECT set_config(%s, 'off', true)", [stored.DEFER])
    before = [layer(zoom) for zoom in range(6, 16)]
    assert all(before)
    assert drawn.store(registry.get("sentiers")) == 1
    assert kept("sentiers") == made("sentiers")
    assert [layer(zoom) for zoom in range(6, 16)] == before


def layer(zoom):
    side = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(50.4001))) / math.pi) / 2
    tile = Tile(zoom, int(down * side), int((2.8005 + 180) / 360 * side))
    return mvt.render(registry.get("sentiers"), AnonymousUser(), tile)


def test_a_tile_is_drawn_from_what_is_kept():
    trail = sentier(geom=crooked(random.Random(2)))
    whole = {zoom: layer(zoom) for zoom in (12, 14, 15)}
    assert all(whole.values())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_drawn_sentiers SET coarse = ST_Reverse(coarse) WHERE id = %s", [trail.pk])
    assert layer(12) != whole[12]
    assert (layer(14), layer(15)) == (whole[14], whole[15])


def test_fewer_vertices_the_farther_away():
    Sentier.objects.all().delete()
    sentier(geom=crooked(random.Random(3), count=200))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_NPoints(rough), ST_NPoints(coarse), ST_NPoints(fine) FROM geodata_drawn_sentiers")
        rough, coarse, fine = cursor.fetchone()
    assert rough < coarse < fine <= 200
