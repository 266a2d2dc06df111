"""The published rows of a collection as they were right after a revision, from the history.

What changed since is taken from what the first later revision found; the rest are rows that have not
changed. The rows have the columns of the table, so every statement over visible rows reads the past too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from geodata.queries import select
from geodata.registry import Collection

# Of a row of the history, alias t: whether everybody could see it.
PUBLIC = sql.SQL("t.status = 'published' AND t.deleted_at IS NULL")
# Index: geodata_revision_at.
AT = "SELECT id FROM geodata_revision WHERE at <= %s ORDER BY at DESC, id DESC LIMIT 1"
# Input: revision. Indexes: the revisions after it by the primary key.
ROWS = """
SELECT {columns} FROM ({visible}) t WHERE t.revision <= {revision}
UNION ALL
SELECT {columns} FROM (
  SELECT DISTINCT ON (uuid) before FROM geodata_revision
  WHERE collection = {collection} AND id > {revision} ORDER BY uuid, id
) n CROSS JOIN LATERAL jsonb_populate_record(NULL::{rows}, n.before) t
WHERE n.before IS NOT NULL AND {public}
"""


def revision_at(instant: datetime) -> int:
    """The last revision made until this instant; 0 when there was none."""
    with connection.cursor() as cursor:
        cursor.execute(AT, [instant])
        row = cursor.fetchone()
    return row[0] if row else 0


def _fields(collection: Collection) -> Sequence[Any]:
    return collection.model_class._meta.concrete_fields


def rows(collection: Collection, revision: int) -> tuple[sql.SQL, tuple[Any, ...]]:
    """What everybody could see right after this revision, as a sub-select with its parameters."""
    visible, params = select.visible(collection, AnonymousUser())
    columns = [sql.SQL("t.{}").format(sql.Identifier(str(each.column))) for each in _fields(collection)]
    composed = sql.SQL(ROWS).format(
        columns=sql.SQL(", ").join(columns),
        visible=visible,
        revision=sql.Literal(revision),
        collection=sql.Literal(collection.id),
        rows=sql.Identifier(collection.table),
        public=PUBLIC,
    )
    return select.flat(composed), params
