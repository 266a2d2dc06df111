"""Pages, boxes, trails, search and tiles beside the bare statements, and at two sizes, in one run.

    DATABASE_URL=… SMALL_DATABASE_URL=… .venv/bin/python benchmarks/paths.py [--rounds 60] [--only boxes search …]

The first database holds `make_demo --parks 300 --cabins 200000 --trails 50000`, the second `make_demo --parks 300
--cabins 300 --trails 100`. A bare loop is psycopg with the same SQL on an open connection, prepared, its texts joined.
"""

import argparse
import itertools
import os
import statistics
import sys
import time

import serving
from serving import CHANGE, ITEMS, boxes, client, fetch, milliseconds, rates, text, verdict

sys.path.insert(0, str(serving.ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
import django

django.setup()

import psycopg  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from psycopg import sql  # noqa: E402

from geodata import registry  # noqa: E402
from geodata.params.bbox import Bbox  # noqa: E402
from geodata.params.items import ItemsQuery  # noqa: E402
from geodata.queries import items, ordering, select, stored  # noqa: E402
from geodata.tiles import placed  # noqa: E402
from geodata.units import across, down  # noqa: E402

BIG, SMALL, DJANGO, TIPG = 8773, 8774, 8775, 8776
NOBODY = AnonymousUser()


def bare(session, collection_id, boxes, limit, *, is_small=True):
    """A function of the round's number that runs the statement of its box, made beforehand, and joins the texts."""
    collection = registry.get(collection_id)
    body, join = stored.kept(collection)
    ready = []
    for box in boxes:
        query = ItemsQuery(limit=limit, bbox=Bbox((box,)))
        found = items.conditions(collection, NOBODY, query)
        columns = sql.SQL("t.id, {}").format(body)
        statement, values = ordering.statement(collection, found, columns, ordering.START, limit + 1, join, narrow=True)
        ready.append((statement.as_string(), values))

    def run(turn):
        # Each box by the plan for itself: that of small ones would read half the territory through the index.
        rows = session.execute(*ready[turn], prepare=is_small).fetchall()
        return ",".join(text for _id, text in rows)

    return run


def with_a_hundred(url, count, width, height):
    """So many of these boxes that hold 90 to 110 cabins of this database."""
    inside = "SELECT count(*) FROM cabanes_cabane WHERE status = 'published' AND geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
    with psycopg.connect(url) as session:
        tried = boxes(100 * count, width, height)
        found = (box for box in tried if 90 <= session.execute(inside, box).fetchone()[0] <= 110)
        return list(itertools.islice(found, count))


def raw_tile(session, collection_id, box_zoom):
    """A function that makes a tile as any server does: ST_AsMVT over the visible rows with the same properties."""
    collection = registry.get(collection_id)
    source, params = select.visible(collection, NOBODY)
    names = sql.SQL(", ").join(select.column(collection, name) for name in placed.light(collection))
    statement = sql.SQL(
        "SELECT ST_AsMVT(layer, {}, 4096, 'geom') FROM (SELECT t.uuid::text AS id, {},"
        " ST_AsMVTGeom(ST_Transform(t.geom, 3857), ST_TileEnvelope(%s, %s, %s), 4096, 64, true) AS geom FROM ({}) t"
        " WHERE t.geom && ST_Transform(ST_TileEnvelope(%s, %s, %s, margin => 0.015625), 4326)) layer"
    ).format(sql.Literal(collection_id), names, source)  # fmt: skip
    composed = statement.as_string()

    def run(col, row):
        return session.execute(composed, [box_zoom, col, row, *params, box_zoom, col, row]).fetchone()[0]

    return run


def tiles(session, collection_id, zoom, count):
    """Tiles that hold something, as a map comes upon them: those around features picked evenly, each once."""
    table = registry.get(collection_id).table
    rows = session.execute(
        f"SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) p FROM {table} ORDER BY hashint8(id) LIMIT %s) t",
        [count * 20],
    )
    found = {}
    for lon, lat in rows:
        found[int(across(lon) * 2**zoom), int(down(lat) * 2**zoom)] = None
    return list(found)[:count]


def pages(read, theirs, session, rounds):
    """Page 1 900 beside page 1, by keyset; TiPg's by offset."""
    (after,) = session.execute("SELECT id FROM cabanes_cabane ORDER BY id OFFSET 189999 LIMIT 1").fetchone()
    from geodata.params.paging import make_cursor

    far = f"{ITEMS}?limit=100&cursor={make_cursor('cabanes', after)}"
    found = milliseconds({"page 1": lambda _n: read(f"{ITEMS}?limit=100"), "page 1 900": lambda _n: read(far)}, rounds)
    verdict("page 1 900 / page 1", found["page 1 900"] / found["page 1"], 1.2, at_most=True)
    table = "/collections/public.cabanes_cabane/items?limit=100&f=geojson"
    reads = {"TiPg, page 1": lambda _n: theirs(table), "TiPg, page 1 900": lambda _n: theirs(f"{table}&offset=189900")}
    found = milliseconds(reads, max(5, rounds // 6), 2)
    print(f"TiPg, page 1 900 / page 1: {found['TiPg, page 1 900'] / found['TiPg, page 1']:.2f} ×")


def boxes_of_cabins(read, small, session, rounds):
    """A box of about 100 cabins beside the bare loop, and beside one of about 100 among 300."""
    near = with_a_hundred(serving.plain_url(), rounds + 10, 0.022, 0.015)
    wide = with_a_hundred(
        os.environ["SMALL_DATABASE_URL"].replace("postgis://", "postgresql://"), rounds + 10, 0.8, 0.4
    )
    loop = bare(session, "cabanes", near, 1000)
    # Planned once for all boxes, as ours is: left to itself PostgreSQL plans each anew, which takes as long as reading it.
    session.execute("SET plan_cache_mode = force_generic_plan")
    found = milliseconds(
        {
            "bare loop": loop,
            "200 000 cabins": lambda n: read(f"{ITEMS}?limit=1000&bbox={text(near[n])}"),
            "300 cabins": lambda n: small(f"{ITEMS}?limit=1000&bbox={text(wide[n])}"),
        },
        rounds,
    )
    session.execute("RESET plan_cache_mode")
    verdict("box of 100 cabins / bare loop", found["200 000 cabins"] / found["bare loop"], 1.6, at_most=True)
    verdict("box at 200 000 / at 300", found["200 000 cabins"] / found["300 cabins"], 1.3, at_most=True)


def box_of_trails(read, session, rounds):
    """A box of 1 000 trails beside the bare loop."""
    box = (2.2, 50.2, 3.2, 50.7)
    loop = bare(session, "sentiers", [box] * (rounds + 5), 1000, is_small=False)
    path = f"/api/collections/sentiers/items?limit=1000&bbox={text(box)}"
    found = milliseconds({"bare loop": loop, "ours": lambda _n: read(path)}, rounds, 5)
    verdict("1 000 trails / bare loop", found["ours"] / found["bare loop"], 1.1, at_most=True)


def search(read, theirs, rounds):
    """A frequent and a rare word; TiPg looks for it as its manual says."""
    table = "/collections/public.cabanes_cabane/items?limit=10&f=geojson&filter-lang=cql2-text&filter="
    for kind, word, like in (("frequent", "heron", "Héron"), ("rare", "heron 77777", "77777")):
        looked = table + f"name_fr%20LIKE%20%27%25{like.replace('é', '%C3%A9')}%25%27"
        asked = f"{ITEMS}?limit=10&q={word.replace(' ', '%20')}"
        found = milliseconds({f"ours, {kind}": lambda _n: read(asked), "TiPg": lambda _n: theirs(looked)}, rounds, 5)  # noqa: B023
        verdict(f"search, {kind}: TiPg / ours", found["TiPg"] / found[f"ours, {kind}"], 8)


def cold_tiles(read, session, rounds):
    """Tiles that nobody asked for before beside raw ST_AsMVT; low zooms by size and time."""
    for name, zoom in itertools.product(("cabanes", "sentiers"), (12, 13, 14)):
        raw, ways = raw_tile(session, name, zoom), tiles(session, name, zoom, rounds + 5)
        path = f"/api/collections/{name}/tiles/WebMercatorQuad/{zoom}"
        both = {
            "raw ST_AsMVT": lambda n: raw(*ways[n]),  # noqa: B023
            f"{name} z{zoom}": lambda n: read(f"{path}/{ways[n][1]}/{ways[n][0]}"),  # noqa: B023
        }
        found = milliseconds(both, len(ways) - 5, 5)
        verdict(f"{name} z{zoom} / raw", found[f"{name} z{zoom}"] / found["raw ST_AsMVT"], 1.15, at_most=True)
    for name in ("cabanes", "sentiers"):
        far_tile(read, session, name)


def far_tile(read, session, name):
    """A tile of zoom 8 right after a change, and again."""
    path = f"/api/collections/{name}/tiles/WebMercatorQuad/8/86/129"
    changed, again = [], []
    for turn in range(12):
        session.execute(CHANGE.format(registry.get(name).table), [f"Changé {turn} {time.time_ns()}"])
        for times in (changed, again):
            begun = time.perf_counter()
            body = read(path)
            times.append((time.perf_counter() - begun) * 1000)
    after, kept = statistics.median(changed), statistics.median(again)
    print(
        f"  {name} z8: {len(body) / 1000:.1f} kB (goal ≤ 50), {after:.1f} ms after a change (goal ≤ 15), {kept:.1f} ms again"
    )


def cached_tile(rounds):
    """A tile asked for again beside a static file of its size, both from the same server."""
    path = "/api/collections/cabanes/tiles/WebMercatorQuad/14/5539/8327"
    body = fetch(BIG, path).read()
    (serving.ROOT / "var" / "static").mkdir(exist_ok=True)
    (serving.ROOT / "var" / "static" / "benchmark.mvt").write_bytes(body)
    serving.service(DJANGO)
    fetch(DJANGO, "/static/benchmark.mvt").read()
    found = rates(
        {"cached tile": (DJANGO, [path]), "static file": (DJANGO, ["/static/benchmark.mvt"])}, max(3, rounds // 10)
    )
    verdict(
        f"cached tile of {len(body) / 1000:.0f} kB / static file (WhiteNoise)",
        found["cached tile"] / found["static file"],
        0.7,
    )


# Each part with connections of its own: TiPg ends those that are idle for five seconds.
PARTS = {
    "pages": lambda session, rounds: pages(client(BIG), client(TIPG), session, rounds),
    "boxes": lambda session, rounds: boxes_of_cabins(client(BIG), client(SMALL), session, rounds),
    "trails": lambda session, rounds: box_of_trails(client(BIG), session, max(10, rounds // 4)),
    "search": lambda _session, rounds: search(client(BIG), client(TIPG), max(10, rounds // 2)),
    "tiles": lambda session, rounds: cold_tiles(client(BIG), session, rounds),
    "cached": lambda _session, rounds: cached_tile(rounds),
}


def main(rounds, only):
    """These parts in turn."""
    import rivals

    rivals.TIPG = TIPG
    rivals.install()
    serving.service(BIG)
    serving.service(SMALL, DATABASE_URL=os.environ["SMALL_DATABASE_URL"])
    rivals.tipg()
    fetch(BIG, "/api/conformance").read()
    fetch(SMALL, "/api/conformance").read()
    fetch(TIPG, "/conformance").read()
    with psycopg.connect(
        serving.plain_url(),
        autocommit=True,
        options="-c jit=off -c max_parallel_workers_per_gather=0",
        prepare_threshold=3,
    ) as session:
        for name in only:
            PARTS[name](session, rounds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--only", nargs="*", default=list(PARTS), choices=PARTS)
    try:
        given = parser.parse_args()
        main(given.rounds, given.only)
    finally:
        serving.stop()
