"""The 95th percentile of every public read at 200 000 cabins and 50 000 trails beside that at 300 and 100, in one run.

    DATABASE_URL=… SMALL_DATABASE_URL=… .venv/bin/python benchmarks/flat.py [--rounds 60] [--only items]

The same path is asked of both servers in turn; boxes are chosen so that both hold about as many features. What gives
everything (downloads, snapshots) is not here: see `whole.py`.
"""

import argparse
import os
import statistics
import time

import psycopg
import serving
from serving import ITEMS, boxes, client, fetch, text

BIG, SMALL = 8773, 8774
GOAL = 1.5
WARM = 2
ROOT = "/api/collections/cabanes"
FEED = "SELECT id FROM geodata_revision WHERE public_op IS NOT NULL ORDER BY id DESC OFFSET 50 LIMIT 1"


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
                f"SELECT uuid, slug, ST_X(p), ST_Y(p) FROM (SELECT *, ST_PointOnSurface(geom) p FROM {table}"
                " WHERE status = 'published' ORDER BY id OFFSET 60 LIMIT 1) t"
            ).fetchone()
        return found


def paths(things, box):
    """Name → path of what everybody may read; `box` holds about 100 cabins."""
    cabin, slug, lon, lat = things["cabanes"]
    _park, park_slug, *_place = things["parcs"]
    trail, trail_slug, *_place = things["sentiers"]
    near = ",".join(f"{edge:.4f}" for edge in (lon - 0.005, lat - 0.003, lon + 0.005, lat + 0.003))
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "landing": "/api/", "collections": "/api/collections", "collection": ROOT, "queryables": f"{ROOT}/queryables",
        "schema": f"{ROOT}/schema", "openapi": "/api/openapi.json", "catalogue": "/api/catalogue",
        "items": f"{ITEMS}?limit=100", "items, box": f"{ITEMS}?limit=1000&bbox={text(box)}",
        "items, sorted": f"{ITEMS}?sortby=-name_fr&limit=100", "items, filter": f"{ITEMS}?limit=10&filter=capacity_people%3E10",
        "items, words": f"{ITEMS}?q=cabane&limit=10", "items, near": f"{ITEMS}?limit=20&filter=S_INTERSECTS(geom,BBOX({near}))",
        "items, page": f"{ITEMS}?f=html&limit=10", "item": f"{ITEMS}/{cabin}", "item, page": f"{ITEMS}/{cabin}?f=html",
        "trail": f"/api/collections/sentiers/items/{trail}", "trail, GPX": f"/api/collections/sentiers/items/{trail}?f=gpx",
        "versions": f"{ITEMS}/{cabin}/versions", "photos": f"{ITEMS}/{cabin}/photos",
        "past": f"{ITEMS}/{cabin}?as-of={now}", "changes": "/api/changes?limit=100", "snapshots": "/api/snapshot",
        "home": "/", "parks": "/parcs/", "cabins": "/cabanes/", "trails": "/sentiers/", "agenda": "/agenda/",
        "park, page": f"/parcs/{park_slug}/", "cabin, page": f"/cabanes/{slug}/", "trail, page": f"/sentiers/{trail_slug}/",
        "cabins, words": "/cabanes/?q=cabane", "figures": "/chiffres-cles/", "partners": "/partenaires/",
        "health of feeds": "/partenaires/etat/", "history": "/historique/", "embed": "/integrer/cabanes/", "robots": "/robots.txt",
        "sitemap": "/sitemap.xml", "picture": "/carte/reseau.svg", "oEmbed": f"/oembed?url=http://127.0.0.1:{{port}}/cabanes/{slug}/",
    }  # fmt: skip


def p95(times):
    """The 95th percentile in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


def timed(name, asked, read, rounds):
    """Seconds of each round at both sizes, by port; what is refused is said and has none."""
    times = {port: [] for port in asked}
    for turn in range(rounds + 3):
        for port, found in times.items():
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


def main(rounds, only):
    """Each path in turn at both sizes."""
    urls = {BIG: os.environ["DATABASE_URL"], SMALL: os.environ["SMALL_DATABASE_URL"]}
    for port, url in urls.items():
        serving.service(port, workers=1, DATABASE_URL=url)
    asked, read, steep = {}, {}, []
    for port, url in urls.items():
        fetch(port, "/api/conformance").read()
        box = next(iter(boxes(1))) if port == BIG else (2.3, 50.25, 3.02, 50.58)
        asked[port], read[port] = paths(known(url), box), client(port)
    for name in (each for each in asked[BIG] if only in each):
        if times := timed(name, asked, read, rounds):
            big, small = p95(times[BIG]), p95(times[SMALL])
            print(f"{name:18} p95 {small:8.1f} ms → {big:8.1f} ms  {big / small:6.2f} ×", flush=True)
            steep += [name] if big / small > GOAL else []
    print(f"steeper than {GOAL} ×: {', '.join(steep) or 'none'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", default="")
    try:
        given = parser.parse_args()
        main(given.rounds, given.only)
    finally:
        serving.stop()
