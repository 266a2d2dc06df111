"""A copy plus the changes is the state of the server, row for row, whatever happens meanwhile.

Twenty writers (API, actions, harvests, SQL, psql), killed now and then, as is the server; a mirror made by the client
of the partners' guide and a reader of the whole feed poll through it, webhooks are received, a map is open, files are
downloaded and left in the middle. A few seconds in the suite; for longer:

    SYNC_SECONDS=600 SYNC_CALM_S=2 bin/test -n0 -s tests/contract/test_mirror.py
"""

import http.client
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import mirror
import pytest
from django.db import connections
from knox.models import AuthToken

from carte.mirroring import compare_file
from geodata import registry
from geodata.models import Revision
from geodata.params.changes import parse_since
from geodata.queries import changes as feed
from geodata.queries import copies
from tests.contract.acting import AUTHORITY, Acting
from tests.contract.listeners import Downloader, Hook, OpenMap, Worker, is_idle
from tests.contract.turmoil import Server, Turmoil
from tests.factories.agenda import evenement
from tests.factories.alertes import fermeture
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, box, parc, user
from tests.factories.sentiers import sentier
from tests.waiting import until

SECONDS = float(os.environ.get("SYNC_SECONDS", "6"))
MIRRORED = ("cabanes", "parcs", "sentiers", "fermetures", "evenements", "autorites")
CUT = (OSError, ValueError, http.client.HTTPException)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    # A server that is killed leaves sockets behind in those that talked with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def server(transactional_db, tmp_path):
    authority = autorite(code=AUTHORITY)
    for number in range(3):
        parc(authority=authority, geom=box(2.80 + number / 200, 50.40, 2.81 + number / 200, 50.42))
    for _ in range(20):
        cabane(authority=authority)
    for _ in range(5):
        sentier(authority=authority)
        fermeture(authority=authority)
        evenement(authority=authority)
    made = Server()
    made.environment["EXPORTS_ROOT"] = str(tmp_path / "exports")
    made.start()
    assert made.answers()
    yield made
    made.kill()


@pytest.fixture
def worker(server):
    made = Worker(server)
    yield made
    made.kill()


class Reader(threading.Thread):
    """Reads the feed of all collections by long polls, and keeps every entry."""

    def __init__(self, base, since):
        super().__init__(daemon=True)
        self.base, self.since, self.seen, self.cuts, self.refused, self.over = base, since, [], 0, 0, threading.Event()

    def run(self):
        more = True
        while more or not self.over.is_set():
            request = Request(
                f"{self.base}/api/changes?limit=100&skipFeature=true&since={self.since}", headers={"Prefer": "wait=1"}
            )
            try:
                with urlopen(request, timeout=30) as answer:
                    page = json.load(answer)
            except HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    self.refused = error.code
                    return
                self.cuts += 1
                time.sleep(0.1)
                continue
            except CUT:
                self.cuts += 1
                time.sleep(0.05)
                continue
            self.seen += [(each["revision"], each["uuid"], each["op"]) for each in page["changes"]]
            self.since, more = page["cursor"], page["more"] or bool(page["changes"])


class Mirror(threading.Thread):
    """Runs the partners' client again and again, and compares its file with the origin while all go on writing."""

    def __init__(self, base, path):
        super().__init__(daemon=True)
        self.base, self.path, self.rounds, self.cuts, self.wrong, self.over = base, path, 0, 0, [], threading.Event()

    def run(self):
        compared_at = time.monotonic()
        while not self.over.is_set():
            try:
                self.round()
                self.rounds += 1
            except CUT:
                self.cuts += 1
            if time.monotonic() - compared_at > 2:
                self.wrong += [each for each in compare_file(self.path) if not each.is_equal]
                compared_at = time.monotonic()
            time.sleep(0.05)
        connections.close_all()

    def round(self):
        file = sqlite3.connect(self.path)
        try:
            file.executescript(mirror.TABLES)
            mirror.mirror(self.base, file, list(MIRRORED))
        finally:
            file.close()


def present(name):
    rows = copies.copy(registry.get(name))
    next(rows)
    features = [json.loads(line) for piece in rows for line in piece.text.split(copies.SEPARATOR)]
    return {feature["id"]: feature for feature in features}


def mirrored(path, name):
    file = sqlite3.connect(path)
    rows = file.execute("SELECT uuid, json FROM feature WHERE collection = ?", [name]).fetchall()
    file.close()
    return {uuid: json.loads(text) for uuid, text in rows}


def cursor_of(base):
    with urlopen(f"{base}/api/snapshot/cabanes", timeout=30) as answer:
        return answer.headers["Changes-Cursor"]


def test_a_refusal_is_told_in_the_words_of_the_service(live_server, tmp_path):
    command = [sys.executable, mirror.__file__, live_server.url, str(tmp_path / "mirror.sqlite"), "cabane"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{live_server.url}: HTTP Error 404")
    assert "/api/collections" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mirror_is_the_origin_row_for_row(server, worker, tmp_path, settings):
    settings.WEBHOOKS_LOOPBACK = True
    person = user(is_superuser=True)
    token = AuthToken.objects.create(user=person)[1]
    begun_at = Revision.objects.order_by("-id").first().id
    reader, copier = Reader(server.url, cursor_of(server.url)), Mirror(server.url, tmp_path / "mirror.sqlite")
    hook = Hook(person, {(name, uuid): each for name in MIRRORED for uuid, each in present(name).items()})
    downloader, open_map = Downloader(server), OpenMap(server, cursor_of(server.url))
    acting = Acting(person, tmp_path)
    turmoil = Turmoil(server, worker, token, acting)
    for each in (reader, copier, downloader, open_map, turmoil):
        each.start()
    time.sleep(SECONDS)
    turmoil.stop()
    assert not server.has_ended()
    assert server.answers()
    newest = feed.latest().revision
    assert hook.stuck(newest) == ""
    assert until(lambda: parse_since(open_map.id).revision >= newest)
    open_map.leave()
    for each in (copier, reader, downloader):
        each.over.set()
    for each in (copier, reader, downloader, open_map):
        each.join()
    copier.round()
    hook.close()

    assert turmoil.errors == []
    assert turmoil.done["server killed"] >= 1
    assert turmoil.done["harvest"] >= 1
    assert (copier.wrong, reader.refused) == ([], 0)
    for name in MIRRORED:
        assert mirrored(copier.path, name) == present(name)
    assert all(each.is_equal for each in compare_file(copier.path))
    public = Revision.objects.filter(id__gt=begun_at, public_op__isnull=False).order_by("id")
    assert [(number, uuid) for number, uuid, _op in reader.seen] == [
        (number, str(uuid)) for number, uuid in public.values_list("id", "uuid")
    ]
    received = {key: each for key, each in hook.state.items() if key[0] in MIRRORED}
    assert received == {(name, uuid): each for name in MIRRORED for uuid, each in present(name).items()}
    assert hook.out_of_order == []
    assert hook.numbers() == set(public.values_list("id", flat=True))
    due = public.filter(id__gt=parse_since(open_map.since).revision)
    unheard = Counter(
        (each.collection, str(each.uuid), "merge" if each.successor else each.public_op) for each in due.iterator()
    )
    assert unheard - open_map.told == Counter()
    assert downloader.wrong == []
    assert until(is_idle)
    merged = public.filter(successor__isnull=False).count()
    assert sum(op == "merge" for _number, _uuid, op in reader.seen) == merged
    sys.stdout.write(
        f"{SECONDS:.0f} s: {public.count()} public changes ({merged} merges), {Revision.objects.count()} in all;"
        f" writers {dict(turmoil.done)}; harvests {dict(acting.harvested)}; mirror {copier.rounds} rounds, {copier.cuts} cut; reader {reader.cuts} cut;"
        f" webhooks {hook.messages} messages, {hook.repeated} changes repeated; open map {open_map.cuts} cut,"
        f" {open_map.resets} resets; downloads {dict(downloader.done)};"
        " 0 differences\n"
    )
