"""Seconds and bytes of a file of N features in each format, beside the CSV of the same features: medians, taken in turn.

DATABASE_URL=… DJANGO_SETTINGS_MODULE=config.settings.dev .venv/bin/python benchmarks/files.py 5000 20000 100000
… benchmarks/files.py --collection sentiers --formats kml,gpx,jsonld 50000
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))
import django

django.setup()
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

FORMATS = "gpkg,fgb,parquet,shp,kml,gpx,jsonld"
settings.GEODATA_EXPORT_ABOVE = 10**9
settings.ALLOWED_HOSTS = ["*"]
client = Client()


def took(address: str) -> tuple[float, float, int]:
    """Seconds to the last and to the first byte, and how many bytes there are."""
    start, first, size = time.monotonic(), 0.0, 0
    answer = client.get(address)
    for piece in answer.streaming_content:
        first = first or time.monotonic() - start
        size += len(piece)
    answer.close()
    return time.monotonic() - start, first, size


def memory() -> int:
    """The most memory that this process has had, kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


asked = argparse.ArgumentParser()
asked.add_argument("--collection", default="cabanes")
asked.add_argument("--formats", default=FORMATS)
asked.add_argument("--rounds", type=int, default=3)
asked.add_argument("counts", type=int, nargs="+")
given = asked.parse_args()
base = f"/api/collections/{given.collection}/items"
for name in ("csv", *given.formats.split(",")):
    took(f"{base}?f={name}&limit=100")
for name in given.formats.split(","):
    for count in given.counts:
        before, tables, files = memory(), [], []
        for _round in range(given.rounds):
            tables.append(took(f"{base}?f=csv&limit={count}"))
            files.append(took(f"{base}?f={name}&limit={count}"))
        table, whole, first = (
            median(each) for each in ([t[0] for t in tables], [f[0] for f in files], [f[1] for f in files])
        )
        print(
            f"{name:8} {count:7} rows {whole:6.1f} s = {whole / table:4.1f} × CSV ({table:5.2f} s), first byte {first:5.2f} s, "
            f"{files[0][2] / 1e6:7.1f} MB, grown {(memory() - before) / 1024:.1f} MiB",
            flush=True,
        )
