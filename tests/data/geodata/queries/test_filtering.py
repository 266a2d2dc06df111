"""What filters find, by hand on four cabins, a trail and two closures; and which index they use."""

import json
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point
from django.db import connection

from geodata import registry
from geodata.params.filters import parse_filter
from geodata.params.items import ItemsQuery
from geodata.problems import BadParameter
from geodata.queries import filtering, items
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db


def cabins():
    """a and b stand in one park, c and d elsewhere; d has next to nothing known."""
    cabane(slug="a", name_fr="Écrevisse", year_built=2019, opened_on="2019-05-19", area_m2=12.5, height_m=3, lit=True,
           activities=["read", "rest"], materials=["bois"], geom=Point(2.80, 50.40, srid=4326))  # fmt: skip
    cabane(slug="b", name_fr="ECREVISSE", kind="abri", year_built=2021, opened_on="2021-06-01", area_m2=4, height_m=8,
           lit=False, activities=["rest"], geom=Point(2.81, 50.41, srid=4326))  # fmt: skip
    cabane(slug="c", name_fr="Straße 100%", kind="kiosque", year_built=2020, activities=["view", "play"],
           geom=Point(2.90, 50.50, srid=4326))  # fmt: skip
    cabane(slug="d", name_fr="L’Eau_douce", geom=Point(2.70, 50.30, srid=4326))


def found(text, collection="cabanes", user=None, **given):
    known = registry.get(collection)
    query = ItemsQuery(condition=parse_filter({"filter": text, **given}, known))
    page = items.page(known, user or AnonymousUser(), query)
    wanted = [json.loads(text)["id"] for text in page.texts]
    slugs = {str(uuid): slug for uuid, slug in known.model_class.objects.values_list("uuid", "slug")}
    assert page.matched == len(wanted)
    return "".join(slugs[uuid] for uuid in wanted)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        # basic CQL2
        ("year_built = 2019", "a"), ("year_built <> 2019", "bc"), ("year_built < 2020", "a"), ("year_built >= 2020", "bc"),
        ("kind = 'abri' OR year_built = 2020", "bc"), ("kind = 'cabane_design' AND year_built = 2019", "a"),
        ("NOT year_built = 2019", "bc"), ("NOT (year_built = 2019 OR kind = 'kiosque')", "b"), ("year_built IS NULL", "d"),
        ("year_built IS NOT NULL", "abc"), ("lit = true", "a"), ("lit <> true", "b"), ("lit", "a"), ("NOT lit", "b"), ("true", "abcd"),
        ("false", ""), ("opened_on > DATE('2019-05-19')", "b"), ("opened_on = '2019-05-19'", "a"),
        ("created_at > TIMESTAMP('2020-01-01T00:00:00Z')", "abcd"), ("status = 'draft'", ""), ("area_m2 = 12.5", "a"),
        ("geom IS NULL", ""), ("park_reason = ''", "abcd"),
        # advanced comparison
        ("name_fr LIKE 'E%'", "b"), ("name_fr LIKE '_crevisse'", "a"), (r"name_fr LIKE '%100\%'", "c"), (r"name_fr LIKE '%\_d%'", "d"),
        ("name_fr NOT LIKE '%revisse'", "bcd"), ("year_built BETWEEN 2019 AND 2020", "ac"), ("year_built NOT BETWEEN 2019 AND 2020", "b"),
        ("opened_on BETWEEN DATE('2019-01-01') AND DATE('2020-01-01')", "a"), ("kind IN ('abri', 'kiosque')", "bc"),
        ("year_built NOT IN (2019, 2020.0)", "b"), ("2019 IN (year_built, 3)", "a"), ("name_fr < 'F'", "ab"),
        # case and accents
        ("CASEI(name_fr) = CASEI('écrevisse')", "a"), ("ACCENTI(name_fr) = ACCENTI('Ecrevisse')", "a"),
        ("CASEI(ACCENTI(name_fr)) = ACCENTI(CASEI('écREVisse'))", "ab"), ("CASEI(name_fr) LIKE CASEI('STRASSE%')", "c"),
        ("ACCENTI(name_fr) = ACCENTI('E\u0301crevisse')", "a"), ("CASEI(kind) IN (CASEI('ABRI'), CASEI('x'))", "b"),
        # shapes
        ("S_INTERSECTS(geom, BBOX(2.79, 50.39, 2.82, 50.42))", "ab"), ("S_INTERSECTS(geom, POINT(2.9 50.5))", "c"),
        ("S_WITHIN(geom, POLYGON((2.79 50.39, 2.82 50.39, 2.82 50.405, 2.79 50.405, 2.79 50.39)))", "a"),
        ("S_DISJOINT(geom, BBOX(2.79, 50.39, 2.82, 50.42))", "cd"), ("S_EQUALS(geom, POINT(2.70 50.30))", "d"),
        ("S_TOUCHES(geom, LINESTRING(2.80 50.40, 2.85 50.45))", "a"), ("S_CONTAINS(geom, POINT(2.80 50.40))", "a"),
        ("S_INTERSECTS(geom, MULTIPOINT((2.80 50.40), (2.70 50.30)))", "ad"), ("S_OVERLAPS(geom, MULTIPOINT(2.80 50.40, 0 0))", ""),
        ("S_CROSSES(geom, LINESTRING(2.70 50.40, 2.90 50.40))", ""), ("S_WITHIN(geom, LINESTRING(2.70 50.40, 2.90 50.40))", "a"),
        ("S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(2.9 50.5), LINESTRING(2.70 50.40, 2.85 50.40)))", "ac"),
        ("S_INTERSECTS(geom, BBOX(170, -10, 2.75, 50.35))", "d"), ("NOT S_INTERSECTS(geom, BBOX(2.79, 50.39, 2.82, 50.42))", "cd"),
        # times
        ("T_AFTER(opened_on, DATE('2019-05-19'))", "b"), ("T_BEFORE(opened_on, DATE('2021-06-01'))", "a"),
        ("T_EQUALS(opened_on, DATE('2021-06-01'))", "b"), ("T_INTERSECTS(opened_on, INTERVAL('2019-05-19', '2019-06-01'))", "a"),
        ("T_DISJOINT(opened_on, INTERVAL('..', '2020-01-01'))", "b"), ("T_AFTER(created_at, DATE('2020-01-01'))", "abcd"),
        # arithmetic
        ("year_built + 1 = 2020", "a"), ("(year_built - 2000) * 2 > 39", "bc"), ("area_m2 / 2 = 2", "b"), ("year_built % 2 = 0", "c"),
        ("year_built DIV 1000 = 2", "abc"), ("height_m ^ 2 = 64", "b"), ("-height_m = -3", "a"), ("year_built / 0 = 1", ""),
        # properties and literals on either side
        ("area_m2 > height_m", "a"), ("height_m > area_m2 * 1.5", "b"), ("2019 = year_built", "a"), ("1 = 1", "abcd"),
        ("'abri' = kind", "b"), ("S_WITHIN(POINT(1 1), POLYGON((0 0, 2 0, 2 2, 0 2, 0 0)))", "abcd"), ("name_fr = name_en", ""),
        ("DATE('2020-01-01') < opened_on", "b"), ("S_EQUALS(geom, geom)", "abcd"),
        # lists
        ("A_CONTAINS(activities, ('rest'))", "ab"), ("A_CONTAINS(activities, ('rest', 'read'))", "a"), ("A_CONTAINEDBY(activities, ('rest'))", "bd"),
        ("A_OVERLAPS(activities, ('play', 'read'))", "ac"), ("A_EQUALS(activities, ('play', 'view'))", "c"), ("A_EQUALS(activities, ())", "d"),
        ("A_CONTAINS(('rest', 'read'), activities)", "abd"), ("A_OVERLAPS(materials, ('bois'))", "a"),
        ("A_CONTAINS(('x', 'y'), ('x'))", "abcd"),
    ],
)  # fmt: skip
def test_filter_finds(text, slugs):
    cabins()
    assert found(text) == slugs


def test_filter_by_links_between_features():
    area = parc(slug="p")
    cabins()
    inside = found(f"A_CONTAINS(parks_containing, ('{area.uuid}'))")
    assert inside == "ab"
    assert found(f"park = '{area.uuid}'") == ""
    assert found(f"id IN ('{area.uuid}')", "parcs") == "p"


def test_reference_system_of_the_shapes():
    cabins()
    latitude_first = "http://www.opengis.net/def/crs/EPSG/0/4326"
    lambert = "http://www.opengis.net/def/crs/EPSG/0/2154"
    assert found("S_INTERSECTS(geom, POINT(50.5 2.9))", **{"filter-crs": latitude_first}) == "c"
    assert found("S_INTERSECTS(geom, BBOX(50.39, 2.79, 50.42, 2.82))", **{"filter-crs": latitude_first}) == "ab"
    square = "POLYGON((685000 7033000, 687000 7033000, 687000 7035500, 685000 7035500, 685000 7033000))"
    assert found(f"S_WITHIN(geom, {square})", **{"filter-crs": lambert}) == "ab"


def test_lines_meet_shapes_and_not_boxes():
    sentier(slug="t", geom="SRID=4326;LINESTRING(2.80 50.40, 2.80 50.42, 2.82 50.42)")
    assert found("S_INTERSECTS(geom, BBOX(2.81, 50.40, 2.82, 50.41))", "sentiers") == ""
    assert found("S_CROSSES(geom, LINESTRING(2.79 50.41, 2.81 50.41))", "sentiers") == "t"
    assert found("S_CONTAINS(geom, POINT(2.80 50.41))", "sentiers") == "t"
    assert found("S_OVERLAPS(geom, LINESTRING(2.80 50.41, 2.80 50.43))", "sentiers") == "t"
    assert found("S_TOUCHES(geom, POINT(2.82 50.42))", "sentiers") == "t"


PERIOD = "INTERVAL(starts_at, ends_at)"


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        # x: 8 May 2026 10:00 to 18 May 2026 18:00 UTC; y: from 18 May 2026 18:00 on, without end
        (f"T_INTERSECTS({PERIOD}, INTERVAL('2026-05-18', '2026-05-18'))", "xy"),
        (f"T_INTERSECTS({PERIOD}, INTERVAL('2030-01-01', '..'))", "y"),
        (f"T_INTERSECTS({PERIOD}, TIMESTAMP('2026-05-08T10:00:00Z'))", "x"),
        (f"T_INTERSECTS({PERIOD}, TIMESTAMP('2026-05-08T09:59:59Z'))", ""),
        (f"T_INTERSECTS({PERIOD}, DATE('2026-05-08'))", "x"),
        (f"T_AFTER({PERIOD}, DATE('2026-05-08'))", "y"),
        (f"T_BEFORE({PERIOD}, DATE('2026-05-19'))", "x"),
        (f"T_DISJOINT({PERIOD}, INTERVAL('..', '2026-05-08T09:00:00Z'))", "xy"),
        (f"T_DURING({PERIOD}, INTERVAL('2026-05-01', '2026-05-31'))", "x"),
        (f"T_CONTAINS({PERIOD}, INTERVAL('2026-05-10', '2026-05-11'))", "x"),
        (f"T_EQUALS({PERIOD}, INTERVAL('2026-05-08T10:00:00Z', '2026-05-18T18:00:00Z'))", "x"),
        (f"T_MEETS({PERIOD}, INTERVAL('2026-05-18T18:00:00Z', '..'))", "x"),
        (f"T_METBY({PERIOD}, INTERVAL('..', '2026-05-18T18:00:00Z'))", "y"),
        (f"T_OVERLAPS({PERIOD}, INTERVAL('2026-05-10T00:00:00Z', '2026-05-30T00:00:00Z'))", "x"),
        (f"T_OVERLAPPEDBY({PERIOD}, INTERVAL('2026-05-01T00:00:00Z', '2026-05-10T00:00:00Z'))", "x"),
        (f"T_STARTS({PERIOD}, INTERVAL('2026-05-08T10:00:00Z', '..'))", "x"),
        (f"T_STARTEDBY({PERIOD}, INTERVAL('2026-05-18T18:00:00Z', '2026-05-30T00:00:00Z'))", "y"),
        (f"T_FINISHES({PERIOD}, INTERVAL('2026-05-01T00:00:00Z', '2026-05-18T18:00:00Z'))", "x"),
        (f"T_FINISHEDBY({PERIOD}, INTERVAL('2026-05-10T00:00:00Z', '2026-05-18T18:00:00Z'))", "x"),
        ("T_AFTER(starts_at, ends_at)", ""),
        ("T_MEETS(INTERVAL('2020-01-01', '2020-01-31'), INTERVAL('2020-01-31', '2020-03-01'))", "xy"),
    ],
)
def test_periods(text, slugs):
    fermeture(slug="x", starts_at="2026-05-08T10:00Z", ends_at="2026-05-18T18:00Z")
    fermeture(slug="y", starts_at="2026-05-18T18:00Z", ends_at=None, review_by="2026-07-01")
    assert found(text, "fermetures") == slugs


def test_filter_is_joined_to_the_other_conditions():
    cabins()
    known = registry.get("cabanes")
    query = ItemsQuery(condition=parse_filter({"filter": "lit OR NOT lit"}, known), filters={"kind": "abri"})
    assert items.page(known, AnonymousUser(), query).matched == 1


@pytest.mark.parametrize(
    "text",
    ["year_built ^ 9999 > 1", "(0 - height_m) ^ 0.5 > 1", "area_m2 * 1e308 * 1e308 > 1"],
)
def test_impossible_calculation_is_told_and_leaves_the_connection_well(text):
    cabins()
    with pytest.raises(BadParameter) as caught:
        found(text)
    assert caught.value.parameter == "filter"
    assert found("true") == "abcd"


def test_long_calculation_is_ended(monkeypatch):
    cabins()
    monkeypatch.setattr(filtering, "TIMEOUT_MS", 50)
    monkeypatch.setitem(filtering.ARITHMETIC, "+", "(SELECT 1 FROM pg_sleep(5)) + {} + {}")
    started = time.perf_counter()
    with pytest.raises(BadParameter) as caught:
        found("year_built + 1 = 1")
    assert time.perf_counter() - started < 2
    assert caught.value.parameter == "filter"
    assert found("true") == "abcd"


def test_time_out_does_not_outlive_the_filter(transactional_db):
    cabins()
    assert found("lit") == "a"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def plan(text, collection="cabanes"):
    known = registry.get(collection)
    source, where, params = items.conditions(
        known, AnonymousUser(), ItemsQuery(condition=parse_filter({"filter": text}, known))
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        statement = f"EXPLAIN SELECT t.id FROM ({source.as_string()}) t WHERE {where.as_string()}"
        cursor.execute(statement, params)
        return "\n".join(row[0] for row in cursor.fetchall())


PERIOD = "INTERVAL(starts_at, ends_at)"


@pytest.mark.parametrize(
    ("text", "collection", "index"),
    [
        ("S_INTERSECTS(geom, BBOX(2.79, 50.39, 2.82, 50.42))", "cabanes", "cabanes_cabane_geom"),
        (
            "S_WITHIN(geom, POLYGON((2.79 50.39, 2.82 50.39, 2.82 50.405, 2.79 50.39)))",
            "cabanes",
            "cabanes_cabane_geom",
        ),
        ("S_CROSSES(geom, LINESTRING(2.79 50.39, 2.82 50.39))", "sentiers", "sentiers_sentier_geom"),
        ("A_CONTAINS(parks_containing, ('0190a0a0-0000-7000-8000-000000000001'))", "cabanes", "cabanes_cabane_parks"),
        ("id = '0190a0a0-0000-7000-8000-000000000001'", "cabanes", "cabanes_cabane_uuid"),
        ("park IN ('0190a0a0-0000-7000-8000-000000000001')", "cabanes", "cabanes_cabane_park"),
        ("slug = 'x'", "cabanes", "cabanes_cabane_slug"),
        ("A_CONTAINS(materials, ('bois', 'pierre'))", "cabanes", "cabanes_cabane_lists"),
        ("A_OVERLAPS(activities, ('pique_nique'))", "cabanes", "cabanes_cabane_lists"),
        ("A_CONTAINS(parks, ('0190a0a0-0000-7000-8000-000000000001'))", "sentiers", "sentiers_sentier_along"),
        ("A_OVERLAPS(practices, ('cyclo'))", "sentiers", "sentiers_sentier_lists"),
        ("CASEI(ACCENTI(name_fr)) LIKE CASEI(ACCENTI('%héron%'))", "cabanes", "cabanes_cabane_folded"),
        ("ACCENTI(CASEI(name_fr)) LIKE ACCENTI(CASEI('héron%'))", "cabanes", "cabanes_cabane_folded"),
        ("CASEI(title_fr) LIKE CASEI('%pont%')", "fermetures", "alertes_fermeture_casei"),
        ("year_built BETWEEN 2001 AND 2002", "cabanes", "_year_built"),
        ("T_AFTER(starts_at, TIMESTAMP('2026-01-01T00:00:00Z'))", "evenements", "_starts_at"),
        (f"T_INTERSECTS({PERIOD}, INTERVAL('2999-01-01', '..'))", "fermetures", "alertes_fermeture_ends"),
        (f"T_AFTER({PERIOD}, DATE('2999-01-01'))", "fermetures", "alertes_fermeture_starts"),
        ("T_BEFORE(INTERVAL(starts_at, last_ends_at), DATE('1999-01-01'))", "evenements", "agenda_evenement_ends"),
        (f"T_BEFORE({PERIOD}, DATE('1999-01-01'))", "fermetures", "alertes_fermeture_ends"),
        (f"T_DURING({PERIOD}, INTERVAL('2026-01-01', '2026-01-02'))", "evenements", "agenda_evenement_"),
    ],
)
def test_filter_is_served_by_an_index(text, collection, index):
    shown = plan(text, collection)
    assert index in shown, shown
