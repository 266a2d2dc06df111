"""Searching the texts that a collection names, by the beginnings of words; case and accents do not count.

The index follows the code, as stored texts do: `ensure()` makes it anew when a collection searches other texts.
"""

from functools import cache

from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.queries import select
from geodata.registry import Collection


@cache
def _words(collection: Collection) -> sql.SQL:
    texts = sql.SQL(" || ' ' || ").join(
        sql.SQL("coalesce({}, '')").format(sql.Identifier(collection.fields[name].column or name))
        for name in collection.search
    )
    return select.flat(sql.SQL("geodata_words({})").format(texts))


def clause(collection: Collection, words: tuple[str, ...], *, by_index: bool = True) -> tuple[sql.Composed, list[str]]:
    """The condition that each of these words begins a word of the searched texts.

    Without `by_index` it is written so that no index serves it.
    """
    kept = sql.SQL("" if by_index else " || ''::tsvector")
    return sql.SQL("({}{}) @@ geodata_wanted(%s)").format(_words(collection), kept), [" ".join(words)]


def drop(collection: Collection) -> None:
    """Take the index away before a bulk load; `ensure()` makes it again, in a fraction of the time."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(f"{collection.table}_words")))


def ensure() -> list[str]:
    """Make the indexes that are absent or of other texts; gives the ids of their collections."""
    made = []
    with connection.cursor() as cursor:
        for collection in registry.collections():
            name, told = f"{collection.table}_words", str(select.checksum(_words(collection)))
            if select.installed(cursor, collection.table, name) not in (None, told):
                names = {
                    "index": sql.Identifier(name),
                    "rows": sql.Identifier(collection.table),
                    "words": _words(collection),
                    "told": sql.Literal(told),
                }
                cursor.execute(sql.SQL(INSTALL).format(**names))
                made.append(collection.id)
    return made


INSTALL = """
DROP INDEX IF EXISTS {index};
CREATE INDEX {index} ON {rows} USING gin (({words}));
COMMENT ON INDEX {index} IS {told};
"""
