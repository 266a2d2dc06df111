"""What everybody could see of a collection at one moment and no longer, or otherwise, at a later one.

Only what changed in between is read, from the index of the feed; features that came back to what they were are none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from geodata.queries import past
from geodata.queries.versions import differing
from geodata.registry import Collection

MOST = 200
KINDS = ("added", "changed", "unpublished", "deleted", "merged")
# Inputs: collection, first and last revision (the first excluded), limit. Index: geodata_revision_feed; then the
# primary key, and geodata_revision_object for what became of the last change.
TOUCHED = """
WITH touched AS (
  SELECT uuid, min(id) AS first, max(id) AS last FROM geodata_revision
  WHERE collection = %(collection)s AND public_op IS NOT NULL AND id > %(first)s AND id <= %(last)s GROUP BY uuid
), ends AS (
  SELECT t.uuid, t.last, b.since IS NOT NULL AS was, a.public_op = 'upsert' AS is, a.public_op, a.successor, t.first
  FROM touched t JOIN geodata_revision b ON b.id = t.first JOIN geodata_revision a ON a.id = t.last
  WHERE b.since IS NOT NULL OR a.public_op = 'upsert' ORDER BY t.last DESC LIMIT %(limit)s
)
SELECT e.uuid, e.is, e.public_op, e.successor, CASE WHEN e.was THEN b.before END,
       CASE WHEN e.is THEN coalesce(later.before, present.row) END
FROM ends e JOIN geodata_revision b ON b.id = e.first
LEFT JOIN LATERAL (
  SELECT r.before FROM geodata_revision r WHERE r.uuid = e.uuid AND r.id > e.last ORDER BY r.id LIMIT 1
) later ON true
LEFT JOIN LATERAL (
  SELECT to_jsonb(t) || jsonb_build_object('geom', encode(ST_AsEWKB(t.geom), 'hex')) AS row FROM {rows} t
  WHERE t.uuid = e.uuid AND later.before IS NULL
) present ON true
ORDER BY e.last DESC
"""


@dataclass(frozen=True)
class Difference:
    """A feature that differs: `kind` is one of KINDS; the two states by column, None where not public."""

    kind: str
    uuid: UUID
    changed: tuple[str, ...]
    earlier: dict[str, Any] | None
    later: dict[str, Any] | None
    successor: UUID | None

    @property
    def shown(self) -> dict[str, Any]:
        """The state that says what it is called: the later one where there is one."""
        return self.later or self.earlier or {}


@dataclass(frozen=True)
class Differences:
    """Those of a collection, the latest first, at most MOST (`is_cut`: there are more); features then and later."""

    collection: Collection
    found: list[Difference]
    is_cut: bool
    count_first: int
    count_last: int


def between(collection: Collection, first: int, last: int) -> Differences:
    """The differences between the states right after two revisions."""
    statement = sql.SQL(TOUCHED).format(rows=sql.Identifier(collection.table))
    given: dict[str, Any] = {"collection": collection.id, "first": first, "last": last, "limit": MOST + 1}
    with past.bounded(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
        counts = [_count(cursor, collection, revision) for revision in (first, last)]
    told = [_difference(collection, *row) for row in rows[:MOST]]
    return Differences(collection, [each for each in told if each is not None], len(rows) > MOST, counts[0], counts[1])


def _count(cursor: Any, collection: Collection, revision: int) -> int:
    source, params = past.rows(collection, revision)
    cursor.execute(sql.SQL("SELECT count(*) FROM ({}) t").format(source), params)
    return int(cursor.fetchone()[0])


def _difference(
    collection: Collection, uuid: UUID, is_public: bool, op: str, successor: UUID | None, before: Any, after: Any
) -> Difference | None:
    earlier, later = (json.loads(row) if isinstance(row, str) else row for row in (before, after))
    if earlier and later:
        changed = differing(collection, earlier, later)
        return Difference("changed", uuid, changed, earlier, later, None) if changed else None
    kind = "added" if is_public else "merged" if successor else {"delete": "deleted"}.get(op, "unpublished")
    return Difference(kind, uuid, (), earlier, later, successor)
