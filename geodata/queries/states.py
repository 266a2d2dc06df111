"""Where the history stands: the last revision of a collection, or of all, by number and instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from psycopg import sql

from geodata.queries import reader
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# Inputs: a collection. Output: number and instant (microseconds) of the last revision. Indexes: geodata_revision_feed,
# geodata_revision_public, the primary key.
LAST = (
    "SELECT id, (extract(epoch FROM at) * 1000000)::bigint AS moment FROM geodata_revision{} ORDER BY id DESC LIMIT 1"
)
OF_COLLECTION = " WHERE collection = {} AND public_op IS NOT NULL"
PUBLIC = LAST.format(OF_COLLECTION.format("$1"))
PUBLIC_ALL = LAST.format(" WHERE public_op IS NOT NULL")
EVERYTHING = LAST.format("")
TOLD = "(SELECT id || ' ' || moment FROM ({}) last_public)"
# Input: ids (text[]). Output: id, revision and instant of the last public change of each that had one. Index: geodata_revision_feed.
CHANGED = """
SELECT c, last.id, last.at FROM unnest(%s::text[]) c CROSS JOIN LATERAL (
  SELECT id, at FROM geodata_revision r WHERE r.collection = c AND public_op IS NOT NULL ORDER BY r.id DESC LIMIT 1) last
"""


@dataclass(frozen=True)
class State:
    """The last revision by number and instant (microseconds since 1970): the number alone may come back after a restore."""

    revision: int
    moment: int

    @classmethod
    def read(cls, told: bytes | None) -> State:
        """The state that `column` tells."""
        return cls(*map(int, told.split())) if told else NOTHING_YET


NOTHING_YET = State(0, 0)


def state(collection: Collection | None, user: User | AnonymousUser) -> State:
    """The last revision that changes what this person sees of the collection (or of all): one indexed read."""
    if user.is_authenticated:
        return _state(EVERYTHING)
    return public_state(collection.id if collection else None)


def public_state(collection_id: str | None) -> State:
    """The last revision that changes what everybody sees of a collection, or of all."""
    return _state(PUBLIC_ALL) if collection_id is None else _state(PUBLIC, collection_id)


def last_public(collection: Collection) -> str:
    """The statement of id and moment of the last revision that changes what everybody sees of it; no row before the first."""
    return LAST.format(OF_COLLECTION.format(sql.Literal(collection.id).as_string()))


@cache
def column(collection: Collection) -> sql.SQL:
    """That revision as a column of any statement, for `State.read`: read once, null before the first one."""
    return sql.SQL(TOLD.format(last_public(collection)))


def _state(statement: str, *values: str) -> State:
    found = reader.read(statement, values)
    return State(int(found.get_value(0, 0) or 0), int(found.get_value(0, 1) or 0)) if found.ntuples else NOTHING_YET


def revision(collection: Collection | None, user: User | AnonymousUser) -> int:
    """The number of that revision, 0 before the first one."""
    return state(collection, user).revision


class Change(NamedTuple):
    """The last public change of a collection."""

    revision: int
    at: datetime


def last_changes(collections: Iterable[Collection]) -> dict[str, Change]:
    """The last change of what everybody sees of each collection, by its id; without an entry it never held anything."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [[each.id for each in collections]])
        return {name: Change(revision, at) for name, revision, at in cursor.fetchall()}
