"""What derives from geometry is right after any write, also one made in SQL."""

import random

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from cabanes.models import Cabane
from geodata.models import Revision
from parcs.models import Commune, Parc
from sentiers.models import FermetureSentier, Sentier
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_park_knows_its_communes_by_falling_share():
    large = commune(geom=box(2.0, 50.1, 2.808, 50.7))
    small = commune(geom=box(2.808, 50.1, 3.3, 50.7))
    thing = parc(geom_quality="surveyed")
    assert thing.communes == [large.insee_code, small.insee_code]
    assert [round(share.share, 2) for share in thing.commune_shares.order_by("-share")] == [0.8, 0.2]
    sql("DELETE FROM parcs_commune WHERE id = %s", small.id)
    thing.refresh_from_db()
    assert thing.communes == [large.insee_code]


def test_area_exists_only_when_the_outline_is_no_drawing():
    assert parc(geom_quality="schematic").area_ha is None
    assert 70 < parc(geom_quality="surveyed").area_ha < 90


def test_stated_commune_wins_over_the_derived_one():
    here, stated = commune(), commune(geom=box(3.0, 50.2, 3.1, 50.3))
    assert cabane().commune_id == here.insee_code
    assert cabane(stated_commune=stated.insee_code).commune_id == stated.insee_code


def test_moving_a_park_in_sql_moves_what_derives_and_nothing_else():
    area = parc(geom_quality="surveyed")
    thing = cabane(park=area)
    assert (thing.parks_containing, thing.park_distance_m) == ([area.uuid], 0)
    where = thing.geom.coords
    sql("UPDATE parcs_parc SET geom = ST_Translate(geom, 0.1, 0) WHERE id = %s", area.id)
    thing.refresh_from_db()
    assert thing.parks_containing == []
    assert thing.park_distance_m > 6000
    assert thing.geom.coords == where
    assert thing.park == area


@pytest.mark.parametrize("hidden", [{"status": "archived"}, {"deleted_at": "2026-01-01T00:00Z"}], ids=str)
def test_a_park_that_is_not_public_is_not_given_away_by_its_cabins(hidden):
    area = parc(geom_quality="surveyed")
    inside, away = cabane(park=area), cabane(park=area, park_reason="Loin", geom=Point(2.9, 50.42, srid=4326))
    assert away.park_distance_m > 1000
    Parc.objects.filter(pk=area.pk).update(**hidden)
    for thing in (inside, away):
        thing.refresh_from_db()
        assert (thing.parks_containing, thing.park_distance_m) == ([], None)
    Parc.objects.filter(pk=area.pk).update(status="published", deleted_at=None)
    away.refresh_from_db()
    assert away.park_distance_m > 1000


def test_trail_knows_what_lies_along_it_with_positions():
    area, near, far = parc(), cabane(), cabane(geom=Point(2.805, 50.42, srid=4326))
    thing = sentier()
    assert (thing.parks, thing.cabins) == ([area.uuid], [near.uuid])
    position = thing.cabin_positions.get()
    assert 1000 < position.at_m < 1150
    stretch = thing.park_positions.get()
    assert 600 < stretch.from_m < stretch.to_m < 1500
    Cabane.objects.filter(pk=far.pk).update(geom=Point(2.80, 50.4051, srid=4326))
    thing.refresh_from_db()
    assert thing.cabins == [far.uuid, near.uuid]


def test_schematic_trail_has_relations_but_no_metres():
    cabane()
    thing = sentier(geom_quality="schematic", elevations_m=[20, 30, 40])
    assert thing.length_m is None
    assert thing.ascent_m is None
    assert thing.cabin_positions.get().at_m is None


def test_profile_of_a_surveyed_trail():
    thing = sentier(elevations_m=[20, 50, 35])
    assert (thing.ascent_m, thing.descent_m, thing.ele_min_m, thing.ele_max_m) == (30, 15, 20, 50)
    assert 2100 < thing.length_m < 2150
    assert thing.duration_h == pytest.approx(thing.length_m / 4000 + (30 / 300 + 15 / 500) / 2, abs=0.01)


def test_revision_rises_only_when_the_representation_changes():
    thing = cabane()
    before = thing.revision
    parc(geom=box(3.0, 50.2, 3.1, 50.3))
    thing.refresh_from_db()
    assert thing.revision == before
    parc()
    thing.refresh_from_db()
    assert thing.revision > before


def test_closure_finds_the_closed_stretch():
    thing = sentier()
    closure = fermeture(geom=Point(2.80, 50.405, srid=4326))
    link = FermetureSentier.objects.get(fermeture=closure, sentier=thing)
    assert 650 < link.from_m < link.to_m < 780
    closure.geom = Point(3.0, 50.3, srid=4326)
    closure.save()
    assert not FermetureSentier.objects.filter(fermeture=closure).exists()


def test_event_follows_its_cabin():
    place = cabane()
    thing = evenement(cabin=place)
    assert thing.geom.coords == place.geom.coords
    Cabane.objects.filter(pk=place.pk).update(geom=Point(2.9, 50.3, srid=4326))
    thing.refresh_from_db()
    assert thing.geom.coords == (2.9, 50.3)


def recomputed():
    sql("UPDATE parcs_parc SET geom = geom")
    sql("UPDATE cabanes_cabane SET geom = geom")
    sql("UPDATE sentiers_sentier SET geom = geom")
    sql("UPDATE agenda_evenement SET geom = geom")


@pytest.mark.parametrize("seed", range(6))
def test_triggers_agree_with_a_recomputation_after_random_writes(seed):
    choice = random.Random(seed)

    def somewhere(size=0.0):
        west, south = choice.uniform(2.6, 2.9), choice.uniform(50.3, 50.5)
        return (west, south, west + size, south + size)

    def point():
        return Point(*somewhere()[:2], srid=4326)

    used = []
    for _ in range(4):
        commune(geom=box(*somewhere(0.15)))
        parc(geom=box(*somewhere(0.08)), geom_quality="surveyed")
        cabane(geom=point())
        trail = sentier(geom=line(point().coords, point().coords, point().coords))
        spot, area = cabane(geom=point()), parc(geom=box(*somewhere(0.08)), geom_quality="surveyed")
        cabane(geom=point(), park=area, park_reason="Loin")
        evenement(cabin=spot), evenement(park=area), evenement(trail=trail)
        used = [*used, spot.id]
    for _ in range(25):
        model = choice.choice([Commune, Parc, Cabane, Sentier])
        row = choice.choice(list(model.objects.order_by("id")) or [None])
        if row is None:
            continue
        rows = model.objects.filter(pk__in=choice.choice([[row.pk], list(model.objects.values_list("pk", flat=True))]))
        match choice.randrange(7):
            case 0:
                sql(
                    f"UPDATE {model._meta.db_table} SET geom = ST_Translate(geom, %s, %s) WHERE id = ANY (%s)",
                    choice.uniform(-0.03, 0.03),
                    choice.uniform(-0.03, 0.03),
                    list(rows.values_list("pk", flat=True)),
                )
            case 1:
                rows.update(status=choice.choice(["draft", "published", "archived"]))
            case 2:
                rows.update(deleted_at=choice.choice([None, timezone.now()]))
            case 3:
                rows.update(geom_quality=choice.choice(["surveyed", "schematic"]))
            case 4 if model in (Commune, Cabane) and (model is Commune or row.id not in used):
                sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.id)
            case _:
                row.save()
    last = Revision.objects.order_by("-id").first().id
    recomputed()
    assert list(Revision.objects.filter(id__gt=last)) == []


@pytest.mark.django_db(transaction=True)
def test_a_trail_and_a_park_can_be_deleted_in_sql():
    commune()
    area, near, thing = parc(geom_quality="surveyed"), cabane(), sentier()
    fermeture(geom=Point(2.80, 50.405, srid=4326))
    sql("DELETE FROM sentiers_sentier WHERE id = %s", thing.id)
    sql("DELETE FROM cabanes_cabane WHERE id = %s", near.id)
    sql("DELETE FROM parcs_parc WHERE id = %s", area.id)
    assert not Sentier.objects.exists()
    assert not FermetureSentier.objects.exists()


def scans(table):
    """How often this transaction looked into a table row by row, and by an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        return cursor.fetchone()


def test_what_moves_nothing_looks_for_nothing_that_derives():
    spot, area, trail, town = cabane(), parc(), sentier(), commune()
    hidden = cabane(status="draft")
    before, events = scans("sentiers_sentier"), scans("agenda_evenement")
    sql("UPDATE cabanes_cabane SET name_fr = name_fr || 'x' WHERE id = %s", spot.id)
    sql("UPDATE cabanes_cabane SET geom = ST_Translate(geom, 0.001, 0) WHERE id = %s", hidden.id)
    cabane(status="draft")
    assert scans("sentiers_sentier") == before
    cabins = scans("cabanes_cabane")
    sql("UPDATE parcs_parc SET name_fr = name_fr || 'x' WHERE id = %s", area.id)
    assert (scans("sentiers_sentier"), scans("cabanes_cabane")) == (before, cabins)
    parks = scans("parcs_parc")
    sql("UPDATE parcs_commune SET name_fr = name_fr || 'x' WHERE id = %s", town.id)
    assert (scans("sentiers_sentier"), scans("cabanes_cabane"), scans("parcs_parc")) == (before, cabins, parks)
    sql("UPDATE sentiers_sentier SET name_fr = name_fr || 'x' WHERE id = %s", trail.id)
    assert scans("agenda_evenement") == events


TRAILS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE sentiers_sentier DISABLE TRIGGER USER;
INSERT INTO sentiers_sentier (slug, name_fr, status, authority_id, geom, revision)
SELECT 's-' || n, 'Sentier ' || n, 'draft', %s, ST_SetSRID(ST_MakeLine(ST_MakePoint(2.2 + n * 0.0005, 50.2), ST_MakePoint(2.2 + n * 0.0005, 50.201)), 4326), n
FROM generate_series(1, 1500) n;
ALTER TABLE sentiers_sentier ENABLE TRIGGER USER;
ANALYZE sentiers_sentier
"""


def test_what_moves_finds_the_trails_near_it_by_their_index():
    spot, trail = cabane(geom=Point(2.8, 50.4)), sentier(geom=line((2.80, 50.40), (2.81, 50.40)))
    for statement in TRAILS.strip().split(";\n"):
        sql(statement, *([spot.authority_id] if "%s" in statement else []))
    row_by_row, _by_index = scans("sentiers_sentier")
    sql("UPDATE cabanes_cabane SET status = 'archived' WHERE id = %s", spot.id)
    assert scans("sentiers_sentier")[0] == row_by_row
    trail.refresh_from_db()
    assert trail.cabins == []
