"""Searching for letters inside texts, case and accents folded: indexes of trigrams over what pages search.

As the indexes of words (`search`), they follow the code: `ensure()` makes one anew when its texts changed. The
expressions here are the ones to ask with, else no index serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from psycopg import sql

from geodata import registry
from geodata.queries import counting, keeping, select
from geodata.registry import Collection

LANGUAGES = ("fr", "en", "nl")
# A run of so many letters or digits has a trigram that an index can look up.
LOOKED_UP = 3
# Rows that may be read where no index serves: 30 ms.
MOST_READ = 2_000
RUNS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Index:
    """An index over folded texts; its name is that of the table and `suffix`."""

    collection: Collection
    suffix: str
    texts: sql.SQL
    method: str
    operators: str

    @property
    def name(self) -> str:
        """The name in the database."""
        return f"{self.collection.table}_{self.suffix}"

    @property
    def definition(self) -> sql.SQL:
        """What follows USING."""
        pieces = sql.SQL(self.method), self.texts, sql.SQL(self.operators)
        return select.flat(sql.SQL("{} (({}) {})").format(*pieces))


@lru_cache
def names(collection: Collection, alias: str = "") -> sql.SQL:
    """The folded names of a row in all languages; columns with this alias."""
    return _folded(_names(collection), alias)


@lru_cache
def texts(collection: Collection, alias: str = "") -> sql.SQL:
    """The folded texts that a collection searches."""
    return _folded(tuple(collection.fields[name].column or name for name in collection.search), alias)


def pattern(text: str) -> str:
    """The LIKE pattern of what contains a folded text."""
    return f"%{beginning(text)}"


def beginning(text: str) -> str:
    """The LIKE pattern of what begins with a folded text."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def is_looked_up(word: str) -> bool:
    """Whether an index finds the texts that contain this word."""
    return any(len(run) >= LOOKED_UP for run in RUNS.findall(word))


def is_large(collection: Collection) -> bool:
    """Whether a collection holds too much to be read where no index serves."""
    return counting.total(collection) > MOST_READ


def ensure() -> list[str]:
    """Make the indexes that are absent or of other texts; gives their names."""
    return [each.name for each in _wanted() if keeping.index(each.collection, each.name, each.definition)]


def drop(collection: Collection) -> None:
    """Take the indexes away before a bulk load; `ensure()` makes them again."""
    for index in _wanted():
        if index.collection is collection:
            keeping.drop_index(index.name)


def _wanted() -> Iterator[Index]:
    for collection in registry.collections():
        yield Index(collection, "letters", texts(collection), "gin", "gin_trgm_ops")
        if set(_names(collection)) < set(collection.search):
            yield Index(collection, "names", names(collection), "gin", "gin_trgm_ops")
            yield Index(collection, "begins", names(collection), "btree", "text_pattern_ops")


def _names(collection: Collection) -> tuple[str, ...]:
    return tuple(f"{collection.model_class.label_stem}_{language}" for language in LANGUAGES)


def _folded(columns: tuple[str, ...], alias: str) -> sql.SQL:
    each = [sql.Identifier(alias, column) if alias else sql.Identifier(column) for column in columns]
    joined = sql.SQL(" || ' ' || ").join(sql.SQL("coalesce({}, '')").format(column) for column in each)
    return select.flat(sql.SQL("geodata_folded({})").format(joined))
