"""Seconds and bytes of a file of N cabins in each format: where the queue begins (GEODATA_EXPORT_ABOVE).

DATABASE_URL=… DJANGO_SETTINGS_MODULE=config.settings.dev .venv/bin/python benchmarks/files.py 5000 20000 100000
"""

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import django

django.setup()
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

settings.GEODATA_EXPORT_ABOVE = 10**9
settings.ALLOWED_HOSTS = ["*"]
client = Client()
for f in ("csv", "gpkg", "fgb", "parquet", "shp", "kml", "gpx", "jsonld"):
    for count in map(int, sys.argv[1:]):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.monotonic()
        answer = client.get(f"/api/collections/cabanes/items?f={f}&limit={count}")
        first, size = None, 0
        for piece in answer.streaming_content:
            first = first or time.monotonic() - start
            size += len(piece)
        answer.close()
        took = time.monotonic() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(
            f"{f:8} {count:7} rows {took:6.1f} s (first {first:5.2f} s) {size / 1e6:7.1f} MB, grown {grown:.1f} MiB",
            flush=True,
        )
