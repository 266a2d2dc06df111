"""Revisions appear to a polling reader in their order, whoever writes and however."""

import random
import threading

import psycopg
import pytest
from django.db import connection, connections

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.models import Revision
from tests.factories.cabanes import cabane

WRITERS = 8
WRITES = 12


def dsn():
    settings = connection.settings_dict
    return {
        "host": settings["HOST"],
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }


@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_a_polling_reader_that_misses_nothing():
    rows = [cabane() for _ in range(4)]
    start = Revision.objects.order_by("-id").first().id
    seen, errors, done = [], [], threading.Event()

    def by_application(seed):
        choice = random.Random(seed)
        try:
            for turn in range(WRITES):
                try:
                    with recording(by=None, source="system"):
                        for row in choice.sample(rows, 2):
                            Cabane.objects.filter(pk=row.pk).update(name_fr=f"{seed} {turn} {choice.random()}")
                        if choice.random() < 0.3:
                            raise InterruptedError
                except InterruptedError:
                    pass
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    def by_sql(seed):
        choice = random.Random(seed)
        try:
            with psycopg.connect(**dsn()) as session:
                for turn in range(WRITES):
                    for row in choice.sample(rows, 2):
                        session.execute(
                            "UPDATE cabanes_cabane SET name_fr = %s WHERE id = %s", (f"{seed} {turn}", row.pk)
                        )
                    (session.rollback if choice.random() < 0.3 else session.commit)()
        except Exception as error:
            errors.append(error)

    def read():
        cursor = start
        with psycopg.connect(**dsn(), autocommit=True) as session:
            while True:
                last_round = done.is_set()
                for (number,) in session.execute(
                    "SELECT id FROM geodata_revision WHERE id > %s ORDER BY id LIMIT 5", (cursor,)
                ):
                    seen.append(number)
                    cursor = number
                if (
                    last_round
                    and not session.execute("SELECT 1 FROM geodata_revision WHERE id > %s", (cursor,)).fetchone()
                ):
                    return

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=by_application if n % 2 else by_sql, args=(n,)) for n in range(WRITERS)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert errors == []
    assert seen == sorted(seen)
    assert seen == list(Revision.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True))
    assert len(seen) > WRITERS
    for row in rows:
        row.refresh_from_db()
        assert row.revision == Revision.objects.filter(uuid=row.uuid).order_by("-id").first().id
