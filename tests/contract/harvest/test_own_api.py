"""A server of ours with a database of its own is harvested: into drafts, again with what changed, and what vanished."""

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from cabanes.models import Cabane
from geodata.harvest.deciding import vanished
from geodata.harvest.running import harvest
from tests.contract.harvest.servers import source
from tests.contract.turmoil import Server, dsn
from tests.factories.parcs import autorite, member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A server that is killed leaves sockets behind in those that talked with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
AUTHORITY = "INSERT INTO parcs_autorite (code, slug, name_fr, kind, status) VALUES ('LEUR', 'leur', 'Leur', 'epci', 'published')"
CABINS = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom)
SELECT 'leur-' || n, 'Leur ' || n, CASE n WHEN 8 THEN 'draft' ELSE 'published' END, 'LEUR', 'essai',
       ST_SetSRID(ST_MakePoint(2.8 + n / 1000.0, 50.4), 4326)
FROM generate_series(1, 8) n
"""


@pytest.fixture
def theirs(transactional_db):
    """A session of another database, and the server on it."""
    ours, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_theirs"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(ours["TEST"]["TEMPLATE"])
    )
    with psycopg.connect(**dsn() | {"dbname": "postgres"}, autocommit=True) as admin:
        admin.execute(drop)
        admin.execute(copy)
        server = Server()
        server.environment["DATABASE_URL"] = server.environment["DATABASE_URL"].removesuffix(ours["NAME"]) + name
        server.start()
        try:
            assert server.answers()
            with psycopg.connect(**dsn() | {"dbname": name}, autocommit=True) as session:
                session.execute(AUTHORITY)
                session.execute(CABINS)
                yield session, server
        finally:
            server.kill()
            admin.execute(drop)


def test_their_records_become_our_drafts_follow_theirs_and_are_listed_when_they_vanish(theirs):
    session, server = theirs
    person = member("editor", autorite(code="PMA"), username="moisson")
    wanted = source(
        url=f"{server.url}/api", layer="cabanes", id_field="id", page_size=3,
        fields={"name_fr": "name_fr"}, fixed={"no_photo_reason": "à venir"},
    )  # fmt: skip

    def harvested():
        run = harvest(wanted, by=person)
        assert (run.failure, run.doubts) == ({}, [])
        return run.counts

    def place_of(name):
        return next((round(each.geom.x, 4), round(each.geom.y, 4)) for each in Cabane.objects.filter(name_fr=name))

    assert harvested() == {"new": 7}
    known = dict(
        session.execute("SELECT name_fr, uuid::text FROM cabanes_cabane WHERE status = 'published'").fetchall()
    )
    assert dict(Cabane.objects.values_list("name_fr", "source_id")) == known
    assert set(Cabane.objects.values_list("status", "authority_id", "source")) == {("draft", "PMA", "Source d’essai")}
    assert place_of("Leur 3") == (2.803, 50.4)
    assert harvested() == {"unchanged": 7}

    session.execute("UPDATE cabanes_cabane SET name_fr = 'Renommée' WHERE slug = 'leur-1'")
    session.execute("UPDATE cabanes_cabane SET geom = ST_Translate(geom, 0, 0.01) WHERE slug = 'leur-2'")
    session.execute("UPDATE cabanes_cabane SET status = 'archived' WHERE slug = 'leur-6'")
    session.execute("DELETE FROM cabanes_cabane WHERE slug = 'leur-7'")
    assert harvested() == {"updated": 2, "unchanged": 3, "vanished": 2}
    assert {ours.name_fr for _record, ours in vanished(wanted, 10)} == {"Leur 6", "Leur 7"}
    assert set(Cabane.objects.values_list("name_fr", flat=True)) == known.keys() - {"Leur 1"} | {"Renommée"}
    assert place_of("Leur 2") == (2.802, 50.41)
    assert set(Cabane.objects.values_list("status", flat=True)) == {"draft"}

    session.execute("UPDATE cabanes_cabane SET status = 'published' WHERE slug IN ('leur-6', 'leur-8')")
    assert harvested() == {"new": 1, "unchanged": 6, "vanished": 1}
    assert {ours.name_fr for _record, ours in vanished(wanted, 10)} == {"Leur 7"}
