"""What begins or ends without a change: a closure lifts itself at its hour, and an open map must hear of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from psycopg import sql

from geodata import registry
from geodata.params.properties import plain
from geodata.queries import select
from geodata.queries.touched import Box
from geodata.registry import Collection

MOST = 200
# Inputs: the instant after which (timestamptz), the zone of the instance. The rows of these collections are few.
MOMENTS = """
SELECT t.uuid, m.at, CASE WHEN t.geom IS NULL THEN NULL ELSE
  ARRAY[ST_XMin(t.geom), ST_YMin(t.geom), ST_XMax(t.geom), ST_YMax(t.geom)]::float8[] END
FROM ({visible}) t CROSS JOIN LATERAL (VALUES (t.{start}), (t.{end}){repeated}) m(at)
WHERE m.at > {after} ORDER BY m.at LIMIT {most}
"""
# A repeated closure holds from the hour of its start to the hour of its end, on some days between both (decision 0066):
# each of its days may be one.
DAY = """, (CASE WHEN t.rrule <> '' AND t.starts_at <= {after} AND coalesce(t.{last}, 'infinity') > {after} THEN
  (({after} AT TIME ZONE {zone})::date + {ahead} + (coalesce(t.{end}, t.ends_at) AT TIME ZONE {zone})::time) AT TIME ZONE {zone} END)"""


@dataclass(frozen=True)
class Moment:
    """The instant at which something published begins or ends, and where."""

    at: datetime
    collection: str
    uuid: UUID
    box: Box | None


def after(instant: datetime) -> list[Moment]:
    """The next moments after an instant, the first first."""
    found = [each for collection in _periods() for each in _of(collection, instant)]
    return sorted(found, key=lambda each: each.at)[:MOST]


def _periods() -> Iterator[Collection]:
    for collection in registry.collections():
        fields = [collection.fields[name] for name in collection.datetime]
        if fields and all(isinstance(plain(field), models.DateTimeField) for field in fields):
            yield collection


def _of(collection: Collection, instant: datetime) -> Iterator[Moment]:
    visible, params = select.visible(collection, AnonymousUser())
    start, end = collection.datetime[0], collection.datetime[-1]
    given: dict[str, Any] = {"after": sql.Literal(instant), "zone": sql.Literal(settings.TIME_ZONE)}
    days = [
        sql.SQL(DAY).format(end=sql.Identifier(name), last=sql.Identifier(end), ahead=sql.Literal(ahead), **given)
        for name in (start, end)
        for ahead in (0, 1)
        if "rrule" in collection.fields
    ]
    statement = sql.SQL(MOMENTS).format(
        visible=visible,
        start=sql.Identifier(start),
        end=sql.Identifier(end),
        repeated=sql.SQL("").join(days),
        after=given["after"],
        most=sql.Literal(MOST),
    )
    with connection.cursor() as cursor:
        cursor.execute(select.flat(statement), params)
        for uuid, at, box in cursor.fetchall():
            yield Moment(at, collection.id, uuid, tuple(box) if box else None)
