"""The public change feed: what happened to published features, in the order of their commits.

A page of entries is one indexed read; features come in one statement for each collection of a batch.
A feature is given as it was right after its revision: from its row, or from what the next revision
found. That never changes any more, so the statements need no common snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone
from psycopg import sql

from geodata import registry
from geodata.params.changes import BEGINNING, Anchor, ChangesQuery
from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84
from geodata.queries import past, select, stored
from geodata.queries.raw import direct, prepared
from geodata.registry import Collection

BATCH = 500
# Index: geodata_revision_public, or geodata_revision_feed for one collection; the anchor by the primary key.
ENTRIES = """
SELECT r.id, r.at, r.collection, r.uuid, r.public_op, r.reason, r.successor
FROM geodata_revision r WHERE r.public_op IS NOT NULL AND r.id > %(after)s{narrowed} ORDER BY r.id LIMIT %(limit)s
"""
ANCHORED = """
SELECT a.at AS anchored, e.* FROM (SELECT (SELECT at FROM geodata_revision WHERE id = %(after)s) AS at) a
LEFT JOIN ({entries}) e ON true ORDER BY e.id
"""
# Index: geodata_revision_instant.
OLDEST = "SELECT coalesce(min(id), 0) FROM geodata_revision WHERE at >= %(horizon)s"
LATEST = "SELECT id, at FROM geodata_revision WHERE public_op IS NOT NULL ORDER BY id DESC LIMIT 1"
# Index: geodata_revision_instant.
A_MOMENT_AGO = (
    "SELECT id, at FROM geodata_revision WHERE at < now() - interval '5 seconds' ORDER BY at DESC, id DESC LIMIT 1"
)
# Inputs: uuids and revisions, pairwise. Indexes: the uuid of the rows; geodata_revision_object.
FEATURES = """
SELECT w.revision, coalesce(present.body, former.body)
FROM unnest(%(uuids)s::uuid[], %(revisions)s::bigint[]) w(uuid, revision)
LEFT JOIN LATERAL (
  SELECT {present} AS body FROM ({visible}) t{join} WHERE t.uuid = w.uuid AND t.revision = w.revision
) present ON true
LEFT JOIN LATERAL (
  SELECT {former} AS body FROM (
    SELECT before FROM geodata_revision WHERE uuid = w.uuid AND id > w.revision ORDER BY id LIMIT 1
  ) n CROSS JOIN LATERAL jsonb_populate_record(NULL::{rows}, n.before) t
  WHERE present.body IS NULL AND t.revision = w.revision AND {public}
) former ON true
"""


class Expired(Exception):
    """The changes after this cursor are no longer all there, or the service was set back: begin with a copy."""


@dataclass(frozen=True)
class Entry:
    """One change: `op` is upsert, unpublish, delete or merge; `successor` is what a merged feature became."""

    revision: int
    at: datetime
    collection: str
    uuid: UUID
    op: str
    reason: str
    successor: UUID | None


@dataclass
class ChangesPage:
    """Entries after `query.since`; `last` is the anchor of the cursor that continues."""

    query: ChangesQuery
    entries: list[Entry]
    last: Anchor
    more: bool
    _none: dict[int, bytes] = field(default_factory=dict)

    def texts(self) -> Iterator[tuple[Entry, bytes | None]]:
        """Entry after entry with the GeoJSON of its feature (None for what left, or when not asked for)."""
        for start in range(0, len(self.entries), BATCH):
            batch = self.entries[start : start + BATCH]
            found = self._none if self.query.skip_feature else _features(batch, self.query)
            for entry in batch:
                yield entry, found.get(entry.revision)


def page(query: ChangesQuery) -> ChangesPage:
    """The changes that the query asks for. Raises Expired."""
    # Read before the entries: what is committed in between is then given twice rather than never.
    newest = latest() if query.since is None else None
    since = query.since or _oldest()
    rows = _entries(query, since)
    horizon = timezone.now() - timedelta(days=settings.GEODATA_FEED_DAYS)
    anchored = rows[0][0]
    entries = [_entry(row[1:]) for row in rows if row[1] is not None]
    if query.since is not None and since.revision and anchored != since.at:
        raise Expired
    if query.since is not None and entries and entries[0].at < horizon:
        raise Expired
    more = len(entries) > query.limit
    kept = entries[: query.limit]
    last = Anchor(kept[-1].revision, kept[-1].at) if kept else newest or since
    return ChangesPage(query, kept, last, more)


def names(entries: Sequence[Entry]) -> dict[UUID | None, str]:
    """What the features of these entries, and those that took over, are called, of those that everybody sees now."""
    wanted: dict[str, set[UUID]] = {}
    for each in entries:
        wanted.setdefault(each.collection, set()).update({each.uuid, each.successor or each.uuid})
    found: dict[UUID | None, str] = {}
    for collection_id, uuids in wanted.items():
        collection = registry.get(collection_id)
        rows = collection.visible_to(AnonymousUser()).filter(uuid__in=uuids)
        found.update(rows.values_list("uuid", collection.label))
    return found


def latest() -> Anchor:
    """The anchor of the last public change: what a reader has who has everything."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST)
        row = cursor.fetchone()
    return Anchor(*row) if row else BEGINNING


def a_moment_ago() -> Anchor:
    """An anchor before everything that a page made now may have missed; what it has already is told twice."""
    with connection.cursor() as cursor:
        cursor.execute(A_MOMENT_AGO)
        row = cursor.fetchone()
    return Anchor(*row) if row else BEGINNING


def _oldest() -> Anchor:
    """The anchor before the oldest change that is kept."""
    horizon = timezone.now() - timedelta(days=settings.GEODATA_FEED_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, {"horizon": horizon})
        (first,) = cursor.fetchone()
    return Anchor(max(first - 1, 0), None)


def _entries(query: ChangesQuery, since: Anchor) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {"after": since.revision, "limit": query.limit + 1}
    if query.collection is not None:
        values["collection"] = query.collection.id
    with connection.cursor() as cursor:
        cursor.execute(_statement(one=query.collection is not None), values)
        return list(cursor.fetchall())


@cache
def _statement(*, one: bool) -> str:
    return ANCHORED.format(entries=ENTRIES.format(narrowed=" AND r.collection = %(collection)s" if one else ""))


def _entry(row: tuple[Any, ...]) -> Entry:
    revision, at, collection, uuid, op, reason, successor = row
    return Entry(revision, at, collection, uuid, "merge" if successor else op, reason, successor)


def _features(entries: Sequence[Entry], query: ChangesQuery) -> dict[int, bytes]:
    """The GeoJSON of the features that these entries put there, by revision."""
    wanted: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.op == "upsert":
            wanted.setdefault(entry.collection, []).append(entry)
    found: dict[int, bytes] = {}
    for collection_id, each in wanted.items():
        collection = registry.get(collection_id)
        columns = query.columns_of(collection)
        statement, params = _features_statement(collection, columns)
        values = {"uuids": [entry.uuid for entry in each], "revisions": [entry.revision for entry in each]}
        with prepared() if columns == EVERYTHING else direct() as cursor:
            cursor.execute(statement, params | values)
            found.update(cursor.fetchall())
    return found


@lru_cache(select.CHOICES)
def _features_statement(collection: Collection, columns: Columns) -> tuple[sql.SQL, dict[str, Any]]:
    visible, params = select.named(*select.visible(collection, AnonymousUser()))
    former = select.feature(collection, CRS84, columns)
    present, join = stored.feature(collection, CRS84, columns)
    composed = sql.SQL(FEATURES).format(
        present=present,
        join=join,
        former=former,
        visible=visible,
        rows=sql.Identifier(collection.table),
        public=past.PUBLIC,
    )
    return select.flat(composed), params
