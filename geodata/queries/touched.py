"""Where changes happened: the box of what was there and what is there now, only as far as everybody could see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from psycopg import sql

from geodata import registry
from geodata.queries import past, select
from geodata.queries.changes import Entry
from geodata.queries.raw import prepared
from geodata.registry import Collection

Box = tuple[float, float, float, float]
EVERYWHERE: Box = (-180.0, -90.0, 180.0, 90.0)
# Inputs: revisions; box in degrees (null: everywhere) and authority (null: any). Indexes: the history by its
# primary key and geodata_revision_object; the uuid of the rows. b is the row before, p and f the row after.
TOUCHED = """
SELECT r.id, CASE WHEN e.box IS NULL THEN NULL ELSE
  ARRAY[ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)]::float8[] END,
  coalesce((b.uuid IS NOT NULL AND {b_meets}) OR (p.uuid IS NOT NULL AND {p_meets})
    OR (f.uuid IS NOT NULL AND {f_meets}), false)
FROM geodata_revision r
LEFT JOIN LATERAL (
  SELECT t.* FROM jsonb_populate_record(NULL::{rows}, r.before) t WHERE r.before IS NOT NULL AND {public}
) b ON true
LEFT JOIN LATERAL (SELECT t.* FROM ({visible}) t WHERE t.uuid = r.uuid AND t.revision = r.id) p ON true
LEFT JOIN LATERAL (
  SELECT t.* FROM (
    SELECT before FROM geodata_revision WHERE uuid = r.uuid AND id > r.id ORDER BY id LIMIT 1
  ) n CROSS JOIN LATERAL jsonb_populate_record(NULL::{rows}, n.before) t
  WHERE p.uuid IS NULL AND n.before IS NOT NULL AND t.revision = r.id AND {public}
) f ON true
CROSS JOIN LATERAL (SELECT ST_Extent(s.geom) AS box FROM (VALUES (b.geom), (p.geom), (f.geom)) s(geom)) e
WHERE r.id = ANY(%(revisions)s)
"""
MEETS = """(%(west)s::float8 IS NULL OR ST_Intersects({row}.geom,
  ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8, %(north)s::float8, 4326)))
  AND (%(authority)s::text IS NULL OR {row}.authority_id = %(authority)s::text)"""


@dataclass(frozen=True)
class Touch:
    """What an entry touched: its box in degrees (None without a shape), and whether it met what was asked for."""

    box: Box | None
    meets: bool


def touched(entries: Sequence[Entry], box: Box | None = None, authority: str | None = None) -> dict[int, Touch]:
    """By revision; an entry meets a box or an authority when the feature was or is in it: what leaves is told too."""
    by_collection: dict[str, list[int]] = {}
    for entry in entries:
        by_collection.setdefault(entry.collection, []).append(entry.revision)
    west, south, east, north = box or (None, None, None, None)
    asked = {"west": west, "south": south, "east": east, "north": north, "authority": authority}
    found: dict[int, Touch] = {}
    for collection_id, revisions in by_collection.items():
        statement, params = _statement(registry.get(collection_id))
        with prepared() as cursor:
            cursor.execute(statement, params | asked | {"revisions": revisions})
            found |= {row[0]: Touch(tuple(row[1]) if row[1] else None, row[2]) for row in cursor.fetchall()}
    return found


@cache
def _statement(collection: Collection) -> tuple[sql.SQL, dict[str, Any]]:
    visible, params = select.named(*select.visible(collection, AnonymousUser()))
    meets = {f"{row}_meets": sql.SQL(MEETS).format(row=sql.Identifier(row)) for row in "bpf"}
    composed = sql.SQL(TOUCHED).format(
        visible=visible, rows=sql.Identifier(collection.table), public=past.PUBLIC, **meets
    )
    return select.flat(composed), params
