"""Rows and texts out of a flow of results (`reader.Reader.flow`): with as little Python a row as there can be.

What a row costs is PostgreSQL's: it goes on making rows while those it made are sent. Memory holds one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

# Bytes of a piece that is worth sending; the first one goes as soon as there is a row.
PIECE = 256 * 1024
Row = tuple[bytes | None, ...]


@dataclass(frozen=True)
class Piece:
    """Texts of `count` rows, with the separator between them."""

    count: int
    text: bytes


def rows(results: Iterable[PGresult]) -> Iterator[Row]:
    """Row after row, its values as PostgreSQL writes them: UTF-8 bytes, None for null."""
    for found in results:
        columns = range(found.nfields)
        for row in range(found.ntuples):
            yield tuple([found.get_value(row, column) for column in columns])


def batches(results: Iterable[PGresult]) -> Iterator[list[bytes]]:
    """The texts of the first column, none of them null, some at a time; the last batch may be empty."""
    for found in results:
        yield [found.get_value(row, 0) or b"" for row in range(found.ntuples)]


def pieces(results: Iterable[PGresult], separator: bytes) -> Iterator[Piece]:
    """The texts of the first column, none of them null, in pieces of about PIECE bytes; at least one row each."""
    held: list[bytes] = []
    size, wanted = 0, 1
    for texts in batches(results):
        held += texts
        size += sum(map(len, texts))
        if size >= wanted:
            yield Piece(len(held), separator.join(held))
            held, size, wanted = [], 0, PIECE
    if held:
        yield Piece(len(held), separator.join(held))
