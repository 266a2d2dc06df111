"""Requests per second beside TiPg, a textbook djangorestframework-gis view and an empty Django view, in one run.

    DATABASE_URL=… .venv/bin/python benchmarks/rivals.py [--seconds 8]

The database holds a network made by `manage.py make_demo --parks 300 --cabins 200000 --trails 50000`. TiPg is installed
from PyPI into var/rivals at the first run; wrk (Debian) makes the load, on the same machine. Each server has two
processes and is alone while it is measured.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RIVALS = ROOT / "var" / "rivals"
PORT = 8766
SERVICE = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws",
           "--log-level", "error", "--port", str(PORT), "config.wsgi:application"]  # fmt: skip
LUA = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local n = 0
local headers = {}
if os.getenv("ETAG") ~= "" then headers["If-None-Match"] = os.getenv("ETAG") end
request = function() n = n % #paths + 1; return wrk.format("GET", paths[n], headers) end
"""


def boxes(count=400):
    choice = random.Random(1)
    for _ in range(count):
        west, south = choice.uniform(2.2, 3.0), choice.uniform(50.2, 50.65)
        yield f"{west:.5f},{south:.5f},{west + 0.024:.5f},{south + 0.016:.5f}"


def serve(command, **environment):
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, start_new_session=True)


def stop(server):
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(20)
    time.sleep(1)


def fetch(path):
    for _ in range(120):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=30)
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"nobody answers at {path}")


def load(paths, seconds, connections, etag=""):
    """Requests per second and the median in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "paths.lua", Path(folder) / "paths"
        script.write_text(LUA)
        listed.write_text("\n".join(paths) + "\n")
        told = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), f"http://127.0.0.1:{PORT}"],
            env=os.environ | {"PATHS": str(listed), "ETAG": etag}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    if "Non-2xx" in told and not etag:
        raise SystemExit(told)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
    median, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", told).groups()
    return rate, float(median) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def measure(name, paths, seconds, results, etag=""):
    load(paths, 2, 8, etag)
    alone = load(paths, seconds, 1, etag)[1]
    rate = load(paths, seconds, 8, etag)[0]
    results[name] = (rate, alone)
    print(f"{name:32} {rate:8.0f} requests/s at 8 connections, median {alone:7.2f} ms at 1", flush=True)


def tipg_environment():
    return {
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("postgis://", "postgresql://"),
        "TIPG_DB_TABLES": '["public.cabanes_cabane"]', "TIPG_DB_DATETIME_EXTENT": "false",
    }  # fmt: skip


def main(seconds):
    if not (RIVALS / "bin" / "uvicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", RIVALS], check=True)
        subprocess.run([RIVALS / "bin" / "pip", "install", "-q", "tipg", "uvicorn[standard]"], check=True)
    results = {}
    items = "/api/collections/cabanes/items"

    server = serve([sys.executable, *SERVICE], DJANGO_SETTINGS_MODULE="config.settings.dev")
    try:
        page = fetch(f"{items}?limit=1000")
        etag, features = page.headers["ETag"], json.load(page)["features"]
        uuids = [feature["id"] for feature in features]
        measure("ours: box", [f"{items}?limit=1000&bbox={box}" for box in boxes()], seconds, results)
        measure("ours: one feature", [f"{items}/{uuid}" for uuid in uuids], seconds, results)
        measure("ours: 304", [f"{items}?limit=1000"], seconds, results, etag)
    finally:
        stop(server)

    server = serve([sys.executable, *SERVICE], DJANGO_SETTINGS_MODULE="benchmarks.textbook")
    try:
        fetch("/hello")
        measure("hello world", ["/hello"], seconds, results)
        measure("textbook: box", [f"/textbook?limit=1000&in_bbox={box}" for box in boxes()], seconds, results)
    finally:
        stop(server)

    server = serve(
        [RIVALS / "bin" / "uvicorn", "--port", str(PORT), "--workers", "2", "--log-level", "error", "tipg.main:app"],
        **tipg_environment(),
    )
    try:
        base = "/collections/public.cabanes_cabane/items"
        ids = [feature["id"] for feature in json.load(fetch(f"{base}?limit=1000&f=geojson"))["features"]]
        measure("TiPg: box", [f"{base}?limit=1000&f=geojson&bbox={box}" for box in boxes()], seconds, results)
        measure("TiPg: one feature", [f"{base}/{each}?f=geojson" for each in ids], seconds, results)
    finally:
        stop(server)

    for mine, other in (("ours: box", "TiPg: box"), ("ours: box", "textbook: box"),
                        ("ours: one feature", "TiPg: one feature"), ("ours: 304", "hello world")):  # fmt: skip
        print(f"{mine} / {other}: {results[mine][0] / results[other][0]:.2f} × the requests per second")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=8)
    main(parser.parse_args().seconds)
