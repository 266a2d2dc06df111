"""How much was published, changed and withdrawn between two revisions, whatever lies between them (decision 0221).

The history is added up by thousands of revisions once in a process, then brought forward by what came since. A stretch of it
is the sum of the thousands that lie whole in it and, read each time, of the rest at its two ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from geodata.queries import past
from geodata.queries.states import NOTHING_YET, PUBLIC_ALL, State
from geodata.queries.tallies import ERASURES

BLOCK = 1_000
# Input: revision and instant (microseconds) that are known. Output: revision and instant of the last public change, the number
# of erasures, which change what was said, and whether what is known is still what it was. Indexes: geodata_revision_public,
# the primary key.
STATE = """
SELECT coalesce(last.id, 0), coalesce(last.moment, 0), {},
  EXISTS (SELECT FROM geodata_revision WHERE id = %(revision)s AND (extract(epoch FROM at) * 1000000)::bigint = %(moment)s)
FROM (VALUES (0)) one LEFT JOIN ({}) last ON true
"""
# Inputs: revisions, two stretches of them without their first one; zone of days. Output: thousand, collection, reason and day
# of an import (null: no import), the last revision, numbers. Index: geodata_revision_public.
SUMS = """
SELECT id / %(block)s, collection, CASE WHEN source = 'import' THEN reason END,
  CASE WHEN source = 'import' THEN (at AT TIME ZONE %(zone)s)::date END,
  max(id), count(*) FILTER (WHERE since IS NULL), count(*) FILTER (WHERE since IS NOT NULL AND public_op = 'upsert'),
  count(*) FILTER (WHERE public_op <> 'upsert')
FROM geodata_revision
WHERE public_op IS NOT NULL AND (id > %(first)s AND id <= %(last)s OR id > %(other_first)s AND id <= %(other_last)s)
GROUP BY 1, 2, 3, 4
"""


class Stream(NamedTuple):
    """Changes that are told together: those of an import of one reason on one day, or of a collection all others (None)."""

    collection: str
    reason: str | None
    on: date | None


class Figures(NamedTuple):
    """How many changes published a feature, changed a public one, took one away."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        return Figures(self.added + other.added, self.changed + other.changed, self.removed + other.removed)

    @property
    def total(self) -> int:
        """All changes."""
        return sum(self)


@dataclass(frozen=True)
class Stretch:
    """What a stream did, and the revisions that it lies among: after `low`, up to `high`."""

    figures: Figures
    low: int
    high: int


@dataclass(frozen=True)
class Sums:
    """What a stream did in a thousand of revisions, and its last one there."""

    last: int
    figures: Figures


Blocks = Mapping[tuple[int, Stream], Sums]
Range = tuple[int, int]
NONE: Range = (0, 0)


@dataclass(frozen=True)
class Ledger:
    """The numbers of each thousand of revisions up to a public state."""

    state: State = NOTHING_YET
    erasures: int = 0
    blocks: Blocks = field(default_factory=dict)

    @cached_property
    def lasts(self) -> dict[str, int]:
        """The last public revision of each collection that has one."""
        found: dict[str, int] = {}
        for (_block, stream), sums in self.blocks.items():
            found[stream.collection] = max(found.get(stream.collection, 0), sums.last)
        return found

    def between(self, first: int, last: int) -> dict[Stream, Stretch]:
        """What each stream did after one revision up to another: one statement that reads at most 2 × BLOCK changes."""
        is_end = last >= self.state.revision
        whole = {
            key: sums
            for key, sums in self.blocks.items()
            if key[0] * BLOCK > first and (is_end or _end(key[0] * BLOCK) <= last)
        }
        begun = (first, min(last, _end(first)))
        is_known = is_end or last <= _end(first) or last == _end(last)
        ended = NONE if is_known else (last // BLOCK * BLOCK - 1, last)
        with past.bounded():
            edges = _read(begun, ended)
        return _streams([*whole.items(), *edges.items()], first, last)

    def gained(self, first: int) -> dict[str, int]:
        """How many more features of each collection are public at the end than after this revision."""
        found: dict[str, int] = {}
        for stream, each in self.between(first, max(first, self.state.revision)).items():
            found[stream.collection] = found.get(stream.collection, 0) + each.figures.added - each.figures.removed
        return found


class _Kept:
    """The ledger of this process."""

    def __init__(self) -> None:
        self._known = Ledger()
        self._lock = Lock()

    def get(self) -> Ledger:
        """The ledger of the present state."""
        known = self._known
        state, _erasures, is_same = _standing(known)
        if is_same and state == known.state:
            return known
        with self._lock:
            # Another thread may have brought it forward meanwhile.
            self._known = _made(self._known)
            return self._known


def _standing(known: Ledger) -> tuple[State, int, bool]:
    """The present state and number of erasures, and whether what is known is still what it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            STATE.format(ERASURES, PUBLIC_ALL), {"revision": known.state.revision, "moment": known.state.moment}
        )
        revision, moment, erasures, is_same = cursor.fetchone()
    return State(revision, moment), erasures, is_same and erasures == known.erasures


def _made(known: Ledger) -> Ledger:
    state, erasures, is_same = _standing(known)
    before = known.state.revision if is_same else 0
    blocks = dict(known.blocks) if is_same else {}
    for key, more in _read((before, state.revision), NONE).items():
        sums = blocks.get(key)
        blocks[key] = Sums(more.last, sums.figures.plus(more.figures)) if sums else more
    return Ledger(state, erasures, blocks)


def _end(revision: int) -> int:
    """The last revision of its thousand."""
    return revision // BLOCK * BLOCK + BLOCK - 1


def _read(one: Range, other: Range) -> dict[tuple[int, Stream], Sums]:
    given: dict[str, Any] = {"block": BLOCK, "zone": timezone.get_default_timezone_name()}
    given |= dict(zip(("first", "last", "other_first", "other_last"), (*one, *other), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(SUMS, given)
        return {
            (block, Stream(collection, reason, on)): Sums(last, Figures(*numbers))
            for block, collection, reason, on, last, *numbers in cursor.fetchall()
        }


def _streams(found: Iterable[tuple[tuple[int, Stream], Sums]], first: int, last: int) -> dict[Stream, Stretch]:
    streams: dict[Stream, Stretch] = {}
    for (block, stream), sums in found:
        low, high = max(first, block * BLOCK - 1), min(last, _end(block * BLOCK))
        known = streams.get(stream)
        streams[stream] = (
            Stretch(known.figures.plus(sums.figures), min(known.low, low), max(known.high, high))
            if known
            else Stretch(sums.figures, low, high)
        )
    return streams


_kept = _Kept()


def ledger() -> Ledger:
    """What the history adds up to at the present public state: one indexed read once it is known."""
    return _kept.get()
