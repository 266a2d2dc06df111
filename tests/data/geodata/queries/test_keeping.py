"""An index is made while others write, and again when the first attempt broke."""

import threading
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from psycopg import sql

from geodata import registry
from geodata.queries import keeping
from tests.contract.turmoil import dsn
from tests.factories.cabanes import cabane
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "cabanes_cabane_of_this_test"
FIRST, SECOND = sql.SQL("btree (name_fr)"), sql.SQL("btree (name_fr, id)")
STANDS = """
SELECT c.relname, i.indisvalid, obj_description(c.oid) IS NOT NULL, pg_get_indexdef(c.oid) LIKE '%%id)'
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname LIKE %s ORDER BY 1
"""
WAITS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%%' AND wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture(autouse=True)
def _no_index_of_this_test():
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {NAME}, {NAME}_new")


def stands():
    """The indexes of this test: name, valid, commented, of the second definition."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS, [f"{NAME}%"])
        return cursor.fetchall()


def builder():
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return cursor.fetchone()


@contextmanager
def building(definition):
    """Begin to make the index in a thread, which cannot end before another session that may write has ended."""
    outcome = []

    def make():
        try:
            outcome.append(keeping.index(registry.get("cabanes"), NAME, definition))
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    with psycopg.connect(**dsn()) as before:
        before.execute("LOCK TABLE cabanes_cabane IN ROW EXCLUSIVE MODE")
        thread = threading.Thread(target=make)
        thread.start()
        assert until(builder)
        yield outcome
    thread.join(30)


def write(name):
    """What a writer does who gives up soon."""
    with psycopg.connect(**dsn(), options="-c lock_timeout=2s") as writer:
        writer.execute("UPDATE cabanes_cabane SET name_fr = %s", [name])


def test_nobody_who_writes_waits_for_an_index():
    cabane()
    with building(FIRST) as outcome:
        write("Cabane de l’étang")
        assert outcome == []
    assert outcome == [True]
    assert stands() == [(NAME, True, True, False)]
    assert keeping.index(registry.get("cabanes"), NAME, FIRST) is False


def test_the_former_index_serves_until_the_new_one_is_whole():
    cabane()
    keeping.index(registry.get("cabanes"), NAME, FIRST)
    with building(SECOND):
        assert (NAME, True, True, False) in stands()
        write("Cabane du bois")
    assert stands() == [(NAME, True, True, True)]


def test_what_a_broken_run_left_is_taken_away_and_made_again():
    cabane()
    with building(FIRST) as outcome, connection.cursor() as cursor:
        cursor.execute("SELECT pg_cancel_backend(%s)", builder())
        assert until(lambda: outcome)
    assert isinstance(outcome[0], OperationalError)
    assert stands() == [(f"{NAME}_new", False, False, False)]
    assert keeping.index(registry.get("cabanes"), NAME, FIRST) is True
    assert stands() == [(NAME, True, True, False)]
