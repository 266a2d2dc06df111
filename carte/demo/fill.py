"""Shapes into the database: COPY into a staging table, then one set-based INSERT under the revision lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from psycopg import sql

from carte.demo import shapes
from geodata import registry
from geodata.changes import recording
from geodata.queries import indexes, keeping, letters, search, stored
from geodata.tiles import drawn

AUTHORITY = "DEMO"
SOURCE = "demo"
REASON = "réseau de démonstration"
# Room for a line of 400 steps inside the extent.
MARGIN = 0.1

INSERT_AUTHORITY = """
INSERT INTO parcs_autorite (code, slug, name_fr, kind, status, source, source_id)
VALUES ('DEMO', 'demo', 'Réseau de démonstration', 'association', 'published', 'demo', 'DEMO') ON CONFLICT (code) DO NOTHING
"""
INSERTS = {
    "parcs": """
        INSERT INTO parcs_parc (
          slug, name_fr, status, authority_id, source, source_id, geom, geom_quality, position_source, kind)
        SELECT 'demo-parc-' || n, 'Parc ' || n, 'published', 'DEMO', 'demo', 'parc-' || n,
               geom::geometry(MultiPolygon, 4326), 'surveyed', 'survey',
               (ARRAY['terril', 'foret', 'parc_urbain', 'espace_naturel'])[1 + n % 4]
        FROM demo_staging_parcs ORDER BY n""",
    "cabanes": """
        INSERT INTO cabanes_cabane (
          slug, name_fr, status, authority_id, source, source_id, geom, geom_quality, position_source,
          kind, no_photo_reason, description_fr)
        SELECT 'demo-cabane-' || n, (ARRAY['Cabane du ', 'Abri du ', 'Kiosque du '])[1 + n % 3]
               || (ARRAY['Héron', 'Saule', 'Terril', 'Canal', 'Hêtre', 'Marais', 'Vent'])[1 + n % 7] || ' ' || n,
               'published', 'DEMO', 'demo', 'cabane-' || n, geom::geometry(Point, 4326), 'surveyed', 'survey',
               (ARRAY['cabane_design', 'abri', 'kiosque'])[1 + n % 3], 'réseau de démonstration', 'Une cabane inventée.'
        FROM demo_staging_cabanes ORDER BY n""",
    "sentiers": """
        INSERT INTO sentiers_sentier (
          slug, name_fr, status, authority_id, source, source_id, geom, geom_quality, position_source,
          kind, practices, departure, arrival, instructions_fr, difficulty, elevations_m)
        SELECT 'demo-sentier-' || n, 'Sentier ' || n, 'published', 'DEMO', 'demo', 'sentier-' || n,
               geom::geometry(LineString, 4326), 'surveyed', 'survey',
               'one_way', ARRAY['pedestre'], 'Place ' || n, 'Rue ' || n, 'Suivre le balisage.', (ARRAY['facile', 'moyen', 'difficile'])[1 + n % 3],
               heights
        FROM demo_staging_sentiers ORDER BY n""",
}


def fill(*, parks: int, cabins: int, trails: int, seed: int) -> None:
    """Add a network of this size; the same seed gives the same network.

    Shapes of trails are made and copied, and texts of cabins stored, on a second connection while the
    database derives what lies near what. Inside a transaction (tests) all goes one after the other.
    """
    west, south, east, north = settings.GEODATA_EXTENT
    box = (west + MARGIN, south + MARGIN, east - MARGIN, north - MARGIN)
    random = {name: np.random.default_rng([seed, number]) for number, name in enumerate(INSERTS)}
    with connection.cursor() as cursor:
        cursor.execute(INSERT_AUTHORITY)
    beside = _in_turn if connection.in_atomic_block else _beside
    if beside is _beside:
        for collection in INSERTS:
            search.drop(registry.get(collection))
            letters.drop(registry.get(collection))
    staged = beside(_stage, "sentiers", shapes.lines(trails, box, random["sentiers"]))
    _stage("parcs", ((wkb, None) for wkb in shapes.parks(parks, box, random["parcs"])))
    _insert("parcs")
    _stage("cabanes", ((wkb, None) for wkb in shapes.points(cabins, box, random["cabanes"])))
    _insert("cabanes")
    staged()
    texts = beside(stored.store, registry.get("cabanes"))
    _insert("sentiers")
    texts()
    for collection in ("parcs", "sentiers"):
        stored.store(registry.get(collection))
        drawn.store(registry.get(collection))
    search.ensure()
    letters.ensure()
    indexes.ensure()


def _in_turn(work: Callable[..., Any], *given: Any) -> Callable[[], Any]:
    work(*given)
    return lambda: None


def _beside(work: Callable[..., Any], *given: Any) -> Callable[[], Any]:
    """Begin the work on a thread with its own connection; calling what comes back waits for it."""

    def run() -> None:
        try:
            work(*given)
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future.result


def _stage(collection: str, rows: Iterable[tuple[str, str | None]]) -> None:
    table = sql.Identifier(f"demo_staging_{collection}")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} (n bigint, geom geometry(Geometry, 4326), heights float8[])").format(
                table
            )
        )
        with cursor.cursor.copy(sql.SQL("COPY {} (n, geom, heights) FROM STDIN").format(table)) as copy:
            for number, (wkb, heights) in enumerate(rows, start=1):
                copy.write_row((number, f"SRID=4326;{wkb}", heights))


def _insert(collection: str) -> None:
    with recording(by=None, reason=REASON, source="system"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [stored.DEFER])
        cursor.execute(INSERTS[collection])
    # What comes next looks for what lies near it, by plans that need to know how much there is.
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"demo_staging_{collection}")))
    for table in (registry.get(collection).table, "geodata_revision"):
        keeping.analyse(table)
