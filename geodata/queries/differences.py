"""What everybody could see of a collection at one moment and no longer, or otherwise, at a later one (decision 0221).

How much changed is added up from `ledger`. Which features differ is read by pages, from where a page begins: those that were
changed by hand, and those of each import. Features that came back to what they were are none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg import sql

from geodata import registry
from geodata.queries import counting, past
from geodata.queries.ledger import Figures, Ledger, Stretch, ledger
from geodata.queries.versions import differing
from geodata.registry import Collection

MOST = 30
# A page looks at so many changes: where one feature was changed over and over it holds less.
SCANNED = 500
KINDS = ("added", "changed", "unpublished", "deleted", "merged")
# Inputs: collection; first and last revision of the comparison (the first excluded); `low` (excluded) and `high`, between which
# the page lies; numbers of changes and features. A feature is listed where the last of its changes of that stream lies; `b` and
# `a` are its first and last change of all. Output: where to go on after SCANNED changes, then place, uuid, whether it is public
# after the last one and by what it is not, the two states. Indexes: geodata_revision_hand or geodata_revision_import, then
# geodata_revision_object.
LISTED = """
WITH page AS (
  SELECT w.id, w.uuid, b.before, b.since IS NOT NULL AS was, a.id AS last, a.public_op, a.successor
  FROM (SELECT id, uuid FROM {changes} ORDER BY id {way} LIMIT %(scanned)s) w
  CROSS JOIN LATERAL (
    SELECT before, since FROM geodata_revision
    WHERE uuid = w.uuid AND id > %(first)s AND public_op IS NOT NULL ORDER BY id LIMIT 1
  ) b CROSS JOIN LATERAL (
    SELECT id, public_op, successor FROM geodata_revision
    WHERE uuid = w.uuid AND id <= %(last)s AND public_op IS NOT NULL ORDER BY id DESC LIMIT 1
  ) a
  WHERE (b.since IS NOT NULL OR a.public_op = 'upsert') AND (
    SELECT true FROM geodata_revision
    WHERE uuid = w.uuid AND id > w.id AND id <= %(last)s AND public_op IS NOT NULL AND {own} LIMIT 1
  ) IS NULL
  ORDER BY w.id {way} LIMIT %(limit)s
)
SELECT stop.id, p.id, p.uuid, p.public_op, p.successor, CASE WHEN p.was THEN p.before END,
       CASE WHEN p.public_op = 'upsert' THEN coalesce(later.before, present.row) END
FROM (
  SELECT CASE WHEN (SELECT count(*) FROM page) < %(limit)s THEN (
    SELECT id FROM {changes} ORDER BY id {way} OFFSET %(scanned)s - 1 LIMIT 1) END AS id
) stop LEFT JOIN page p ON true
LEFT JOIN LATERAL (
  SELECT r.before FROM geodata_revision r WHERE r.uuid = p.uuid AND r.id > p.last ORDER BY r.id LIMIT 1
) later ON true
LEFT JOIN LATERAL (
  SELECT to_jsonb(t) || jsonb_build_object('geom', encode(ST_AsEWKB(t.geom), 'hex')) AS row FROM {rows} t
  WHERE t.uuid = p.uuid AND later.before IS NULL
) present ON true
ORDER BY p.id DESC
"""
CHANGES = """geodata_revision
  WHERE collection = %(collection)s AND public_op IS NOT NULL AND {own} AND id > %(low)s AND id <= %(high)s"""
BY_HAND = "source <> 'import'"
BY_IMPORT = """source = 'import' AND md5(reason) = md5(%(reason)s) AND (at AT TIME ZONE %(zone)s)::date = %(on)s"""


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
    """What imports of one reason did to a collection on one day: its key, the reason, the day."""

    key: str
    reason: str
    on: date
    stretch: Stretch

    @property
    def figures(self) -> Figures:
        """How many changes it made."""
        return self.stretch.figures


@dataclass(frozen=True)
class Compared:
    """A collection at two moments: how many features then and later, all changes in between, and those of imports."""

    count_first: int
    count_last: int
    figures: Figures
    imports: list[Import]


@dataclass(frozen=True)
class Place:
    """Where a page begins: with what changed before a revision, or after one; without both at the latest change."""

    before: int = 0
    after: int = 0


LATEST = Place()


@dataclass(frozen=True)
class Differences:
    """A page of the features that differ, the latest first, and where the pages of later and of earlier changes begin."""

    collection: Collection
    found: list[Difference]
    later: Place | None
    earlier: Place | None


def compared(first: int, last: int) -> dict[str, Compared]:
    """How much changed between two revisions, by collection."""
    present = {each.id: counting.counted(each) for each in registry.collections()}
    book = ledger()
    during, gained = book.between(first, last), book.gained(last)
    found = {}
    for collection_id, counted in present.items():
        own = {stream: each for stream, each in during.items() if stream.collection == collection_id}
        figures = Figures()
        for each in own.values():
            figures = figures.plus(each.figures)
        then = counted.number - gained.get(collection_id, 0) + _later(book, collection_id, counted.revision)
        made = [_import(stream.reason, stream.on, each) for stream, each in own.items() if stream.on is not None]
        made.sort(key=lambda each: (each.on, each.key), reverse=True)
        found[collection_id] = Compared(then - figures.added + figures.removed, then, figures, made)
    return found


def imported(collection: Collection, first: int, last: int, key: str) -> Import | None:
    """The import of this key between two revisions."""
    for stream, each in ledger().between(first, last).items():
        if stream.collection == collection.id and stream.on is not None:
            made = _import(stream.reason, stream.on, each)
            if made.key == key:
                return made
    return None


def page(
    collection: Collection, first: int, last: int, place: Place = LATEST, made: Import | None = None
) -> Differences:
    """At most MOST differences between the states right after two revisions: of features that this import changed.

    Without one, of those that something else changed.
    """
    low, high = (made.stretch.low, made.stretch.high) if made else (first, last)
    given: dict[str, Any] = {
        "collection": collection.id, "first": first, "last": last, "low": max(low, place.after),
        "high": min(high, place.before - 1) if place.before else high, "scanned": SCANNED, "limit": MOST + 1,
    }  # fmt: skip
    if made:
        given |= {"reason": made.reason, "on": made.on, "zone": timezone.get_default_timezone_name()}
    own = sql.SQL(BY_IMPORT if made else BY_HAND)
    statement = sql.SQL(LISTED).format(
        rows=sql.Identifier(collection.table),
        own=own,
        changes=sql.SQL(CHANGES).format(own=own),
        way=sql.SQL("ASC" if place.after else "DESC"),
    )
    with past.bounded(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = cursor.fetchall()
    stop, found = rows[0][0], [row[1:] for row in rows if row[1] is not None]
    return _page(collection, place, stop, found)


def _page(collection: Collection, place: Place, stop: int | None, found: list[Any]) -> Differences:
    """The page of what was found at a place; `stop` is the change after which there may be more."""
    is_more = len(found) > MOST
    rows = found[-MOST:] if place.after else found[:MOST]
    if place.after:
        further = rows[0][0] if is_more else stop
        later = Place(after=further) if further else None
        earlier: Place | None = Place(before=rows[-1][0] if rows else place.after + 1)
    else:
        further = rows[-1][0] if is_more else stop
        earlier = Place(before=further) if further else None
        later = Place(after=rows[0][0] if rows else place.before - 1) if place.before else None
    told = [_difference(collection, *row[1:]) for row in rows]
    return Differences(collection, [each for each in told if each is not None], later, earlier)


def _import(reason: str | None, on: date, stretch: Stretch) -> Import:
    said = reason or ""
    key = hashlib.md5(f"{said}{on}".encode(), usedforsecurity=False).hexdigest()[:12]
    return Import(key, said, on, stretch)


def _later(book: Ledger, collection_id: str, revision: int) -> int:
    """How many more features there are by changes that the ledger knows and a count of this revision does not."""
    if book.lasts.get(collection_id, 0) <= revision:
        return 0
    return book.gained(revision).get(collection_id, 0)


def _difference(
    collection: Collection, uuid: UUID, op: str, successor: UUID | None, before: Any, after: Any
) -> Difference | None:
    earlier, later = (json.loads(row) if isinstance(row, str) else row for row in (before, after))
    if earlier and later:
        changed = differing(collection, earlier, later)
        return Difference("changed", uuid, changed, earlier, later, None) if changed else None
    kind = "added" if op == "upsert" else "merged" if successor else {"delete": "deleted"}.get(op, "unpublished")
    return Difference(kind, uuid, (), earlier, later, successor)
