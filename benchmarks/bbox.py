"""A box of about 100 cabins: the service beside a bare psycopg loop of the same SQL, in one run.

    DATABASE_URL=… .venv/bin/python benchmarks/bbox.py [--rounds 200]

The database holds a network made by `manage.py make_demo --parks 300 --cabins 200000 --trails 50000`.
Prints medians and their ratio; load of the machine touches both alike.
"""

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg import sql  # noqa: E402

from geodata import registry  # noqa: E402
from geodata.params.bbox import Bbox  # noqa: E402
from geodata.params.items import ItemsQuery  # noqa: E402
from geodata.queries import items, select  # noqa: E402

PORT = 8765
SIDE = (0.028, 0.018)
LIMIT = 1000


def boxes(count):
    choice = random.Random(1)
    for _ in range(count):
        west, south = choice.uniform(2.2, 3.1), choice.uniform(50.2, 50.7)
        yield west, south, west + SIDE[0], south + SIDE[1]


def bare(collection, box):
    """What any program must do: run the statement, join the texts."""
    query = ItemsQuery(limit=LIMIT, bbox=Bbox((box,)))
    source, where, params = items.conditions(collection, AnonymousUser(), query)
    text = sql.SQL("SELECT t.id, {} FROM ({}) t WHERE {} AND t.id > %s ORDER BY t.id LIMIT %s")
    composed = text.format(select.feature(collection), source, where).as_string()
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(composed, [*params, 0, LIMIT + 1])
        body = ",".join(text for _id, text in cursor.fetchall())
    return time.perf_counter() - start, len(body)


def served(client, box):
    start = time.perf_counter()
    client.request(
        "GET", f"/api/collections/cabanes/items?limit={LIMIT}&bbox=" + ",".join(f"{edge:.6f}" for edge in box)
    )
    body = client.getresponse().read()
    return time.perf_counter() - start, len(body)


def main(rounds):
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(PORT), "--workers", "1", "--blocking-threads", "2",
         "--no-ws", "--log-level", "error", "config.wsgi:application"], cwd=ROOT,
    )  # fmt: skip
    try:
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        for _ in range(100):
            try:
                client.request("GET", "/api/conformance")
                client.getresponse().read()
                break
            except OSError:
                time.sleep(0.1)
                client.close()
        collection = registry.get("cabanes")
        times = {"bare": [], "served": []}
        sizes = []
        for turn, box in enumerate(boxes(rounds + 20)):
            loop, size = bare(collection, box)
            service, _size = served(client, box)
            if turn >= 20:
                times["bare"].append(loop)
                times["served"].append(service)
                sizes.append(size)
        medians = {name: statistics.median(each) * 1000 for name, each in times.items()}
        print(f"median body {statistics.median(sizes) / 1000:.0f} kB")
        print(
            f"bare loop {medians['bare']:.2f} ms, served {medians['served']:.2f} ms, ratio {medians['served'] / medians['bare']:.2f}"
        )
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    main(parser.parse_args().rounds)
