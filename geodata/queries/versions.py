"""The public versions of a feature: what everybody could see of it, from when, and what changed (decision 0150).

Several changes in one transaction are one version: nobody saw what lay between them. What was not public has no
version and is part of no comparison.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata.problems import NotFound
from geodata.registry import GEOMETRY, Collection

# Properties that change with every version, or follow from others.
STAMPS = frozenset({"revision", "updated_at", "created_at", "status", "completeness"})
# Inputs: uuid, collection; output: the last public entry of each transaction. Index: geodata_revision_object.
TOLD = """
SELECT * FROM (
  SELECT id, at, public_op, reason, successor,
         row_number() OVER (PARTITION BY at ORDER BY id DESC) AS place, min(id) OVER (PARTITION BY at) AS first
  FROM geodata_revision WHERE uuid = %(uuid)s AND collection = %(collection)s AND public_op IS NOT NULL
) every WHERE place = 1
"""
PAGE = """
WITH page AS (SELECT * FROM ({told}) told WHERE id < %(before)s ORDER BY id DESC LIMIT %(limit)s)
SELECT p.id, p.at, p.public_op, p.reason, p.successor, CASE WHEN former.since IS NOT NULL THEN former.before END,
       CASE WHEN p.public_op = 'upsert' THEN coalesce(later.before, present.row) END
FROM page p JOIN geodata_revision former ON former.id = p.first
LEFT JOIN LATERAL (
  SELECT r.before FROM geodata_revision r WHERE r.uuid = %(uuid)s AND r.id > p.id ORDER BY r.id LIMIT 1
) later ON true
LEFT JOIN LATERAL (
  SELECT to_jsonb(t) || jsonb_build_object('geom', encode(ST_AsEWKB(t.geom), 'hex')) AS row FROM {rows} t
  WHERE t.uuid = %(uuid)s AND later.before IS NULL
) present ON true
ORDER BY p.id DESC
"""
AROUND = """
WITH told AS ({told}), versions AS (SELECT id, at FROM told WHERE public_op = 'upsert')
SELECT (SELECT at FROM versions WHERE id <= %(revision)s ORDER BY id DESC LIMIT 1),
       (SELECT at FROM versions WHERE id <= %(revision)s ORDER BY id DESC OFFSET 1 LIMIT 1),
       (SELECT at FROM versions WHERE id > %(revision)s ORDER BY id LIMIT 1),
       (SELECT public_op = 'upsert' FROM told ORDER BY id DESC LIMIT 1)
"""


@dataclass(frozen=True)
class Version:
    """A public change. `op`: publish, change, unpublish, delete or merge; the last three end what was public.

    `changed` are the published properties that differ from the version before, `geom` for the shape; `earlier` and
    `later` the two states by column, None where not public. `authority` is the code of who is responsible.
    """

    revision: int
    at: datetime
    op: str
    reason: str
    successor: UUID | None
    authority: str
    changed: tuple[str, ...]
    earlier: dict[str, Any] | None
    later: dict[str, Any] | None

    @property
    def is_state(self) -> bool:
        """Whether there is something to see from then on."""
        return self.later is not None


@dataclass(frozen=True)
class Around:
    """When the version of an instant began, and those before and after it; whether the feature is public now."""

    since: datetime | None
    predecessor: datetime | None
    successor: datetime | None
    is_public: bool


def page(collection: Collection, uuid: UUID, limit: int, before: int) -> tuple[list[Version], bool]:
    """The newest public versions up to a revision (excluded), and whether older ones follow.

    Raises NotFound for what was never public.
    """
    statement = sql.SQL(PAGE).format(told=sql.SQL(TOLD), rows=sql.Identifier(collection.table))
    given: dict[str, Any] = {"uuid": uuid, "collection": collection.id, "limit": limit + 1, "before": before}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = [_version(collection, *row) for row in cursor.fetchall()]
    if not found:
        raise NotFound(_("Aucune fiche à cette adresse."))
    return found[:limit], len(found) > limit


def around(collection: Collection, uuid: UUID, revision: int) -> Around:
    """What lies around the version of a feature that is seen right after a revision."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND.format(told=TOLD), {"uuid": uuid, "collection": collection.id, "revision": revision})
        since, predecessor, successor, is_public = cursor.fetchone()
    return Around(since, predecessor, successor, bool(is_public))


def differing(collection: Collection, earlier: dict[str, Any], later: dict[str, Any]) -> tuple[str, ...]:
    """The published properties that differ between two states, `geom` last."""
    columns = {name: str(field.column) for name, field in collection.fields.items() if name not in STAMPS}
    columns[GEOMETRY] = GEOMETRY
    return tuple(name for name, column in columns.items() if earlier.get(column) != later.get(column))


def _version(
    collection: Collection, revision: int, at: datetime, announced: str, reason: str, successor: UUID | None,
    earlier: Any, later: Any,
) -> Version:  # fmt: skip
    before, after = _read(earlier), _read(later)
    op = announced
    if after is not None:
        op = "publish" if before is None else "change"
    elif successor is not None:
        op = "merge"
    changed = differing(collection, before, after) if before and after else ()
    authority = str(((after or before) or {}).get("authority_id") or "")
    return Version(revision, at, op, reason, successor, authority, changed, before, after)


def _read(row: Any) -> dict[str, Any] | None:
    """A row of the history; Django's cursor gives jsonb as text."""
    if row is None or isinstance(row, dict):
        return row
    found: dict[str, Any] = json.loads(row)
    return found
