"""What everybody could see of a collection at one moment and no longer, or otherwise, at a later one.

Only what changed in between is read, from the index of the feed; features that came back to what they were are none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg import sql

from geodata.changes.notes import public_reason
from geodata.queries import counting, past
from geodata.queries.versions import differing
from geodata.registry import Collection

MOST = 30
KINDS = ("added", "changed", "unpublished", "deleted", "merged")
# Inputs: collection, first and last revision (the first excluded), zone of days. A feature that nothing but one import
# touched has the key of this import: its reason and its day. Index: geodata_revision_feed; then the primary key.
# The first and the last change of a feature carry in their last bit whether it was public before, and after: one pass.
TOUCHED = """
WITH said AS (
  SELECT id * 2 + (since IS NOT NULL)::int AS begun, id * 2 + (public_op = 'upsert')::int AS ended, uuid, reason,
         CASE WHEN source = 'import' THEN (at AT TIME ZONE %(zone)s)::date END AS day FROM geodata_revision
  WHERE collection = %(collection)s AND public_op IS NOT NULL AND id > %(first)s AND id <= %(last)s
), touched AS (
  SELECT uuid, min(begun) AS begun, max(ended) AS ended, min(reason) AS reason, min(day) AS day,
         count(day) = count(*) AND min(reason) = max(reason) AND min(day) = max(day) AS by_import
  FROM said GROUP BY uuid
), ends AS (
  SELECT uuid, begun / 2 AS first, ended / 2 AS last, begun %% 2 = 1 AS was, ended %% 2 = 1 AS is, reason, day,
         CASE WHEN by_import THEN left(md5(reason || day), 12) ELSE '' END AS key
  FROM touched WHERE begun %% 2 = 1 OR ended %% 2 = 1
)
"""
IMPORTS = """
SELECT key, reason, day,
       count(*) FILTER (WHERE NOT was), count(*) FILTER (WHERE was AND e.is), count(*) FILTER (WHERE NOT e.is)
FROM ends e WHERE key <> '' GROUP BY key, reason, day ORDER BY day DESC, key
"""
# Inputs: collection, first and last revision. Output: how many more features are public after the last than after the
# first: each change says whether one was there before it and after. Index: geodata_revision_feed.
CAME = """
SELECT count(*) FILTER (WHERE public_op = 'upsert') - count(since) FROM geodata_revision
WHERE collection = %(collection)s AND public_op IS NOT NULL AND id > %(first)s AND id <= %(last)s
"""
# Further inputs: key of an import or nothing, start, limit. Index: geodata_revision_object for what became of the last change.
LISTED = """
, page AS (SELECT * FROM ends WHERE key = %(key)s ORDER BY last DESC LIMIT %(limit)s OFFSET %(start)s)
SELECT e.uuid, e.is, a.public_op, a.successor, CASE WHEN e.was THEN b.before END,
       CASE WHEN e.is THEN coalesce(later.before, present.row) END
FROM page e JOIN geodata_revision b ON b.id = e.first JOIN geodata_revision a ON a.id = e.last
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
class Import:
    """What one import did to a collection: its key, what it was made for, its day, how many features it touched."""

    key: str
    reason: str
    on: date
    added: int
    changed: int
    removed: int

    @property
    def total(self) -> int:
        """All that it touched."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True)
class Differences:
    """Those of a collection, the latest first, a page of them; `is_cut`: there are more."""

    collection: Collection
    found: list[Difference]
    is_cut: bool


def between(collection: Collection, first: int, last: int, *, key: str = "", start: int = 0) -> Differences:
    """At most MOST differences between the states right after two revisions, after the first `start`.

    Those of the import with this `key`; without one, those that no import made alone.
    """
    statement = sql.SQL(TOUCHED + LISTED).format(rows=sql.Identifier(collection.table))
    given = _given(collection, first, last) | {"key": key, "start": start, "limit": MOST + 1}
    with past.bounded(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
    told = [_difference(collection, *row) for row in rows[:MOST]]
    return Differences(collection, [each for each in told if each is not None], len(rows) > MOST)


def imports(collection: Collection, first: int, last: int) -> list[Import]:
    """What imports did alone between two revisions, the latest day first; a reason is told without notes of the service."""
    with past.bounded(), connection.cursor() as cursor:
        cursor.execute(sql.SQL(TOUCHED + IMPORTS), _given(collection, first, last))
        return [Import(key, public_reason(reason), *rest) for key, reason, *rest in cursor.fetchall()]


def counts(collection: Collection, revisions: Sequence[int]) -> list[int]:
    """How many features were public right after each revision: those of the present without what came since."""
    present = counting.counted(collection)
    with past.bounded(), connection.cursor() as cursor:
        return [present.number - _came(cursor, collection, each, present.revision) for each in revisions]


def _given(collection: Collection, first: int, last: int) -> dict[str, Any]:
    zone = timezone.get_default_timezone_name()
    return {"collection": collection.id, "first": first, "last": last, "zone": zone}


def _came(cursor: Any, collection: Collection, first: int, last: int) -> int:
    cursor.execute(CAME, {"collection": collection.id, "first": first, "last": last})
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
