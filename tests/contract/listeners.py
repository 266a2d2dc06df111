"""Who reads while the turmoil goes on: a receiver of webhooks, an open map, a client that downloads files."""

import contextlib
import http.client
import json
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from http.server import ThreadingHTTPServer
from itertools import cycle

import psutil
import receiver
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from geodata.webhooks import subscribing

CUT = (OSError, ValueError, http.client.HTTPException)
SLOW_EVERY, FAIL_EVERY = 15, 40


class Worker:
    """bin/worker on the same database; what it runs can be killed, and is begun again."""

    def __init__(self, server):
        self.environment = server.environment | {
            "WEBHOOKS_LOOPBACK": "1", "WEBHOOKS_ROOT": server.url, "JOBS_LOST_AFTER_S": "5", "JOBS_LOOK_S": "1",
        }  # fmt: skip
        self.process = subprocess.Popen(
            [settings.ROOT / "bin" / "worker"], env=self.environment, stderr=subprocess.DEVNULL
        )

    def kill_what_works(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in psutil.Process(self.process.pid).children():
                each.kill()

    def kill(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            found = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
            for each in found:
                each.kill()
        self.process.wait()


class Hook:
    """The receiver of the partners' guide: what its messages add up to, and in which order they came.

    Now and then it is slow, or takes a message and hangs up before it says so.
    """

    def __init__(self, person, before):
        self.state, self.out_of_order, self.messages, self.repeated, self.turned = dict(before), [], 0, 0, 0
        self._seen, self._last, self._lock = set(), 0, threading.Lock()
        hook = self

        class Receiver(receiver.Receiver):
            seen = {}

            def take(self, message):
                hook.take(message)

            def answer(self, status):
                hook.turned += 1
                if hook.turned % SLOW_EVERY == 0:
                    time.sleep(1)
                if hook.turned % FAIL_EVERY == 0:
                    self.close_connection = True
                    return
                super().answer(status)

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{self._server.server_port}/"
        self.subscription, Receiver.secret = subscribing.subscribe(
            {"name": "Miroir", "url": url, "features": True}, by=person
        )

    def take(self, message):
        with self._lock:
            self.messages += 1
            for change in message["data"]["changes"]:
                number = change["revision"]
                if number in self._seen:
                    self.repeated += 1
                    continue
                if number < self._last:
                    self.out_of_order.append((self._last, number))
                self._seen.add(number)
                self._last = max(self._last, number)
                key = (change["collection"], change["uuid"])
                if change["op"] == "upsert":
                    self.state[key] = change["feature"]
                else:
                    self.state.pop(key, None)

    def numbers(self):
        with self._lock:
            return set(self._seen)

    def stuck(self, revision, seconds=120):
        """Empty when the subscription has told all up to this revision; else where it stands, not moving for so long."""
        at, moved_at = -1, time.monotonic()
        while time.monotonic() - moved_at < seconds:
            self.subscription.refresh_from_db()
            if self.subscription.since_revision >= revision:
                return ""
            if self.subscription.since_revision != at:
                at, moved_at = self.subscription.since_revision, time.monotonic()
            time.sleep(0.2)
        told = f"{self.subscription.state}, {self.subscription.failures} failures, next at {self.subscription.next_at}"
        waiting = list(self.subscription.deliveries.exclude(state="delivered").values("state", "attempts", "error"))
        jobs = list(ProcrastinateJob.objects.exclude(status="succeeded").values("task_name", "status", "scheduled_at"))
        return f"at {at} of {revision}: {told}; {waiting}; {jobs}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class OpenMap(threading.Thread):
    """Listens to `/api/live`, comes back with the last id when it is cut, and counts what it is told."""

    def __init__(self, server, since):
        super().__init__(daemon=True)
        self.server, self.id, self.since, self.told = server, since, since, Counter()
        self.cuts, self.resets, self.over = 0, 0, threading.Event()
        self._choice, self._line = random.Random(3), None

    def leave(self):
        """Be over at once, not with the next beat."""
        self.over.set()
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def run(self):
        while not self.over.is_set():
            try:
                self.listen()
            except CUT:
                self.cuts += 1
                time.sleep(0.1)

    def listen(self):
        session = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        leaves_at = time.monotonic() + self._choice.uniform(2, 20)
        with contextlib.closing(session):
            session.request("GET", "/api/live", headers={"Last-Event-ID": self.id})
            self._line = session.sock
            answer = session.getresponse()
            if answer.status != 200:
                raise OSError(answer.status)
            frames, name, data = [], "", None
            for raw in answer:
                field, _colon, value = raw.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = json.loads(value)
                elif field == "id":
                    self.id = value
                elif not field and data is not None:
                    frames.append((name, data))
                    data = None
                if field == "id":
                    self.take(frames if data is None else [*frames, (name, data)])
                    frames, data = [], None
                if self.over.is_set() or time.monotonic() > leaves_at:
                    return
            raise OSError("cut")

    def take(self, frames):
        """All frames up to an id; a map that is told to read everything anew counts from there."""
        for name, data in frames:
            if name == "reset" or (name == "change" and "changes" not in data):
                self.resets += 1
                self.since = self.id
                self.told.clear()
            elif name == "change":
                self.told.update((data["collection"], each["uuid"], each["op"]) for each in data["changes"])


class Downloader(threading.Thread):
    """Asks for one format after another, reads some to the end and leaves in the middle of the others."""

    FORMATS = ("csv", "geojsonseq", "gpx", "kml", "gpkg", "fgb", "shp")

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.done, self.wrong, self.over = server, Counter(), [], threading.Event()
        self._choice = random.Random(4)

    def run(self):
        for name in cycle(self.FORMATS):
            if self.over.is_set():
                return
            try:
                self.done[self.fetch(name)] += 1
            except CUT:
                self.done["cut off"] += 1
            time.sleep(0.1)

    def fetch(self, name):
        session = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        with contextlib.closing(session):
            session.request("GET", f"/api/collections/cabanes/items?f={name}")
            answer = session.getresponse()
            if answer.status == 500:
                self.wrong.append((name, 500))
            if answer.status in (202, 303):
                answer.read()
                return self.follow(session, answer.headers["Location"], name)
            if answer.status != 200:
                return str(answer.status)
            if self._choice.random() < 0.4:
                answer.read(self._choice.randrange(1, 3_000))
                return "left"
            return self.judge(name, answer.read())

    def follow(self, session, address, name):
        """The file of a queued export."""
        if not address.endswith("/file"):
            until = time.monotonic() + 20
            while time.monotonic() < until and not self.over.is_set():
                session.request("GET", address)
                answer = session.getresponse()
                found = json.load(answer)
                if file := next((each["href"] for each in found.get("links", []) if each["rel"] == "enclosure"), None):
                    address = file
                    break
                time.sleep(0.5)
            else:
                return "export waits"
        session.request("GET", address)
        answer = session.getresponse()
        if self._choice.random() < 0.3:
            answer.read(1_000)
            return "export left"
        body = answer.read()
        return f"export {self.judge(name, body)}" if answer.status == 200 else f"export {answer.status}"

    def judge(self, name, body):
        """What ended well is whole."""
        marks = {"gpkg": b"SQLite format 3\0", "fgb": b"fgb", "shp": b"PK"}
        ends = {"gpx": b"</gpx>", "kml": b"</kml>", "csv": b"\n", "geojsonseq": b"\n"}
        if not body.startswith(marks.get(name, b"")) or not body.rstrip(b" \0").rstrip(b"\n").endswith(
            ends.get(name, b"").strip()
        ):
            self.wrong.append((name, body[:80], body[-80:]))
        if name == "geojsonseq":
            for each in body.split(b"\x1e")[1:]:
                json.loads(each)
        return "whole"


def is_idle():
    """Whether no session of the database is at work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return cursor.fetchone() == (0,)
