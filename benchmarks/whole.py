"""All 200 000 cabins: first byte, growth of the process, and seconds beside `psql COPY` of ST_AsGeoJSON rows.

    DATABASE_URL=… .venv/bin/python benchmarks/whole.py [--rounds 3] [--rivals]

The copy computes each feature from the same properties that we publish, as any server without stored texts must. Both
are read to the end and thrown away. Throughput is features per second.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import time

import serving
from serving import ITEMS, fetch, verdict

sys.path.insert(0, str(serving.ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
import django

django.setup()

import psutil  # noqa: E402

from geodata import registry  # noqa: E402

PORT = 8771


def copied():
    """Seconds of `psql COPY` of the features."""
    names = ", ".join(field.column for field in registry.get("cabanes").fields.values())
    rows = f"SELECT uuid, geom, {names} FROM cabanes_cabane ORDER BY id"
    copy = f"COPY (SELECT ST_AsGeoJSON(t.*, maxdecimaldigits => 7) FROM ({rows}) t) TO STDOUT"
    begun = time.perf_counter()
    subprocess.run(["psql", "-X", "-q", serving.plain_url(), "-c", copy], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def taken(path, port=PORT):
    """Seconds to the first byte of the body and to its end, and its size."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    begun = time.perf_counter()
    client.request("GET", path)
    answer = client.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{answer.status} at {path}: {answer.read(300)}")
    size = len(answer.read(1))
    first = time.perf_counter() - begun
    while piece := answer.read1(1 << 20):
        size += len(piece)
    return first, time.perf_counter() - begun, size


def grown(worker, path):
    """MiB by which the serving process is larger at most while it answers."""
    before, most = worker.memory_info().rss, 0
    client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    client.request("GET", path)
    answer = client.getresponse()
    while answer.read(4 << 20):
        most = max(most, worker.memory_info().rss)
    return max(0, most - before) / 2**20


def others(copy):
    """TiPg and pygeoapi, which give everything as one page."""
    import rivals

    rivals.install()
    for name, server, path in (
        ("TiPg", rivals.tipg, f"{rivals.TABLE}?limit=200000&f=geojson"),
        ("pygeoapi", rivals.pygeoapi, "/collections/cabanes/items?limit=200000&f=json"),
    ):
        port = server()
        fetch(port, path.replace("200000", "1")).read()
        first, whole, size = taken(path, port)
        print(
            f"{name}: {whole:.1f} s, first byte {first:.1f} s, {size / 1e6:.0f} MB; throughput / COPY {copy / whole:.2f} ×"
        )


def main(rounds, *, rivals):
    """Each path in turn with the copy; the rivals once."""
    serving.service(PORT, workers=1)
    fetch(PORT, "/api/conformance").read()
    paths = {"geojsonseq": f"{ITEMS}?f=geojsonseq", "snapshot": "/api/snapshot/cabanes"}
    times = {"COPY": [], **{name: [] for name in paths}}
    firsts = {name: [] for name in paths}
    for path in paths.values():
        taken(path)
    for _ in range(rounds):
        times["COPY"].append(copied())
        for name, path in paths.items():
            first, whole, size = taken(path)
            times[name].append(whole)
            firsts[name].append(first * 1000)
    (worker,) = psutil.Process(serving.pid()).children()
    copy = statistics.median(times["COPY"])
    print(f"psql COPY of ST_AsGeoJSON rows {copy:.2f} s; {size / 1e6:.0f} MB")
    for name, path in paths.items():
        whole = statistics.median(times[name])
        median, larger = statistics.median(firsts[name]), grown(worker, path)
        print(f"{name}: {whole:.2f} s, first byte {median:.1f} ms (goal ≤ 10), grows {larger:.1f} MiB (goal ≤ 5)")
        verdict(f"{name}, throughput / COPY", copy / whole, 1.5)
    if rivals:
        others(copy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rivals", action="store_true")
    try:
        given = parser.parse_args()
        main(given.rounds, rivals=given.rivals)
    finally:
        serving.stop()
