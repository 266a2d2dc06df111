"""Requests per second beside TiPg, pygeoapi, a textbook djangorestframework-gis view and an empty Django view.

    DATABASE_URL=… .venv/bin/python benchmarks/rivals.py [--rounds 5]

The database holds a network made by `manage.py make_demo --parks 300 --cabins 200000 --trails 50000`. TiPg and pygeoapi
are installed from PyPI into var/rivals at the first run. Every server has two processes.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.parse

import psycopg
import serving
from serving import ITEMS, RIVALS, boxes, fetch, rates, text, verdict

OURS, DJANGO, TIPG, PYGEOAPI = 8766, 8767, 8768, 8769
TABLE = "/collections/public.cabanes_cabane/items"


def install():
    """The rivals, from PyPI."""
    if not (RIVALS / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", RIVALS], check=True)
        wanted = ["tipg", "uvicorn[standard]", "pygeoapi", "gunicorn", "psycopg2-binary", "geoalchemy2"]
        subprocess.run([RIVALS / "bin" / "pip", "install", "-q", *wanted], check=True)
        (RIVALS / "ready").touch()


def tipg():
    """TiPg over the table of cabins."""
    command = [
        RIVALS / "bin" / "uvicorn",
        "--port",
        str(TIPG),
        "--workers",
        "2",
        "--log-level",
        "error",
        "tipg.main:app",
    ]
    return serving.start(
        TIPG, command, DATABASE_URL=serving.plain_url(), TIPG_DB_TABLES='["public.cabanes_cabane"]', TIPG_DB_DATETIME_EXTENT="false",
        TIPG_DEFAULT_FEATURES_LIMIT="10", TIPG_MAX_FEATURES_PER_QUERY="200000",
    )  # fmt: skip


def columns():
    """The columns of cabins that are no geometry: pygeoapi fails on a second one."""
    with psycopg.connect(serving.plain_url()) as session:
        found = session.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'cabanes_cabane'::regclass AND attnum > 0"
            " AND NOT attisdropped AND atttypid <> 'geometry'::regtype"
        )
        return [name for (name,) in found]


def pygeoapi():
    """pygeoapi over the same table, under gunicorn as its manual says."""
    url = urllib.parse.urlparse(os.environ["DATABASE_URL"])
    data = {"host": urllib.parse.unquote(url.hostname or ""), "dbname": url.path[1:], "user": url.username,
            "password": url.password or "", "search_path": ["public"]}  # fmt: skip
    # urlparse lowers the case of a host, which here may be the folder of a socket.
    data["host"] = urllib.parse.unquote(url.netloc.rpartition("@")[2].partition(":")[0])
    home = f"http://127.0.0.1:{PYGEOAPI}"
    contact = {"name": "-", "url": home, "email": "a@b.fr"}
    config = {
        "server": {"bind": {"host": "127.0.0.1", "port": PYGEOAPI}, "url": home, "mimetype": "application/json; charset=UTF-8",
                   "encoding": "utf-8", "languages": ["en-US"], "map": {"url": "x", "attribution": "x"},
                   "limits": {"default_items": 10, "max_items": 200000}},
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": "t", "description": "d", "keywords": ["k"], "keywords_type": "theme",
                                        "terms_of_service": "-", "url": home},
                     "license": {"name": "-", "url": home}, "provider": {"name": "-", "url": home}, "contact": contact},
        "resources": {"cabanes": {
            "type": "collection", "title": "t", "description": "d", "keywords": ["k"], "links": [],
            "extents": {"spatial": {"bbox": [2, 50, 4, 51], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
            "providers": [{"type": "feature", "name": "PostgreSQL", "data": data, "id_field": "id",
                           "table": "cabanes_cabane", "geom_field": "geom", "properties": columns()}]}},
    }  # fmt: skip
    folder = serving.ROOT / "var" / "rivals"
    (folder / "pygeoapi.yml").write_text(json.dumps(config))
    environment = {"PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml")}
    made = subprocess.run(
        [RIVALS / "bin" / "pygeoapi", "openapi", "generate", folder / "pygeoapi.yml", "--output-file", folder / "openapi.yml"],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise SystemExit(made.stderr[-2000:])
    # Its own 30 s are less than a whole collection takes.
    own = ["-w", "2", "--timeout", "300", "-b", f"127.0.0.1:{PYGEOAPI}", "pygeoapi.flask_app:APP"]
    return serving.start(PYGEOAPI, [RIVALS / "bin" / "gunicorn", *own], **environment)


def main(rounds):
    """All comparisons by requests per second."""
    install()
    serving.service(OURS)
    serving.service(DJANGO, "benchmarks.textbook")
    tipg()
    pygeoapi()
    page = fetch(OURS, f"{ITEMS}?limit=1000")
    etag, features = page.headers["ETag"], json.load(page)["features"]
    theirs = json.load(fetch(TIPG, f"{TABLE}?limit=1000&f=geojson"))["features"]
    fetch(DJANGO, "/hello").read()
    fetch(PYGEOAPI, "/collections/cabanes/items?limit=1&f=json").read()
    around = [text(box) for box in boxes()]
    print("a box of about 100 cabins")
    box = rates(
        {
            "ours": (OURS, [f"{ITEMS}?limit=1000&bbox={each}" for each in around]),
            "TiPg": (TIPG, [f"{TABLE}?limit=1000&f=geojson&bbox={each}" for each in around]),
            "pygeoapi": (PYGEOAPI, [f"/collections/cabanes/items?limit=1000&f=json&bbox={each}" for each in around]),
            "textbook": (DJANGO, [f"/textbook?limit=1000&in_bbox={each}" for each in around], 6),
        },
        rounds,
    )
    print("one feature")
    one = rates(
        {
            "ours": (OURS, [f"{ITEMS}/{each['id']}" for each in features]),
            "TiPg": (TIPG, [f"{TABLE}/{each['id']}?f=geojson" for each in theirs]),
            "pygeoapi": (PYGEOAPI, [f"/collections/cabanes/items/{each['id']}?f=json" for each in theirs]),
        },
        rounds,
    )
    print("not modified")
    same = rates(
        {"ours, 304": (OURS, [f"{ITEMS}?limit=1000"], 1, 8, etag), "hello world": (DJANGO, ["/hello"])}, rounds
    )
    verdict("box, ours / TiPg", box["ours"] / box["TiPg"], 6)
    print(
        f"box, ours / pygeoapi: {box['ours'] / box['pygeoapi']:.1f} ×; one feature: {one['ours'] / one['pygeoapi']:.1f} ×"
    )
    verdict("box, ours / textbook", box["ours"] / box["textbook"], 25)
    verdict("one feature, ours / TiPg", one["ours"] / one["TiPg"], 5)
    verdict("304 / hello world", same["ours, 304"] / same["hello world"], 0.8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    try:
        main(parser.parse_args().rounds)
    finally:
        serving.stop()
