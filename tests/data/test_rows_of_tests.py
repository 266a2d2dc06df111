"""What lets one database serve all tests: it is emptied, and a network is put back, as if nothing had been there."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from psycopg import sql

from cabanes.models import Cabane
from geodata.models import Revision
from tests.database import rows
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db(transaction=True)


def made():
    area = parc()
    cabane(name_fr="tab\tand \\N", park=area), sentier(), fermeture(), member("editor")


def everything():
    """Every row of every table, as text."""
    told = {}
    with connection.cursor() as cursor:
        for name in rows.held(cursor):
            cursor.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name)))
            told[name] = [row[0] for row in cursor.fetchall()]
    return told


def sleeping_triggers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'")
        return cursor.fetchall()


@pytest.mark.parametrize("large", [rows.LARGE_BYTES, 0], ids=["deleted", "truncated"])
def test_no_row_stays_but_what_migrations_wrote(monkeypatch, large):
    before = Permission.objects.count(), ContentType.objects.count()
    made()
    assert {"cabanes_cabane", "geodata_text_cabanes", "geodata_revision", "comptes_user"} <= set(everything())
    monkeypatch.setattr(rows, "LARGE_BYTES", large)
    rows.empty()
    assert everything() == {}
    assert (Permission.objects.count(), ContentType.objects.count()) == before
    assert min(before) > 0
    assert sleeping_triggers() == []
    assert Revision.objects.filter(uuid=cabane().uuid).count() == 1


def test_what_was_put_back_is_what_was_kept_and_new_rows_come_after_it(tmp_path):
    made()
    before = everything()
    rows.keep(tmp_path)
    rows.empty()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('cabanes_cabane', 'id'), 1, false)")
    rows.put_back(tmp_path)
    assert everything() == before
    assert sleeping_triggers() == []
    (old,) = Cabane.objects.all()
    last = Revision.objects.latest("pk").pk
    new = cabane()
    assert new.pk > old.pk
    assert new.revision > last
