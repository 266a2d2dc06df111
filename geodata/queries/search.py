"""Searching the texts that a collection names, by the beginnings of words; case and accents do not count.

The index follows the code, as stored texts do: `ensure()` makes it anew when a collection searches other texts.
"""

import math
import time
from collections.abc import Iterable
from functools import cache, lru_cache

from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.queries import keeping, past, reader, select
from geodata.registry import Collection

# Reading a row with the words that are kept beside it costs about 3 µs; looking a frequent word up in the index 8 ms.
MOST_WALKED = 2_000
LEEWAY = 3
# So many letters, and none of the most common words begins with them: hardly any row has a word that does.
RARE_LETTERS = 4
REFRESH_S = 600
COMMON = """
SELECT lexeme, of FROM pg_stats s,
  unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS common(lexeme, of)
WHERE s.schemaname = current_schema() AND s.tablename = %s AND lexeme IS NOT NULL
"""
WITHIN = "({} @@ geodata_wanted(%s))"
# Where no index is asked: a plan for any words would read them anew for each row.
ROW_BY_ROW = "({} @@ (SELECT geodata_wanted(%s)))"
WANTED = "SELECT array_to_string(regexp_split_to_array(geodata_folded($1), '[^[:alnum:]]+'), ' ')"


@cache
def vector(collection: Collection) -> sql.SQL:
    """The words of a row t, as the index holds them."""
    return _words_of(sql.Identifier(collection.fields[name].column or name) for name in collection.search)


@cache
def _former(collection: Collection) -> sql.SQL:
    """The same of a state in the history, in the words of `past.rows`."""
    return _words_of(past.text_of("before", collection.fields[name]) for name in collection.search)


def _words_of(texts: Iterable[sql.Composable]) -> sql.SQL:
    joined = sql.SQL(" || ' ' || ").join(sql.SQL("coalesce({}, '')").format(each) for each in texts)
    return select.flat(sql.SQL("geodata_words({})").format(joined))


def clause(
    collection: Collection, words: tuple[str, ...], among: sql.SQL | None = None
) -> tuple[sql.Composed, list[str]]:
    """The condition that each of these words begins a word of the searched texts, or of the vector `among`.

    Where some words are rare the index is asked for those alone: to look a frequent one up takes as long as it is frequent.
    """
    if among is not None:
        return sql.SQL(ROW_BY_ROW).format(among), [" ".join(words)]
    own = vector(collection)
    asked = _folded(words)
    rare = [word for word in asked if _is_rare(collection, word)]
    if not rare or len(rare) == len(asked):
        return sql.SQL(WITHIN).format(own), [" ".join(words)]
    both = sql.SQL(f"{WITHIN} AND {ROW_BY_ROW}").format(own, unindexed(own))
    return both, [" ".join(rare), " ".join(words)]


def unindexed(vector: sql.SQL) -> sql.SQL:
    """The same words, written so that no index serves the condition."""
    return select.flat(sql.SQL("({} || ''::tsvector)").format(vector))


def _is_rare(collection: Collection, word: str) -> bool:
    known = _known(collection)
    return bool(known) and len(word) >= RARE_LETTERS and not any(each.startswith(word) for each in known)


def within(collection: Collection, words: tuple[str, ...], wanted: int) -> int | None:
    """Among how many rows, in any order, so many with all of these words are likely to be; None when it would be many.

    A power of two, so that few statements differ by it.
    What is likely comes from PostgreSQL's own account of the most common words, as of the last ANALYZE.
    """
    known, share = _known(collection), 1.0
    for word in _folded(words):
        share *= max((of for lexeme, of in known.items() if lexeme.startswith(word)), default=0.0)
    among = math.ceil(LEEWAY * wanted / share) if share else MOST_WALKED + 1
    return 1 << (among - 1).bit_length() if among <= MOST_WALKED else None


@lru_cache(1000)
def _folded(words: tuple[str, ...]) -> list[str]:
    """The words as the index holds their beginnings."""
    return (reader.read(WANTED, [" ".join(words)]).get_value(0, 0) or b"").decode().split()


def _known(collection: Collection) -> dict[str, float]:
    return _common(_name(collection), int(time.monotonic() // REFRESH_S))


@lru_cache(64)
def _common(index: str, _period: int) -> dict[str, float]:
    """The most common words of an index and the share of rows that each is in."""
    with connection.cursor() as cursor:
        cursor.execute(COMMON, [index])
        return dict(cursor.fetchall())


def drop(collection: Collection) -> None:
    """Take the index away before a bulk load; `ensure()` makes it again."""
    keeping.drop_index(_name(collection))


def ensure() -> list[str]:
    """Make the indexes that are absent or of other texts, on the rows and on their past; gives the ids of their collections."""
    found = []
    for each in registry.collections():
        is_new = keeping.index(each, _name(each), _definition(each))
        if is_new:
            # How many rows are walked follows from the common words of the new index.
            keeping.analyse(each.table)
        is_new |= keeping.index(each, f"{_name(each)}_past", _of_the_past(each), past.HISTORY)
        found += [each.id] if is_new else []
    return found


def _name(collection: Collection) -> str:
    return f"{collection.table}_words"


def _of_the_past(collection: Collection) -> sql.SQL:
    text = sql.SQL("gin (({})) WHERE collection = {} AND since IS NOT NULL")
    return select.flat(text.format(_former(collection), sql.Literal(collection.id)))


def _definition(collection: Collection) -> sql.SQL:
    return select.flat(sql.SQL("gin (({}))").format(vector(collection)))
