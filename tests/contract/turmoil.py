"""Writers that change, break off and are killed, for the test of mirrors.

Three kinds: clients of the API, code that calls the actions, SQL sessions. Every way in which a feature
comes, changes, leaves and comes back is among what they do.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from urllib.parse import quote
from uuid import UUID

import psutil
import psycopg
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, connections
from django.utils.module_loading import import_string

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.features import Status
from geodata.models import Revision
from geodata.problems import Problem
from parcs.models import Parc

WRITER = "turmoil"
# Least seconds between two turns of what kills; each turn lasts up to a second more.
CALM_S = float(os.environ.get("SYNC_CALM_S", "0.5"))
AUTHORITY = "SYNC"
CABINS = import_string("cabanes.actions.cabanes")
PARKS = import_string("parcs.actions.parcs")
NEW = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom, lit, step_free, wheelchair)
SELECT 'sql-' || left(replace(gen_random_uuid()::text, '-', ''), 16), 'Cabane SQL', %s, 'SYNC', 'essai',
       ST_SetSRID(ST_MakePoint(2.8 + random() / 50, 50.4 + random() / 50), 4326), NULL, NULL, NULL
FROM generate_series(1, %s)
"""
SOME = "(SELECT id FROM cabanes_cabane ORDER BY random() LIMIT %s)"
STATEMENTS = (
    (f"UPDATE cabanes_cabane SET name_fr = 'N' || random() WHERE id IN {SOME}", (3,)),
    (f"UPDATE cabanes_cabane SET status = 'archived' WHERE status = 'published' AND id IN {SOME}", (2,)),
    (f"UPDATE cabanes_cabane SET status = 'published' WHERE id IN {SOME}", (4,)),
    (f"UPDATE cabanes_cabane SET deleted_at = now() WHERE id IN {SOME}", (1,)),
    (f"UPDATE cabanes_cabane SET deleted_at = NULL WHERE id IN {SOME}", (3,)),
    (f"DELETE FROM cabanes_cabane WHERE id IN {SOME}", (1,)),
    (f"UPDATE cabanes_cabane SET geom = ST_Translate(geom, 0.0001, 0) WHERE id IN {SOME}", (2,)),
    ("UPDATE parcs_parc SET geom = ST_Translate(geom, (random() - 0.5) / 500, 0)"
     " WHERE id = (SELECT id FROM parcs_parc ORDER BY random() LIMIT 1)", ()),
    (NEW, ("published", 2)),
    (NEW, ("draft", 1)),
    ("SELECT set_config('chaine.successor', (SELECT uuid::text FROM cabanes_cabane WHERE status = 'published'"
     " AND deleted_at IS NULL ORDER BY random() LIMIT 1), true)", ()),
)  # fmt: skip
KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = %s ORDER BY random() LIMIT 2"
)


def dsn():
    """How SQL sessions reach the test database."""
    given = connection.settings_dict
    return {"host": given["HOST"], "dbname": given["NAME"], "user": given["USER"], "password": given["PASSWORD"]}


def until(fact, seconds=60):
    """What a fact is in the end: true as soon as it is, or what it is after so many seconds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and not fact():
        time.sleep(0.1)
    return fact()


def url_of(host, name):
    """The DATABASE_URL of a database, reached as the test database is."""
    return f"postgis://{connection.settings_dict['USER']}@{quote(str(host), safe='')}/{name}"


class Server:
    """The server that bin/serve runs, on the test database or another; it can be killed and started again."""

    def __init__(self, database_url=""):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        given = connection.settings_dict
        self.environment = os.environ | {
            "DATABASE_URL": database_url or url_of(given["HOST"], given["NAME"]),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "SECRET_KEY": settings.SECRET_KEY,
            "PORT": str(self.port),
            "GEODATA_STREAMS": "12",
            "GEODATA_EXPORT_ABOVE": "10",
            "LOG_LEVEL": "critical",
        }
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen([settings.ROOT / "bin" / "server"], env=self.environment, cwd=settings.ROOT)

    def answers(self, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                session = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                with contextlib.closing(session):
                    session.request("GET", "/api/snapshot")
                    if session.getresponse().status == 200:
                        return True
            time.sleep(0.1)
        return False

    def processes(self):
        """What keeps it serving, then all that serves."""
        with contextlib.suppress(psutil.NoSuchProcess):
            keeper = psutil.Process(self.process.pid)
            return [keeper, *keeper.children(recursive=True)]
        return []

    def workers(self):
        """The processes that answer: each is the child of one that keeps it."""
        found, parents = self.processes()[1:], set()
        for each in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                parents.add(each.ppid())
        return [each for each in found if each.pid not in parents]

    def kill(self):
        """Kill all of it, as a power cut would."""
        keeper, *served = self.processes() or [None]
        if keeper:
            keeper.kill()
        for each in served:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                # With what it began meanwhile.
                os.killpg(each.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Have it end in its own time."""
        self.process.terminate()
        self.process.wait(30)

    def has_ended(self):
        return self.process.poll() is not None

    def kill_a_worker(self, choice):
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            choice.choice(self.processes()[1:]).kill()


class Turmoil:
    """Twenty writers, and what kills some of them."""

    def __init__(self, server, worker, token, person, seed=0):
        self.server, self.worker, self.token, self.person, self.seed = server, worker, token, person, seed
        self.over = threading.Event()
        self.done = Counter()
        self.errors, self._turns = [], 0
        self._count = threading.Lock()
        kinds = [self._by_api] * 6 + [self._by_actions] * 5 + [self._by_sql] * 8 + [self._by_psql] + [self._killer]
        self.threads = [threading.Thread(target=self._run, args=(kind, n)) for n, kind in enumerate(kinds)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _tell(self, what):
        with self._count:
            self.done[what] += 1

    def _broke(self, error):
        self._tell(type(error).__name__)

    def _run(self, kind, number):
        choice = random.Random(self.seed * 1000 + number)
        try:
            while not self.over.is_set():
                kind(choice)
                time.sleep(choice.random() * 0.1)
        except Exception as error:
            self.errors.append(error)
        finally:
            connections.close_all()

    def _by_api(self, choice):
        """POST, PATCH, DELETE and merges of one feature through the server."""
        known = Cabane.objects.order_by("?").values_list("uuid", flat=True)[:2]
        one, other = [*known, None, None][:2]
        path = "/api/collections/cabanes/items"
        patches = ({"name_fr": f"A {choice.random()}"}, {"status": "archived"}, {"status": "published"}, {"lit": "yes"})
        method, path, body, media = choice.choice((
            ("POST", path, self._cabin(choice), "application/geo+json"),
            *(("PATCH", f"{path}/{one}", {"properties": each}, "application/merge-patch+json") for each in patches),
            ("DELETE", f"{path}/{one}" + (f"?successor={other}" if choice.random() < 0.5 else ""), None, ""),
        ))  # fmt: skip
        session = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": media} if media else {})
        try:
            session.request(method, path, json.dumps(body) if body else None, headers)
            status = session.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            self._broke(error)
            return
        finally:
            session.close()
        if status == 500:
            raise AssertionError(f"{method} {path} gave 500")
        self._tell("api" if status < 300 else f"api {status}")

    def _cabin(self, choice):
        where = {"type": "Point", "coordinates": [2.8 + choice.random() / 50, 50.4 + choice.random() / 50]}
        told = {"name_fr": "Cabane API", "authority": AUTHORITY, "no_photo_reason": "essai"}
        status = choice.choice(("draft", "published", "published"))
        return {"type": "Feature", "geometry": where, "properties": told | {"status": status}}

    def _by_actions(self, choice):
        """Restores, undeletions, moves, merges and imports of many rows by the code of the application."""
        try:
            choice.choice((self._restore, self._undelete, self._move, self._merge, self._import, self._park))(choice)
            self._tell("actions")
        except Problem:
            self._tell("refused")
        except DatabaseError as error:
            self._broke(error)
            connections.close_all()

    def _any(self, choice, **among):
        found = list(Cabane.objects.filter(**among).order_by("?").values_list("uuid", flat=True)[:1])
        return found[0] if found else UUID(int=0)

    def _restore(self, choice):
        uuid = self._any(choice, deleted_at=None)
        numbers = list(Revision.objects.filter(uuid=uuid).values_list("id", flat=True))
        if numbers:
            CABINS.restore_version(uuid, to_revision=choice.choice(numbers), by=self.person)

    def _undelete(self, choice):
        CABINS.undelete(self._any(choice, deleted_at__isnull=False), by=self.person)

    def _move(self, choice):
        to = choice.choice((Status.PUBLISHED, Status.ARCHIVED))
        CABINS.move(self._any(choice, deleted_at=None), to, by=self.person, reason="essai")

    def _merge(self, choice):
        CABINS.delete(self._any(choice), by=self.person, successor=self._any(choice), reason="doublon")

    def _import(self, choice):
        with recording(by=self.person, source="import"):
            for _ in range(choice.randrange(2, 8)):
                data = {"name_fr": "Importée", "authority_id": AUTHORITY, "status": Status.PUBLISHED}
                place = Point(2.8 + choice.random() / 50, 50.4 + choice.random() / 50, srid=4326)
                CABINS.create(data | {"no_photo_reason": "essai", "geom": place}, by=self.person)
            if choice.random() < 0.3:
                raise DatabaseError("the import is given up")

    def _park(self, choice):
        park = Parc.objects.order_by("?").first()
        PARKS.update(park.uuid, {"name_fr": f"Parc {choice.random()}"}, by=self.person)

    def _by_sql(self, choice):
        """A transaction of a few statements that takes its time, and is rolled back now and then."""
        try:
            with psycopg.connect(**dsn(), application_name=WRITER) as session:
                for statement, values in choice.sample(STATEMENTS, choice.randrange(1, 4)):
                    session.execute(statement, values)
                    time.sleep(choice.random() * 0.02)
                (session.rollback if choice.random() < 0.2 else session.commit)()
            self._tell("sql")
        except psycopg.Error as error:
            # A row that is referred to, a deadline, a session that was killed.
            self._broke(error)

    def _by_psql(self, choice):
        """psql itself, killed at any moment."""
        text = "BEGIN; UPDATE cabanes_cabane SET name_fr = 'psql ' || random() WHERE id % 5 = 0; SELECT pg_sleep(0.05); COMMIT"
        given = dsn()
        command = ["psql", "-X", "-q", "-h", given["host"], "-U", given["user"], "-d", given["dbname"], "-c", text]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=choice.random() * 2)
            self._tell("psql")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self._tell("psql killed")

    def _killer(self, choice):
        """End sessions of writers, every few seconds a process of the server, now and then all of it."""
        self.over.wait(CALM_S + choice.random())
        with psycopg.connect(**dsn(), autocommit=True) as session:
            session.execute(KILL, (WRITER,))
        self._tell("sessions ended")
        self._turns += 1
        if self._turns % 40 == 20:
            self.server.kill()
            self.server.start()
            self.server.answers()
            self._tell("server killed")
        elif self._turns % 10 == 3:
            self.server.kill_a_worker(choice)
            self._tell("process of the server killed")
        elif self._turns % 9 == 5:
            self.worker.kill_what_works()
            self._tell("worker killed")
