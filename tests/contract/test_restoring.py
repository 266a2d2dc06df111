"""A dump of the database, restored with pg_restore into a fresh one, is the same service again."""

import http.client
import json

import psycopg
import pytest
from django.db import connection
from django.test import Client
from psycopg import sql

from tests.contract import dumping
from tests.contract.turmoil import Server, dsn, url_of
from tests.factories.cabanes import cabane
from tests.factories.parcs import parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMAS = "('public', 'geodata_past')"
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'spatial_ref_sys'
"""
ROWS = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM public.{} t"
NUMBERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
# What the database keeps beside rows, each with what the code wrote on it: so it is known to be of this release.
MADE = {
    "indexes": "SELECT indexdef, obj_description(indexrelid), indisvalid FROM pg_indexes JOIN pg_index ON"
    f" indexrelid = format('%I.%I', schemaname, indexname)::regclass WHERE schemaname IN {SCHEMAS}",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')",
    "rules": "SELECT conrelid::regclass::text, conname, contype::text, convalidated FROM pg_constraint"
    f" WHERE connamespace::regnamespace::text IN {SCHEMAS}",
    "tables": "SELECT relname, relkind::text, obj_description(oid, 'pg_class'), pg_get_viewdef(oid) FROM pg_class"
    f" WHERE relnamespace::regnamespace::text IN {SCHEMAS} AND relkind IN ('r', 'v')",
    "schema": "SELECT obj_description('geodata_past'::regnamespace, 'pg_namespace')",
}
ASKED = (
    "/api/collections/cabanes/items?q=char",
    "/api/collections/cabanes/items?filter=CASEI(ACCENTI(name_fr))%20LIKE%20'%25charme%25'&filter-lang=cql2-text",
    "/api/collections/sentiers/items?bbox=2.7,50.3,2.9,50.5",
    "/api/collections/cabanes/tiles/WebMercatorQuad/12/1381/2079",
    "/api/collections/sentiers/tiles/WebMercatorQuad/9/172/259",
    "/api/changes",
)


@pytest.fixture
def restored(tmp_path):
    """The name of a database beside the test database, restored from a dump of it."""
    parc()
    first = cabane(name_fr="Cabane des Charmes", slug="charmes")
    cabane(name_fr="Cabane qui part").delete()
    sentier()
    first.name_fr = "Cabane du Charme"
    first.save()
    given = connection.settings_dict
    name = f"{given['NAME']}_restored"
    dumping.dump(tmp_path / "all.dump")
    dumping.make(given["HOST"], name, user=given["USER"])
    try:
        dumping.restore(tmp_path / "all.dump", given["HOST"], name)
        yield name
    finally:
        dumping.drop(given["HOST"], name, user=given["USER"])


def told(name):
    """All rows, numbers and definitions of a database, comparable."""
    with psycopg.connect(**dsn() | {"dbname": name}) as session:
        tables = [row[0] for row in session.execute(TABLES)]
        rows = {each: session.execute(sql.SQL(ROWS).format(sql.Identifier(each))).fetchone() for each in tables}
        numbers = dict(session.execute(NUMBERS).fetchall())
        made = {what: sorted(map(str, session.execute(text))) for what, text in MADE.items()}
    return rows, numbers, made


def answer(port, address):
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        session.request("GET", address)
        found = session.getresponse()
        return found.status, what(address, found.read())
    finally:
        session.close()


def what(address, body):
    """An answer without the addresses of the server that gave it."""
    if "/tiles/" in address:
        return body
    return {name: each for name, each in json.loads(body).items() if name not in ("links", "timeStamp")}


def test_a_restored_database_holds_serves_and_records_the_same(restored):
    rows, numbers, made = told(connection.settings_dict["NAME"])
    assert rows["cabanes_cabane"][0] == 1
    assert rows["geodata_tombstone"][0] == 1
    assert any("geodata_words" in each for each in made["indexes"])
    again_rows, again_numbers, again_made = told(restored)
    assert again_rows == rows
    assert again_numbers == numbers
    for each, kept in made.items():
        assert again_made[each] == kept, each

    server = Server(url_of(connection.settings_dict["HOST"], restored))
    server.start()
    try:
        assert server.answers()
        for address in ASKED:
            expected = Client().get(address)
            body = b"".join(expected) if expected.streaming else expected.content
            status, found = answer(server.port, address)
            assert (status, found) == (expected.status_code, what(address, body)), address
            assert found, address
    finally:
        server.kill()

    with psycopg.connect(**dsn() | {"dbname": restored}) as session:
        last = session.execute("SELECT max(id) FROM geodata_revision").fetchone()[0]
        session.execute("UPDATE cabanes_cabane SET name_fr = 'Cabane du Chêne' WHERE slug = 'charmes'")
        told_by = session.execute("SELECT id > %s, before->>'name_fr' FROM geodata_revision WHERE id > %s", [last] * 2)
        assert told_by.fetchall() == [(True, "Cabane du Charme")]


def test_what_indexes_call_is_found_without_a_search_path():
    """PostgreSQL 17 makes and analyses indexes so."""
    cabane(name_fr="Cabane des Charmes")
    with psycopg.connect(**dsn(), autocommit=True) as session:
        session.execute("SET search_path = ''")
        for table in ("cabanes_cabane", "geodata_revision", "sentiers_sentier"):
            session.execute(f"REINDEX TABLE public.{table}")
            session.execute(f"ANALYZE public.{table}")
