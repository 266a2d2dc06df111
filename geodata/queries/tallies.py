"""Counts and sums over everything that everybody sees of a collection, brought forward by what changed since.

A tally is added up once in a process. After a change only the features that changed are read, from the index of the
feed: what they were is taken away, what they are is added. Sums are exact decimals, so nothing drifts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.queries import past, select, states
from geodata.queries.states import State
from geodata.registry import Collection

if TYPE_CHECKING:
    from comptes.models import User

NOBODY = AnonymousUser()
# Beyond so many changed rows everything is added up anew.
MOST = 2_000
# The group of everything.
ALL = ""
# Output: revision and instant (microseconds) that the sums are of, the erasures until then, then group, number, sums; one
# snapshot. Index: geodata_revision_feed.
WHOLE = """
WITH state AS ({state}), sums AS (SELECT g.key, count(*) AS n{summed} FROM ({source}) t CROSS JOIN LATERAL {groups} g(key) GROUP BY g.key)
SELECT state.id, state.moment, {erasures}, sums.* FROM (VALUES (0)) one LEFT JOIN state ON true LEFT JOIN sums ON true
"""
STATE = """SELECT id, (extract(epoch FROM at) * 1000000)::bigint AS moment FROM geodata_revision
  WHERE collection = %(collection)s AND public_op IS NOT NULL ORDER BY id DESC LIMIT 1"""
# The same of what changed after a revision. Indexes: geodata_revision_feed, the primary key, the uuid of the rows.
SINCE = """
WITH state AS ({state}), touched AS (
  SELECT uuid, min(id) AS first FROM geodata_revision
  WHERE collection = %(collection)s AND public_op IS NOT NULL AND id > %(after)s GROUP BY uuid
), changed AS (
  SELECT -1 AS sign, t.* FROM touched JOIN geodata_revision b ON b.id = touched.first AND b.since IS NOT NULL
  CROSS JOIN LATERAL jsonb_populate_record(NULL::{rows}, b.before) t
  UNION ALL
  SELECT 1, t.* FROM touched CROSS JOIN LATERAL (SELECT v.id FROM ({source}) v WHERE v.uuid = touched.uuid OFFSET 0) v
  JOIN {rows} t ON t.id = v.id
), sums AS (
  SELECT g.key, sum(sign) AS n{summed} FROM changed t CROSS JOIN LATERAL {groups} g(key) GROUP BY g.key
)
SELECT state.id, state.moment, {erasures}, sums.* FROM (VALUES (0)) one LEFT JOIN state ON true LEFT JOIN sums ON true
"""
# Whether the revision that is known is still the one it was, and few rows changed since.
IS_NEAR = """
SELECT EXISTS (SELECT FROM geodata_revision WHERE id = %(after)s AND (extract(epoch FROM at) * 1000000)::bigint = %(moment)s)
  AND (SELECT count(*) FROM (SELECT FROM geodata_revision
       WHERE collection = %(collection)s AND public_op IS NOT NULL AND id > %(after)s LIMIT %(most)s) c) < %(most)s
"""
# Their number: the last one by number need not be the last that was committed.
ERASURES = "(SELECT count(*) FROM geodata_erasure)"

Sums = tuple[Decimal, ...]


@dataclass(frozen=True)
class Known:
    """The sums of each group at a state of the public, and how many erasures there were: each changes what rows were."""

    state: State
    groups: dict[str, Sums]
    erasures: int


class Tally:
    """The number of features and sums of numbers of a collection, of all and by group, for the present public state.

    `sums` are expressions over its row `t` that give numbers or null, `groups` one that gives a list of texts.
    Of the past everything is added up each time.
    """

    def __init__(self, collection_id: str, sums: Sequence[str] = (), groups: str = "") -> None:
        self._id = collection_id
        self._sums = sums
        self._groups = f"unnest(ARRAY['{ALL}']{f' || ({groups})::text[]' if groups else ''})"
        self._known: Known | None = None
        self._lock = Lock()

    def known(self) -> Known:
        """The sums for the present public state, with that state."""
        if past.shown() is not None:
            return self._asked(NOBODY, WHOLE)
        at = states.public_state(self._id)
        if (known := self._known) is not None and known.state == at:
            return known
        with self._lock:
            # Another thread may have brought it forward meanwhile.
            if (known := self._known) is None or known.state != at:
                self._known = known = self._made(known)
            return known

    def of(self, user: User | AnonymousUser) -> dict[str, Sums]:
        """For each group that holds something its number, then its sums; `ALL` is the group of everything.

        What a person sees beside what everybody sees is in no feed: for them it is added up each time.
        """
        return self._asked(user, WHOLE).groups if user.is_authenticated else self.known().groups

    def _made(self, known: Known | None) -> Known:
        if known is not None and self._is_near(known.state):
            changes = self._asked(NOBODY, SINCE, "sign * ", after=known.state.revision)
            if changes.erasures == known.erasures:
                return replace(changes, groups=_added(known.groups, changes.groups.items()))
        return self._asked(NOBODY, WHOLE)

    def _is_near(self, state: State) -> bool:
        given: dict[str, str | int] = {"collection": self._id, "after": state.revision, "moment": state.moment}
        with connection.cursor() as cursor:
            cursor.execute(IS_NEAR, given | {"most": MOST})
            return bool(cursor.fetchone()[0])

    def _asked(self, user: User | AnonymousUser, text: str, sign: str = "", **given: int) -> Known:
        collection: Collection = registry.get(self._id)
        source, values = select.named(*select.visible(collection, user))
        statement = sql.SQL(text).format(
            state=sql.SQL(STATE),
            erasures=sql.SQL(ERASURES),
            rows=sql.Identifier(collection.table),
            source=source,
            groups=sql.SQL(self._groups),
            summed=sql.SQL("".join(f", sum({sign}({each})::numeric)" for each in self._sums)),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, values | {"collection": self._id} | given)
            rows = cursor.fetchall()
        revision, moment, erasures = rows[0][:3]
        found = {
            key: tuple(Decimal(each or 0) for each in sums)
            for _id, _at, _erasures, key, *sums in rows
            if key is not None
        }
        return Known(State(revision or 0, moment or 0), found, erasures)


def _added(groups: dict[str, Sums], changes: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    found = dict(groups)
    for key, change in changes:
        before = found.get(key, (Decimal(0),) * len(change))
        found[key] = tuple(one + other for one, other in zip(before, change, strict=True))
        if not found[key][0]:
            del found[key]
    return found
