"""The 95th percentile of every public read at 200 000 cabins and 50 000 trails beside that at 300 and 100, in one run.

    DATABASE_URL=… SMALL_DATABASE_URL=… .venv/bin/python benchmarks/flat.py [--rounds 60] [--only items] [--changing]

On a machine that does other work the ratio of the medians tells more than that of the tails. The same path is asked of
both servers in turn; boxes are chosen so that both hold about as many features. What gives everything (downloads,
snapshots) is not here: see `whole.py`. With `--changing` a cabin, a trail and a park change before each read: it is that
of the first reader after a change.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import time

import psycopg
import serving
from serving import CHANGE, ITEMS, boxes, client, fetch, text

BIG, SMALL = 8773, 8774
GOAL = 1.5
WARM = 2
ROOT = "/api/collections/cabanes"


def known(url):
    """What paths of this network are made from: uuids and slugs of one park, cabin and trail."""
    with psycopg.connect(url.replace("postgis://", "postgresql://")) as session:
        found = {}
        for collection, table in (
            ("parcs", "parcs_parc"),
            ("cabanes", "cabanes_cabane"),
            ("sentiers", "sentiers_sentier"),
        ):
            found[collection] = session.execute(
                f"SELECT uuid, slug, id, ST_X(p), ST_Y(p) FROM (SELECT *, ST_PointOnSurface(geom) p FROM {table}"
                " WHERE status = 'published' ORDER BY id OFFSET 60 LIMIT 1) t"
            ).fetchone()
        return found


def paths(things, box):
    """Name → path of what everybody may read; `box` holds about 100 cabins."""
    cabin, slug, number, lon, lat = things["cabanes"]
    _park, park_slug, *_place = things["parcs"]
    trail, trail_slug, *_place = things["sentiers"]
    near = ",".join(f"{edge:.4f}" for edge in (lon - 0.005, lat - 0.003, lon + 0.005, lat + 0.003))
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "landing": "/api/", "collections": "/api/collections", "collection": ROOT, "queryables": f"{ROOT}/queryables",
        "schema": f"{ROOT}/schema", "openapi": "/api/openapi.json", "catalogue": "/api/catalogue",
        "items": f"{ITEMS}?limit=100", "items, box": f"{ITEMS}?limit=1000&bbox={text(box)}",
        "items, box of all": f"{ITEMS}?limit=100&bbox=2,50,3.5,51",
        "items, sorted": f"{ITEMS}?sortby=-name_fr&limit=100", "items, filter": f"{ITEMS}?limit=10&filter=capacity_people%3E10",
        "items, words": f"{ITEMS}?q=cabane&limit=10", "items, near": f"{ITEMS}?limit=20&filter=S_INTERSECTS(geom,BBOX({near}))",
        "items, page": f"{ITEMS}?f=html&limit=10", "item": f"{ITEMS}/{cabin}", "item, page": f"{ITEMS}/{cabin}?f=html",
        "trail": f"/api/collections/sentiers/items/{trail}", "trail, GPX": f"/api/collections/sentiers/items/{trail}?f=gpx",
        "versions": f"{ITEMS}/{cabin}/versions", "photos": f"{ITEMS}/{cabin}/photos",
        "past": f"{ITEMS}/{cabin}?as-of={now}", "changes": "/api/changes?limit=100", "snapshots": "/api/snapshot",
        "tile, z8": "/api/collections/cabanes/tiles/WebMercatorQuad/8/86/129",
        "tile, z14": f"/api/tiles/WebMercatorQuad/14/{_row(lat)}/{_column(lon)}",
        "home": "/", "parks": "/parcs/", "cabins": "/cabanes/", "trails": "/sentiers/", "agenda": "/agenda/",
        "park, page": f"/parcs/{park_slug}/", "cabin, page": f"/cabanes/{slug}/", "trail, page": f"/sentiers/{trail_slug}/",
        "cabins, words": "/cabanes/?q=cabane", "figures": "/chiffres-cles/", "partners": "/partenaires/",
        "health of feeds": "/partenaires/etat/", "history": "/historique/", "embed": "/integrer/cabanes/",
        "embed, script": "/integrer/cabanes.js?bbox=2,50,3.5,51", "embed, picture": "/integrer/cabanes.svg?bbox=2,50,3.5,51", "robots": "/robots.txt",
        "sitemap": "/sitemap.xml", "sitemap, part": f"/sitemap-cabanes-{(number - 1) // 500 + 1}.xml", "picture": "/carte/reseau.svg", "oEmbed": f"/oembed?url=http://127.0.0.1:{{port}}/cabanes/{slug}/",
    }  # fmt: skip


def _column(lon):
    """The column of a tile of zoom 14."""
    return int((lon + 180) / 360 * 2**14)


def _row(lat):
    """Its row."""
    return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**14)


def p95(times):
    """The 95th percentile in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


def timed(name, asked, read, rounds, change):
    """Seconds of each round at both sizes, by port, each after `change`; what is refused is said and has none."""
    times = {port: [] for port in asked}
    for turn in range(rounds + 3):
        for port, found in times.items():
            change(port, turn)
            begun = time.perf_counter()
            try:
                read[port](asked[port][name].format(port=port))
            except (SystemExit, OSError) as problem:
                print(f"{name:18} {problem}"[:120])
                read[port] = client(port)
                return None
            if turn > WARM:
                found.append(time.perf_counter() - begun)
    return times


def main(rounds, only, *, changing):
    """Each path in turn at both sizes."""
    # Pages name their files by what these hold.
    subprocess.run([sys.executable, serving.ROOT / "manage.py", "collectstatic", "--noinput", "-v0"], check=True)
    urls = {BIG: os.environ["DATABASE_URL"], SMALL: os.environ["SMALL_DATABASE_URL"]}
    for port, url in urls.items():
        serving.service(port, workers=1, DATABASE_URL=url)
    asked, read, steep = {}, {}, []
    writers = {
        port: psycopg.connect(url.replace("postgis://", "postgresql://"), autocommit=True) for port, url in urls.items()
    }

    def change(port, turn):
        if changing:
            for table in ("parcs_parc", "cabanes_cabane", "sentiers_sentier"):
                writers[port].execute(CHANGE.format(table), [f"Changé {turn} {time.time_ns()}"])

    for port, url in urls.items():
        fetch(port, "/api/conformance").read()
        box = next(iter(boxes(1))) if port == BIG else (2.3, 50.25, 3.02, 50.58)
        asked[port], read[port] = paths(known(url), box), client(port)
    for name in (each for each in asked[BIG] if only in each):
        if times := timed(name, asked, read, rounds, change):
            big, small = p95(times[BIG]), p95(times[SMALL])
            usual = statistics.median(times[BIG]) / statistics.median(times[SMALL])
            print(
                f"{name:18} p95 {small:8.1f} ms → {big:8.1f} ms  {big / small:6.2f} ×  median {usual:6.2f} ×",
                flush=True,
            )
            steep += [name] if big / small > GOAL else []
    print(f"steeper than {GOAL} ×: {', '.join(steep) or 'none'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="")
    parser.add_argument("--changing", action="store_true")
    try:
        given = parser.parse_args()
        main(given.rounds, given.only, changing=given.changing)
    finally:
        serving.stop()
