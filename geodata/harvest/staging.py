"""What came of a source in a table of this session: who is there, what is as it was, what is missing.

Set against the records in a few statements, whatever the number of features; nothing of them is held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from geodata.features import Feature
from geodata.harvest import mapping
from geodata.harvest.sources import Source
from geodata.problems import Problem
from geodata.vectorstream import Spool, columns_in

AT_ONCE = 5_000
MAKE = """
DROP TABLE IF EXISTS harvest_staged;
CREATE TEMPORARY TABLE harvest_staged (
  place bigint PRIMARY KEY, origin text, digest text NOT NULL, twin boolean NOT NULL DEFAULT false,
  unchanged integer NOT NULL DEFAULT 0
)
"""
FILL = "INSERT INTO harvest_staged (place, origin, digest) SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])"
# A twin is a row whose identifier an earlier one has already.
TWINS = """
CREATE INDEX ON harvest_staged (origin);
ANALYZE harvest_staged;
UPDATE harvest_staged s SET twin = true FROM (
  SELECT origin, min(place) AS first FROM harvest_staged WHERE origin IS NOT NULL GROUP BY origin HAVING count(*) > 1
) t WHERE s.origin = t.origin AND s.place <> t.first
"""
# Counts on geodata_harvestrecord_origin and the unique index of {table}.uuid.
UNCHANGED = """
UPDATE harvest_staged s SET unchanged = k.stages FROM (
  SELECT r.origin, r.digest, count(*) AS stages
  FROM geodata_harvestrecord r LEFT JOIN {table} f ON f.uuid = r.object_uuid
  WHERE r.source = %(source)s AND r.digest <> '' GROUP BY r.origin, r.digest HAVING bool_and(f.uuid IS NOT NULL)
) k WHERE s.origin = k.origin AND s.digest = k.digest AND NOT s.twin
"""
NUMBERS = """
SELECT count(*), count(*) FILTER (WHERE origin IS NULL), count(*) FILTER (WHERE twin), coalesce(sum(unchanged), 0)
FROM harvest_staged
"""
# A twin that says the same as the first has nothing to say.
CHANGED = """
SELECT s.place, s.origin, s.digest, s.twin FROM harvest_staged s
WHERE s.place > %s AND s.unchanged = 0
  AND NOT (s.twin AND EXISTS (SELECT FROM harvest_staged t WHERE t.origin = s.origin AND t.digest = s.digest AND NOT t.twin))
ORDER BY s.place LIMIT %s
"""
RETURNED = """
UPDATE geodata_harvestrecord r SET vanished_at = NULL, let_be_at = NULL FROM harvest_staged s
WHERE r.source = %(source)s AND r.vanished_at IS NOT NULL AND s.origin = r.origin AND s.unchanged > 0 AND s.digest = r.digest
"""
LOSS = """
SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM harvest_staged s WHERE s.origin = r.origin)), count(*)
FROM geodata_harvestrecord r JOIN {table} f ON f.uuid = r.object_uuid AND f.deleted_at IS NULL
WHERE r.source = %(source)s AND r.vanished_at IS NULL
"""
VANISH = """
UPDATE geodata_harvestrecord r SET vanished_at = %(now)s, digest = ''
WHERE r.source = %(source)s AND r.vanished_at IS NULL
  AND NOT EXISTS (SELECT FROM harvest_staged s WHERE s.origin = r.origin)
"""
GONE = """
SELECT r.source_id, f.uuid, f.{label}, count(*) OVER ()
FROM geodata_harvestrecord r JOIN {table} f ON f.uuid = r.object_uuid AND f.deleted_at IS NULL
WHERE r.source = %(source)s AND r.vanished_at IS NOT NULL AND r.let_be_at IS NULL ORDER BY r.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Numbers:
    """Rows that came; of them those without an identifier, and those whose identifier came before; records unchanged."""

    rows: int
    nameless: int
    twins: int
    unchanged: int


@dataclass(frozen=True)
class Staged:
    """A row that is to be looked at: where it is in the spool, its identifier (None: none), its digest."""

    place: int
    origin: str | None
    digest: str
    twin: bool


class Staging:
    """The table of one harvest; see `staged`."""

    def __init__(self, source: Source, model: type[Feature], label: str) -> None:
        self._names = {"table": sql.Identifier(model._meta.db_table), "label": sql.Identifier(label)}
        self._values: dict[str, Any] = {"source": source.id}

    def fill(self, rows: Spool, source: Source, salt: str) -> None:
        """Note every row. `salt` is what else decides what becomes of a row: other rules, other digests."""
        self._run(MAKE)
        noted = (
            (place, _origin(line, source), sha256(salt.encode() + line).hexdigest()) for place, line in rows.lines()
        )
        for some in iter(lambda: list(islice(noted, AT_ONCE)), []):
            with connection.cursor() as cursor:
                cursor.execute(FILL, [list(column) for column in zip(*some, strict=True)])
        self._run(TWINS)
        self._run(UNCHANGED)

    def numbers(self) -> Numbers:
        """How many came."""
        ((rows, nameless, twins, unchanged),) = self._asked(NUMBERS)
        return Numbers(rows, nameless, twins, unchanged)

    def changed(self, at_once: int) -> Iterator[Sequence[Staged]]:
        """What is to be looked at, in the order of the source, some at once."""
        last = -1
        while True:
            with connection.cursor() as cursor:
                cursor.execute(CHANGED, [last, at_once])
                some = [Staged(*row) for row in cursor]
            if not some:
                return
            yield some
            last = some[-1].place

    def note_returned(self) -> None:
        """What had vanished and is there again, as it was, is no longer missing."""
        self._run(RETURNED)

    def loss(self) -> tuple[int, int]:
        """How many would newly count as vanished, and of how many."""
        ((lost, known),) = self._asked(LOSS)
        return lost, known

    def note_vanished(self) -> None:
        """What has not come counts as vanished, in one statement."""
        self._run(VANISH, now=timezone.now())

    def gone(self, most: int) -> tuple[int, list[tuple[str, str, str]]]:
        """How many of ours the source no longer has and nobody chose to keep; id in the source, uuid, name of the first."""
        rows = self._asked(GONE, most=most)
        return (rows[0][3] if rows else 0), [(source_id, str(uuid), name) for source_id, uuid, name, _all in rows]

    def _run(self, statement: str, **values: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._named(statement), {**self._values, **values} if "%(" in statement else None)

    def _asked(self, statement: str, **values: int) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._named(statement), {**self._values, **values})
            return list(cursor)

    def _named(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(**self._names)


@contextmanager
def staged(source: Source, model: type[Feature], label: str) -> Iterator[Staging]:
    """A table for one harvest, gone after it (after one that broke, before the next of this session)."""
    yield Staging(source, model, label)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE harvest_staged")


def _origin(line: bytes, source: Source) -> str | None:
    try:
        return mapping.identifier(columns_in(line), source.id_field)
    except Problem:
        return None
