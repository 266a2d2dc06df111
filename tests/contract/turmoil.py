"""Writers that change, break off and are killed, for the test of mirrors.

Four kinds: clients of the API, code that calls the actions, harvests, SQL sessions. Every way in which a feature
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

import psutil
import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, connections

from geodata.problems import Problem
from tests.api.geodata.writing import MERGE, SMALLEST
from tests.contract.acting import AUTHORITY, COLLECTIONS, WRITER, any_of, shape, title_of

# Least seconds between two turns of what kills; each turn lasts up to a second more.
CALM_S = float(os.environ.get("SYNC_CALM_S", "0.5"))
NEW = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom, lit, step_free, wheelchair)
SELECT 'sql-' || left(replace(gen_random_uuid()::text, '-', ''), 16), 'Cabane SQL', %s, 'SYNC', 'essai',
       ST_SetSRID(ST_MakePoint(2.8 + random() / 50, 50.4 + random() / 50), 4326), NULL, NULL, NULL
FROM generate_series(1, %s)
"""


def of_table(table):
    """Statements that change some rows, withdraw them, bring them back or delete them."""
    some = f"(SELECT id FROM {table} ORDER BY random() LIMIT %s)"
    return (
        (f"UPDATE {table} SET status = 'archived' WHERE status = 'published' AND id IN {some}", (2,)),
        (f"UPDATE {table} SET status = 'published' WHERE id IN {some}", (4,)),
        (f"UPDATE {table} SET deleted_at = now() WHERE id IN {some}", (1,)),
        (f"UPDATE {table} SET deleted_at = NULL WHERE id IN {some}", (3,)),
        (f"DELETE FROM {table} WHERE id IN {some}", (1,)),
        (f"UPDATE {table} SET geom = ST_Translate(geom, 0.0001, 0) WHERE id IN {some}", (2,)),
    )


CABINS = of_table("cabanes_cabane")
STATEMENTS = (
    *CABINS, *CABINS, *of_table("sentiers_sentier"), *of_table("alertes_fermeture"), *of_table("agenda_evenement"),
    ("UPDATE cabanes_cabane SET name_fr = 'N' || random() WHERE id IN"
     " (SELECT id FROM cabanes_cabane ORDER BY random() LIMIT 3)", ()),
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

    def __init__(self, server, worker, token, acting, seed=0):
        self.server, self.worker, self.token, self.acting, self.seed = server, worker, token, acting, seed
        self.over = threading.Event()
        self.done = Counter()
        self.errors, self._turns = [], 0
        self._count = threading.Lock()
        kinds = [self._by_api] * 6 + [self._by_actions] * 4 + [self._by_harvest]
        kinds += [self._by_sql] * 8 + [self._by_psql] + [self._killer]
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
        name = choice.choice(COLLECTIONS)
        one, other = any_of(name), any_of(name)
        path = f"/api/collections/{name}/items"
        patches = ({title_of(name): f"A {choice.random()}"}, {"status": "archived"}, {"status": "published"})
        method, path, body, media = choice.choice((
            ("POST", path, self._body(name, choice), "application/geo+json"),
            *(("PATCH", f"{path}/{one}", {"properties": each}, MERGE) for each in patches),
            ("PATCH", f"{path}/{one}", {"geometry": shape(name, choice)}, MERGE),
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

    def _body(self, name, choice):
        _geometry, needed = SMALLEST[name]
        status = choice.choice(("draft", "published", "published"))
        told = needed | {"authority": AUTHORITY, "status": status}
        return {"type": "Feature", "geometry": shape(name, choice), "properties": told}

    def _by_actions(self, choice):
        """By the code of the application, one thing after another."""
        self._by_code(self.acting.act, choice)

    def _by_harvest(self, choice):
        """By harvests, whose sessions are ended as those of the SQL writers are."""
        self._by_code(self.acting.harvest, choice)

    def _by_code(self, act, choice):
        try:
            self._tell(act(choice))
        except Problem:
            self._tell("refused")
        except DatabaseError as error:
            self._broke(error)
            connections.close_all()

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
        """End sessions of writers, every few seconds a process of the server, soon and then now and then all of it."""
        self.over.wait(CALM_S + choice.random())
        with psycopg.connect(**dsn(), autocommit=True) as session:
            session.execute(KILL, (WRITER,))
        self._tell("sessions ended")
        self._turns += 1
        if self._turns % 40 == 2:
            self.server.kill()
            self.server.start()
            self.server.answers()
            self._tell("server killed")
        elif self._turns % 10 == 3:
            self.server.kill_a_worker(choice)
            self._tell("process of the server killed")
        elif self._turns % 9 == 1:
            self.worker.kill_what_works()
            self._tell("worker killed")
