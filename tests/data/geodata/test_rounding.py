"""The database keeps shapes as they are published: seven decimals, whoever writes (decision 0229)."""

import json
from pathlib import Path

import pytest
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabanes.models import Cabane
from carte.starter.load import _edited_by_people
from geodata import registry
from geodata.changes import recording
from geodata.models import Revision
from geodata.params.crs import CRS84
from geodata.queries import select
from tests.api.geodata.writing import FACTORIES
from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db
MIGRATION = Path("carte/sql/0004_round_stored_shapes.sql").read_text(encoding="utf-8")
TABLES = ("cabanes_cabane", "sentiers_sentier")
# A vertex four nanodegrees beside an edge: rounded, it would lie on it.
NOTCHED = "MULTIPOLYGON(((2.8 50.4, 2.81 50.4, 2.81 50.41, 2.805 50.40000000004, 2.8 50.41, 2.8 50.4)))"

longitudes, latitudes = st.floats(2.1, 3.3), st.floats(50.2, 50.7)
places = st.tuples(longitudes, latitudes)


def positions(coordinates):
    """Every position of a nest of coordinates."""
    if isinstance(coordinates[0], float):
        return [tuple(coordinates)]
    return [place for part in coordinates for place in positions(part)]


def is_published_as_stored(collection_id, thing):
    collection = registry.get(collection_id)
    statement = f"SELECT {select.geometry(collection, CRS84).as_string()} FROM {collection.table} t WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [thing.pk])
        published = json.loads(cursor.fetchone()[0], parse_int=float)
    thing.refresh_from_db(fields=["geom"])
    return sorted(positions(published["coordinates"])) == sorted(positions(thing.geom.coords))


def written(thing, shape, by="ST_GeomFromEWKB"):
    with connection.cursor() as cursor:
        given = bytes(shape.ewkb) if by == "ST_GeomFromEWKB" else shape
        cursor.execute(f"UPDATE {thing._meta.db_table} SET geom = {by}(%s) WHERE id = %s", [given, thing.pk])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=places,
    line=st.lists(places, min_size=2, max_size=12, unique=True),
    corners=st.lists(places, min_size=3, max_size=9),
)
def test_published_shape_is_the_stored_one(place, line, corners):  # fmt: skip
    one, two, three = cabane(), sentier(), parc()
    hull = GEOSGeometry(f"MULTIPOINT({', '.join(f'{x!r} {y!r}' for x, y in corners)})", srid=4326).convex_hull
    shapes = [("cabanes", one, Point(*place, srid=4326))]
    length = GEOSGeometry(f"LINESTRING({', '.join(f'{x!r} {y!r}' for x, y in line)})", srid=4326)
    if length.length > 1e-6:
        shapes.append(("sentiers", two, length))
    if hull.area > 1e-12:
        shapes.append(("parcs", three, GEOSGeometry(f"MULTIPOLYGON({hull.wkt.removeprefix('POLYGON ')})", srid=4326)))
    for name, thing, shape in shapes:
        written(thing, shape)
        assert is_published_as_stored(name, thing), shape.wkt


@pytest.mark.parametrize("collection", list(registry.collections()), ids=lambda each: each.id)
def test_every_collection_keeps_what_it_publishes(collection):
    thing = FACTORIES[collection.id]()
    given = {"POINT": "POINT(2.80000004567891 50.40000004567891)",
             "LINESTRING": "LINESTRING(2.80000004567891 50.4, 2.81 50.41000004567891)"}  # fmt: skip
    area = "MULTIPOLYGON(((2.80000004567891 50.4, 2.81 50.4, 2.81 50.41000004567891, 2.80000004567891 50.4)))"
    written(thing, f"SRID=4326;{given.get(collection.geometry.geom_type, area)}", by="ST_GeomFromEWKT")
    assert is_published_as_stored(collection.id, thing)
    assert 2.8 in {x for x, _y in positions(thing.geom.coords)}


def test_a_place_that_follows_another_is_rounded_too():
    park = parc(geom=GEOSGeometry("SRID=4326;MULTIPOLYGON(((2.8 50.4, 2.81 50.4000003, 2.8100007 50.41, 2.8 50.4)))"))
    event = evenement(park_id=park.uuid)
    assert is_published_as_stored("evenements", event)
    revision = event.revision
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agenda_evenement SET geom = geom WHERE id = %s", [event.pk])
    event.refresh_from_db()
    assert event.revision == revision


def test_the_same_decimals_again_are_no_change():
    thing = cabane()
    for _again in range(2):
        written(thing, "SRID=4326;POINT(2.80500004 50.40500004)", by="ST_GeomFromEWKT")
    assert list(Revision.objects.filter(uuid=thing.uuid).values_list("op", flat=True)) == ["insert"]


def test_an_area_that_rounding_would_spoil_stays_valid():
    thing = parc()
    written(thing, f"SRID=4326;{NOTCHED}", by="ST_GeomFromEWKT")
    assert is_published_as_stored("parcs", thing)
    assert (thing.geom.valid, thing.geom.num_geom) == (True, 2)
    before = Revision.objects.filter(uuid=thing.uuid).count()
    written(thing, f"SRID=4326;{NOTCHED}", by="ST_GeomFromEWKT")
    assert Revision.objects.filter(uuid=thing.uuid).count() == before


@pytest.mark.parametrize(
    ("make", "shape"),
    [(sentier, "LINESTRING(2.8 50.4, 2.80000000004 50.4)"),
     (parc, "MULTIPOLYGON(((2.8 50.4, 2.80000000004 50.4, 2.8 50.40000000004, 2.8 50.4)))"),
     (parc, "MULTIPOLYGON(((2.8 50.4, 2.9 50.5, 2.9 50.4, 2.8 50.5000000004, 2.8 50.4)))")],
)  # fmt: skip
def test_what_rounding_leaves_nothing_of_or_was_invalid_is_refused(make, shape):
    thing = make()
    with pytest.raises(IntegrityError, match="_geom_valid"):
        written(thing, f"SRID=4326;{shape}", by="ST_GeomFromEWKT")


@pytest.fixture
def former():
    """A cabin, and a line that will be left as it is, stored before shapes were rounded."""
    thing, short = cabane(), sentier()
    with recording(by=None, source="import"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER b_round")
        written(thing, "SRID=4326;POINT(2.80512345678 50.40512345678)", by="ST_GeomFromEWKT")
        written(short, "SRID=4326;LINESTRING(2.8 50.4, 2.80000000004 50.4)", by="ST_GeomFromEWKT")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER b_round")
    thing.refresh_from_db()
    short.refresh_from_db()
    return thing, short


def test_shapes_stored_before_are_rounded_once_and_what_they_were_stays_in_the_history(former):
    thing, short = former
    untouched = cabane()
    last = Revision.objects.order_by("-id").first().id
    with connection.cursor() as cursor:
        for _again in range(2):
            cursor.execute(MIGRATION)
    (made,) = Revision.objects.filter(id__gt=last)
    assert (made.uuid, made.source, made.public_op) == (thing.uuid, "system", "upsert")
    assert GEOSGeometry(made.before["geom"]).coords == (2.80512345678, 50.40512345678)
    assert Cabane.objects.get(pk=thing.pk).geom.coords == (2.8051235, 50.4051235)
    assert not _edited_by_people(thing)
    for each in (short, untouched):
        revision = each.revision
        each.refresh_from_db()
        assert each.revision == revision


def test_a_record_whose_shape_cannot_be_rounded_can_still_be_edited(former):
    _thing, short = former
    short.name_fr = "Pas à pas"
    short.save()
    short.refresh_from_db()
    assert short.geom.length > 0
