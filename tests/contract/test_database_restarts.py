"""PostgreSQL shut down as a whole and started again in the middle of everything that lasts.

No torn answer looks whole, what was acknowledged is there, jobs run at least once, and no process has to be restarted.
"""

import contextlib
import http.client
import json
import socket
import threading
import time

import pytest
from django.db import connection
from knox.models import AuthToken

from geodata.formats import csv, geojsonseq
from geodata.models import Revision
from geodata.params.changes import parse_since
from tests.contract.clusters import Cluster
from tests.contract.listeners import CUT, Hook, OpenMap, Worker
from tests.contract.turmoil import Server, url_of
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, user
from tests.waiting import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
ITEMS = "/api/collections/cabanes/items"
# Each with a story of 15 000 letters: 16 MB, more than sockets hold; a page of 1 000 would be whole before it is sent.
STORY, MADE = 15_000, 1_100
MANY = """
INSERT INTO cabanes_cabane (slug, name_fr, status, authority_id, no_photo_reason, geom, lit, step_free, wheelchair, story_fr)
SELECT 'longue-' || n, 'Cabane ' || n, 'published', authority_id, 'essai', geom, lit, step_free, wheelchair, repeat('x', %s)
FROM cabanes_cabane CROSS JOIN generate_series(1, %s) n WHERE id = %s
"""
LASTING_S = 3
LATEST = "SELECT max(id) FROM geodata_revision WHERE public_op IS NOT NULL"
AT_WORK = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND state <> 'idle' AND query NOT ILIKE '%%listen%%'"
)


@pytest.fixture
def hook(transactional_db, settings):
    settings.WEBHOOKS_LOOPBACK = True
    person = user(is_superuser=True)
    like = cabane(authority=autorite(code="ESSAI"))
    with connection.cursor() as cursor:
        cursor.execute(MANY, [STORY, MADE, like.pk])
    made = Hook(person, {})
    made.begun_at = Revision.objects.order_by("-id").first().id
    made.token = AuthToken.objects.create(user=person)[1]
    yield made
    made.close()


@pytest.fixture
def cluster(hook, tmp_path):
    made = Cluster()
    try:
        made.fill(tmp_path / "all.dump")
        yield made
    finally:
        made.remove()


@pytest.fixture
def server(cluster, tmp_path):
    made = Server(url_of(cluster.home, cluster.name))
    made.environment["EXPORTS_ROOT"] = str(tmp_path / "exports")
    made.start()
    try:
        assert made.answers()
        yield made
    finally:
        made.kill()


@pytest.fixture
def worker(server):
    made = Worker(server)
    yield made
    made.kill()


class Download(threading.Thread):
    """Reads the beginning of an answer, and the rest when it is told to."""

    def __init__(self, port, address):
        super().__init__(daemon=True)
        self.address, self.body, self.go_on, self.begun = address, b"", threading.Event(), threading.Event()
        self._session = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def run(self):
        with contextlib.closing(self._session):
            self._session.connect()
            self._session.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            self._session.request("GET", self.address)
            found = self._session.getresponse()
            assert found.status == 200
            self.body = found.read(1_000)
            self.begun.set()
            self.go_on.wait()
            try:
                self.body += found.read()
            except http.client.IncompleteRead as error:
                self.body += error.partial


class Poll(threading.Thread):
    """One long poll after another, each change kept; what came instead of an answer is counted."""

    def __init__(self, port, since):
        super().__init__(daemon=True)
        self.port, self.since, self.seen, self.statuses, self.over = port, since, [], set(), threading.Event()
        self.longest_s = 0.0

    def run(self):
        while not self.over.is_set():
            begun = time.monotonic()
            try:
                self.ask()
            except CUT:
                self.statuses.add("cut")
                time.sleep(0.1)
            self.longest_s = max(self.longest_s, time.monotonic() - begun)

    def ask(self):
        status, body = asked(
            self.port, "GET", f"/api/changes?skipFeature=true&since={self.since}", headers={"Prefer": "wait=5"}
        )
        self.statuses.add(status)
        if status != 200:
            time.sleep(0.1)
            return
        page = json.loads(body)
        self.seen += [each["revision"] for each in page["changes"]]
        self.since = page["cursor"]


class Writer(threading.Thread):
    """Makes one cabin after another through the API and remembers those that were acknowledged."""

    def __init__(self, port, token):
        super().__init__(daemon=True)
        self.port, self.acknowledged, self.statuses, self.over = port, [], set(), threading.Event()
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/geo+json"}

    def run(self):
        number = 0
        while not self.over.is_set():
            number += 1
            told = {"name_fr": f"Cabane n° {number}", "authority": "ESSAI", "no_photo_reason": "essai"}
            where = {"type": "Point", "coordinates": [2.81, 50.41]}
            body = {"type": "Feature", "geometry": where, "properties": told | {"status": "published"}}
            try:
                status, answer = asked(self.port, "POST", ITEMS, json.dumps(body), self._headers)
            except CUT:
                self.statuses.add("cut")
                continue
            self.statuses.add(status)
            if status == 201:
                self.acknowledged.append(json.loads(answer)["id"])
            time.sleep(0.02)


def asked(port, method, address, body=None, headers=None):
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(session):
        session.request(method, address, body, headers or {})
        found = session.getresponse()
        return found.status, found.read()


def export(port, name):
    """The address of a file that a worker writes, and a function that says whether it is there."""
    session = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(session):
        session.request("GET", f"{ITEMS}?f={name}")
        found = session.getresponse()
        found.read()
        assert found.status in (202, 303), found.status
        address = "/api" + found.headers["Location"].split("/api", 1)[1].removesuffix("/file")

    def is_there():
        with contextlib.suppress(*CUT):
            return json.loads(asked(port, "GET", address)[1]).get("state") == "ready"

    return f"{address}/file", is_there


def jobs_of(cluster):
    """What waits and how far it is, for who looks for what went wrong."""
    return [
        *cluster.asked(
            "SELECT task_name, status::text, attempts, scheduled_at, worker_id, lock FROM procrastinate_jobs"
        ),
        *cluster.asked("SELECT id, last_heartbeat, now() FROM procrastinate_workers"),
        *cluster.asked("SELECT format, state, rows_done FROM geodata_export"),
        *cluster.asked("SELECT task, right(error, 300) FROM geodata_jobfailure"),
    ]


def is_json(body):
    try:
        return bool(json.loads(body))
    except ValueError:
        return False


TORN = {
    f"{ITEMS}?f=geojsonseq": lambda body: body.endswith(geojsonseq.TORN),
    f"{ITEMS}?f=csv": lambda body: body.endswith(csv.TORN),
    f"{ITEMS}?limit=10000": lambda body: not is_json(body),
    "/api/snapshot/cabanes": lambda body: not is_json(body),
}


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_everything_goes_on_after_postgresql_was_restarted(cluster, server, worker, hook, mode):
    address, is_there = export(server.port, "gpkg")
    assert until(is_there, 120), jobs_of(cluster)
    whole = asked(server.port, "GET", address)[1]
    assert len(whole) > 10_000_000
    cursor = json.loads(asked(server.port, "GET", "/api/changes?limit=10000&skipFeature=true")[1])["cursor"]
    processes = {each.pid for each in server.workers()}

    downloads = [Download(server.port, each) for each in TORN]
    fetch = Download(server.port, address)
    poll, open_map, writer = Poll(server.port, cursor), OpenMap(server, cursor), Writer(server.port, hook.token)
    for each in (*downloads, fetch, poll, open_map, writer):
        each.start()
    for each in (*downloads, fetch):
        assert each.begun.wait(30)
    assert until(lambda: len(writer.acknowledged) > 5 and hook.messages)
    address, is_there = export(server.port, "shp")

    cluster.stop(mode)
    time.sleep(LASTING_S)
    assert asked(server.port, "GET", f"{ITEMS}?limit=1&sortby=name_fr")[0] == 503
    cluster.start()
    assert until(lambda: asked(server.port, "GET", f"{ITEMS}?limit=1&sortby=name_fr")[0] == 200)
    known = len(writer.acknowledged)
    assert until(lambda: len(writer.acknowledged) > known + 5)
    writer.over.set()
    writer.join()

    for each in (*downloads, fetch):
        each.go_on.set()
        each.join(60)
    for each in downloads:
        assert TORN[each.address](each.body), (each.address, each.body[-200:])
    assert fetch.body == whole
    assert {each.pid for each in server.workers()} == processes
    assert writer.statuses <= {201, 503, "cut"}

    kept = {str(uuid) for (uuid,) in cluster.asked("SELECT uuid FROM cabanes_cabane")}
    assert set(writer.acknowledged) <= kept
    ((newest,),) = cluster.asked(LATEST)
    wanted = {number for (number,) in cluster.asked("SELECT id FROM geodata_revision WHERE id > %s", hook.begun_at)}
    assert until(lambda: set(poll.seen) >= wanted)
    assert poll.seen == sorted(wanted)
    assert poll.statuses <= {200, 503, "cut"}
    assert poll.longest_s < 30
    assert until(lambda: parse_since(open_map.id).revision >= newest)
    assert until(lambda: hook.numbers() >= wanted, 90), jobs_of(cluster)
    assert hook.out_of_order == []
    assert until(is_there), jobs_of(cluster)
    assert asked(server.port, "GET", address)[1].startswith(b"PK")
    poll.over.set()
    open_map.leave()
    assert until(lambda: cluster.asked(AT_WORK) == [(0,)])
