"""Every public page takes the same number of statements however much there is, and those of lists read no whole table."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carte.home import picture
from carte.pages import sitemap
from geodata import registry
from geodata.queries import counting, kept
from tests.factories.agenda import evenement
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db
PATHS = [
    "/", "/?q=cabane", "/?q=cabane+parc", "/?commune=62999", "/?ouvert=1", "/parcs/", "/cabanes/", "/cabanes/?q=cabane", "/cabanes/?page=1",
    "/sentiers/", "/sentiers/?q=sentier", "/communes/", "/autorites/", "/agenda/", "/chiffres-cles/", "/partenaires/", "/partenaires/?q=cabane",
    "/integrer/cabanes/", "/integrer/cabanes/?q=cabane", "/integrer/cabanes.js", "/integrer/cabanes.json", "/integrer/cabanes.svg",
    "/carte/reseau.svg", "/sitemap.xml", "/robots.txt", "/plan-du-site/",
]  # fmt: skip
LISTS = [
    "/", "/?q=cabane", "/?q=observatoire", "/?q=introuvable", "/?q=cabane+zzz", "/?q=qx", "/cabanes/", "/cabanes/?q=observatoire",
    "/cabanes/?q=introuvable", "/cabanes/?q=qx", "/integrer/cabanes/",
]  # fmt: skip
ROWS = 4_000


def statements(client, path):
    """The number of statements of a read, in a process that has kept nothing."""
    counting._tally.cache_clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        if answer.streaming:
            answer.getvalue()
    assert answer.status_code == 200, path
    return len(queries)


def grow():
    for _ in range(3):
        place = parc()
        cabane(park=place)
        sentier(geom=line())
        evenement(park=place)


def test_the_number_of_statements_does_not_grow(client):
    commune(insee_code="62999", geom=box(2.7, 50.3, 2.9, 50.5))
    grow()
    for path in PATHS:
        client.get(path)
    grow()
    few = {path: statements(client, path) for path in PATHS}
    grow()
    assert {path: statements(client, path) for path in PATHS} == few


def test_a_part_of_the_sitemap_is_one_range_of_ids_whatever_comes_or_goes(client, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_PART", 2)
    made = [cabane() for _ in range(5)]
    part = (made[0].pk - 1) // 2 + 1
    before = client.get(f"/sitemap-cabanes-{part + 1}.xml").content
    with CaptureQueriesContext(connection) as queries:
        index = client.get("/sitemap.xml").content.decode()
    cabins = [each for each in queries.captured_queries if '"cabanes_cabane"' in each["sql"]]
    assert [f"/sitemap-cabanes-{n}.xml" in index for n in (part, part + 1, part + 2)] == [True] * 3
    assert len(cabins) == 1
    type(made[4]).objects.filter(pk=made[4].pk).update(name_fr="Autre")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/sitemap.xml").content.decode() == index
    assert ["touched" in each["sql"] for each in queries if '"cabanes_cabane"' in each["sql"]] == [True]
    for gone in (each for each in made if (each.pk - 1) // 2 + 1 == part):
        type(gone).objects.filter(pk=gone.pk).update(status="archived")
    assert f"/sitemap-cabanes-{part}.xml" not in client.get("/sitemap.xml").content.decode()
    assert client.get(f"/sitemap-cabanes-{part}.xml").status_code == 404
    assert client.get(f"/sitemap-cabanes-{part + 1}.xml").content == before
    assert client.get(f"/sitemap-cabanes-{10**30}.xml").status_code == 404


@pytest.fixture
def many():
    """Cabins by the thousand, of which one in a hundred is an observatory."""
    first = cabane()
    columns = [
        each.column
        for each in type(first)._meta.concrete_fields
        if each.column not in ("id", "uuid", "slug", "name_fr") and not each.generated
    ]
    listed = ", ".join(f'"{each}"' for each in columns)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cabanes_cabane DISABLE TRIGGER USER")
        cursor.execute(
            f"INSERT INTO cabanes_cabane (slug, name_fr, {listed})"
            f" SELECT 'n-' || n, CASE WHEN mod(n, 100) = 0 THEN 'Observatoire ' ELSE 'Cabane ' END || n, {listed}"
            " FROM cabanes_cabane, generate_series(1, %s) n",
            [ROWS],
        )
        cursor.execute("ALTER TABLE cabanes_cabane ENABLE TRIGGER USER")
        cursor.execute("ANALYZE cabanes_cabane")
    counting._tally.cache_clear()
    yield
    counting._tally.cache_clear()


def rows_read(plan):
    """Rows that the scans of the table of cabins gave or threw away."""
    own = 0
    if plan.get("Relation Name") == "cabanes_cabane" or plan["Node Type"] == "Bitmap Index Scan":
        thrown = sum(plan.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck"))
        own = (plan["Actual Rows"] + thrown) * plan["Actual Loops"]
    return own + sum(rows_read(each) for each in plan.get("Plans", ()))


def test_no_statement_reads_the_whole_table(client, many):
    reads = {}
    for path in LISTS:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        with connection.cursor() as cursor:
            for query in queries.captured_queries:
                if '"cabanes_cabane"' not in query["sql"] or query["sql"].startswith("SELECT id, (extract"):
                    continue
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query["sql"])
                (found,) = cursor.fetchone()
                [plan] = json.loads(found) if isinstance(found, str) else found
                told = path, query["sql"][-300:]
                reads[told] = max(reads.get(told, 0), rows_read(plan["Plan"]))
    assert {path for path, _statement in reads} == set(LISTS)
    assert {told: read for told, read in reads.items() if read >= ROWS / 2} == {}


def test_what_is_kept_follows_what_is_public():
    made = []
    value = kept.Kept(lambda: made.append(1) or len(made), "cabanes", "parcs")
    assert (value.get(), value.get()) == (1, 1)
    cabane(status="draft")
    assert value.get() == 1
    cabane()
    assert (value.get(), value.get()) == (2, 2)


def test_a_total_is_of_what_everybody_sees(client):
    cabane()
    cabane(status="draft")
    assert counting.total(registry.get("cabanes")) == 1
    cabane()
    assert counting.total(registry.get("cabanes")) == 2


def test_the_picture_draws_the_largest(monkeypatch):
    parc()
    for n in range(4):
        sentier(geom=line((2.80, 50.40), (2.81 + n / 100, 50.41)))
    whole = picture._draw()
    monkeypatch.setattr(picture, "MOST_DRAWN", 2)
    assert len(picture.paths("sentiers", picture._frame())) == 2
    assert len(picture._draw()) < len(whole)
