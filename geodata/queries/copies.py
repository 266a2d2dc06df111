"""A consistent copy of a collection: every published feature at one moment, and the cursor of that moment."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata.params.changes import BEGINNING, Anchor
from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84
from geodata.problems import BadParameter
from geodata.queries import apart, flowing, ordering, past, reader, select, stored
from geodata.queries.changes import LATEST
from geodata.queries.flowing import Piece
from geodata.queries.ordering import START, Place
from geodata.registry import Collection

PLACE = "SELECT t.id FROM ({source}) t WHERE t.uuid = %s"
SEPARATOR = b",\n"


def copy(
    collection: Collection, after: UUID | None = None, columns: Columns = EVERYTHING
) -> Generator[Anchor | Piece, None, None]:
    """First the anchor, then the GeoJSON of all features in the order of the internal id, SEPARATOR between them.

    All of one moment: one transaction that sees no later commit. `after` leaves out what comes up to
    this feature, for a copy that was cut. Memory does not grow with the collection.
    Raises BadParameter: `after` is no feature that everybody sees.
    """
    source, params = select.visible(collection, AnonymousUser())
    feature, join = stored.feature(collection, CRS84, columns)
    with apart.held() as held:
        found = held.raw.execute(LATEST).fetchone()
        first = Place(id=_place(held.raw, source, params, after) if after else 0)
        yield Anchor(*found) if found else BEGINNING
        every = (source, sql.SQL("true"), params)
        statement, values = ordering.statement(collection, every, feature, first, None, join, flows=True)
        yield from flowing.pieces(held.flow(reader.numbered(statement.as_string()), values), SEPARATOR)


def copy_at(collection: Collection, revision: int) -> Iterator[bytes]:
    """The GeoJSON of all features as everybody saw them right after a revision, from the history."""
    source, params = past.rows(collection, revision)
    every = (source, sql.SQL("true"), params)
    statement, values = ordering.statement(collection, every, select.feature(collection), START, None, flows=True)
    with apart.held() as held:
        for (text,) in flowing.rows(held.flow(reader.numbered(statement.as_string()), values)):
            yield text or b""


def _place(raw: Any, source: sql.SQL, params: tuple[Any, ...], after: UUID) -> int:
    row = raw.execute(sql.SQL(PLACE).format(source=source), [*params, after]).fetchone()
    if row is None:
        raise BadParameter("after", _("Cette fiche n’est plus publiée : recommencez la copie."))
    return int(row[0])
