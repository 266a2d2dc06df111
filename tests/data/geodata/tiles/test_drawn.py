import math
import random

import mapbox_vector_tile
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.queries import stored
from geodata.tiles import drawn, mvt
from geodata.tiles.matrix import HALF_SIDE_M, Tile
from geodata.units import across, down
from sentiers.models import Sentier
from tests.factories.cabanes import cabane
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


@pytest.mark.parametrize("zoom", [14, 17, 20])
def test_points_lie_where_postgis_puts_them(zoom):
    choice, side = random.Random(zoom), 2**zoom
    tile = Tile(zoom, row=int(down(50.4001) * side), col=int(across(2.8005) * side))
    for _ in range(60):
        west, north = (corner + choice.uniform(-0.03, 1.03) for corner in (tile.col, tile.row))
        latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * north / side))))
        cabane(geom=f"SRID=4326;POINT({west / side * 360 - 180} {latitude})")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uuid::text, ST_X(p), 4096 - ST_Y(p) FROM cabanes_cabane CROSS JOIN LATERAL (SELECT ST_AsMVTGeom("
            "ST_Transform(geom, 3857), ST_TileEnvelope(%s, %s, %s), 4096, 64, true) AS p) placed WHERE p IS NOT NULL",
            [tile.z, tile.col, tile.row],
        )
        theirs = {uuid: (x, y) for uuid, x, y in cursor.fetchall()}
    drawn_here = mapbox_vector_tile.decode(mvt.render(registry.get("cabanes"), AnonymousUser(), tile))["cabanes"]
    ours = {each["properties"]["id"]: tuple(each["geometry"]["coordinates"]) for each in drawn_here["features"]}
    assert len(theirs) > 40
    for uuid, (x, y) in theirs.items():
        assert ours[uuid] == pytest.approx((x, y), abs=1)
    # The index knows a box to about half a metre.
    beyond = math.ceil(64 + 0.5 / (2 * HALF_SIDE_M / side / 4096))
    assert all(-beyond <= x <= 4096 + beyond and -beyond <= y <= 4096 + beyond for x, y in ours.values())
