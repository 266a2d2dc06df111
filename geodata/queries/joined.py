"""All texts of a selection, in pieces that PostgreSQL puts together itself.

Reading a row costs Python as much as making it ready costs PostgreSQL; a piece of some hundred rows costs both as much
as one. The pieces come by keyset from one transaction, so the first is there at once, whatever follows; the next
one is asked for before the last one is handed on, so that PostgreSQL and the client work at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from geodata.queries import reader

if TYPE_CHECKING:
    from geodata.queries.reader import Reader

# Rows of the first piece; those that follow have about so many bytes.
FIRST_ROWS = 20
PIECE = 256 * 1024
MOST_ROWS = 4_000
# Inputs: parameters of the source and condition, the id after which to begin, how many rows. Output: how many there
# were, the last id, how many had a text, the texts. Index: the primary key. The inner order is kept by string_agg.
TEXT = """
SELECT count(*), max(id), count(text), string_agg(text, {separator}) FROM (
  SELECT t.id, {text} AS text FROM ({source}) t{join} WHERE {where} AND t.id > %s ORDER BY t.id LIMIT %s
) batch
"""


@dataclass(frozen=True)
class Texts:
    """What is read of each row: `kept` may be null, `computed` then stands for it (both with the join they need)."""

    source: sql.Composable
    where: sql.Composable
    params: Sequence[Any]
    kept: tuple[sql.Composable, sql.Composable]
    computed: tuple[sql.Composable, sql.Composable]
    separator: str

    def statement(self, pair: tuple[sql.Composable, sql.Composable]) -> str:
        """A batch of these texts."""
        text, join = pair
        composed = sql.SQL(TEXT).format(
            text=text, source=self.source, join=join, where=self.where, separator=sql.Literal(self.separator)
        )
        return reader.numbered(composed.as_string())


@dataclass(frozen=True)
class Piece:
    """Texts of `count` rows, with the separator between them."""

    count: int
    last_id: int
    text: bytes


def pieces(texts: Texts, held: Reader, after: int = 0, limit: int | None = None) -> Iterator[Piece]:
    """Piece after piece, on a reader that is in a transaction; at least one row each."""
    statement = texts.statement(texts.kept)
    left = limit if limit is not None else MOST_ROWS * MOST_ROWS * MOST_ROWS
    wanted = min(FIRST_ROWS, left)
    asked = held.ask(statement, [*texts.params, after, wanted]) if wanted else None
    try:
        while asked:
            found = held.answer()
            asked = None
            if found.get_value(0, 0) != found.get_value(0, 2):
                found = held.run(texts.statement(texts.computed), [*texts.params, after, wanted])
            count = int(found.get_value(0, 0) or 0)
            if not count:
                return
            after, left, text = int(found.get_value(0, 1) or 0), left - count, found.get_value(0, 3) or b""
            following = min(_next(count, len(text)), left)
            if count == wanted and following:
                asked = held.ask(statement, [*texts.params, after, following])
            wanted = following
            yield Piece(count, after, text)
    finally:
        if asked:
            held.forget()


def _next(count: int, size: int) -> int:
    """How many rows make a piece, by the size of those just read."""
    return max(1, min(MOST_ROWS, count * PIECE // max(size, 1)))
