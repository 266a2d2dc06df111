"""A file of ground into the database: read in a limited child process, cut to the extent, swapped in at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from geodata.basemap.models import Ground, GroundSource
from geodata.basemap.rules import ATTRIBUTION, IGN, OSM
from geodata.vectorfile import Wanted, read_ground

INSERT = """
INSERT INTO geodata_ground (kind, rank, name, geom)
SELECT kind, rank, name, part.geom
FROM ground_staging s
CROSS JOIN LATERAL ST_Dump(ST_Intersection(ST_MakeValid(s.geom), ST_MakeEnvelope(%s, %s, %s, %s, 4326))) part
WHERE NOT ST_IsEmpty(part.geom)
"""


def load(path: Path, tell: Callable[[str], None]) -> int:
    """Replace the ground by what this file holds inside the extent; gives the number of pieces.

    Nothing changes when the file cannot be read. Raises vectorfile.Unreadable.
    """
    rules = OSM if path.suffix == ".pbf" else IGN
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ground_staging")
        cursor.execute(
            "CREATE TEMP TABLE ground_staging (kind text, rank int, name text, geom geometry) ON COMMIT DROP"
        )
        wanted = [Wanted(rule.layer, rule.where, rule.name) for rule in rules]
        counts = [0] * len(rules)
        with cursor.cursor.copy("COPY ground_staging (kind, rank, name, geom) FROM STDIN") as copy:
            for number, wkb, name in read_ground(path, wanted, settings.GEODATA_EXTENT):
                copy.write_row((rules[number].kind, rules[number].rank, name[:200], f"SRID=4326;{wkb}"))
                counts[number] += 1
        for rule, count in zip(rules, counts, strict=True):
            tell(f"{rule.layer} → {rule.kind}: {count}")
        cursor.execute("DELETE FROM geodata_ground")
        cursor.execute(INSERT, settings.GEODATA_EXTENT)
        GroundSource.objects.all().delete()
        total = Ground.objects.count()
        GroundSource.objects.create(file=path.name, attribution=ATTRIBUTION[path.suffix], features=total)
    return total
