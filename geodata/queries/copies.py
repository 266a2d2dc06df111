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
from geodata.queries import apart, joined, past, select, stored
from geodata.queries.changes import LATEST
from geodata.queries.joined import Piece, Texts
from geodata.registry import Collection

# Order: the internal id, by the primary key.
ROWS = "SELECT t.uuid, t.revision, {feature} FROM ({source}) t{join} WHERE t.id > %s ORDER BY t.id"
PLACE = "SELECT t.id FROM ({source}) t WHERE t.uuid = %s"
Row = tuple[UUID, int, bytes]
SEPARATOR = ",\n"


def copy(
    collection: Collection, after: UUID | None = None, columns: Columns = EVERYTHING
) -> Generator[Anchor | Piece, None, None]:
    """First the anchor, then the GeoJSON of all features in the order of the internal id, SEPARATOR between them.

    All of one moment: one transaction that sees no later commit. `after` leaves out what comes up to
    this feature, for a copy that was cut. Memory does not grow with the collection.
    Raises BadParameter: `after` is no feature that everybody sees.
    """
    source, params = select.visible(collection, AnonymousUser())
    computed = stored.feature(collection, CRS84, columns)
    kept = stored.kept(collection) if columns == EVERYTHING else computed
    texts = Texts(source, sql.SQL("true"), params, kept, computed, SEPARATOR)
    with apart.held() as reader:
        found = reader.raw.execute(LATEST).fetchone()
        first = _place(reader.raw, source, params, after) if after else 0
        yield Anchor(*found) if found else BEGINNING
        yield from joined.pieces(texts, reader, first)


def copy_at(collection: Collection, revision: int) -> Iterator[Row]:
    """The same rows as everybody saw them right after a revision, from the history."""
    source, params = past.rows(collection, revision)
    statement = sql.SQL(ROWS).format(feature=select.feature(collection), source=source, join=sql.SQL(""))
    with apart.snapshot() as raw:
        yield from apart.stream(raw, statement, [*params, 0])


def _place(raw: Any, source: sql.SQL, params: tuple[Any, ...], after: UUID) -> int:
    row = raw.execute(sql.SQL(PLACE).format(source=source), [*params, after]).fetchone()
    if row is None:
        raise BadParameter("after", _("Cette fiche n’est plus publiée : recommencez la copie."))
    return int(row[0])
