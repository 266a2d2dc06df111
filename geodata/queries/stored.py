"""Feature texts kept beside the rows by the database itself (decision 0100).

A table `geodata_text_<collection>` holds, for each row, its GeoJSON feature in CRS84 and the words by which it is found,
with the revision and the shape of publication they were made from. A trigger fills it in the transaction of every write, whoever
writes. A reader takes a text only when both agree with the row and the code, and computes it otherwise:
what is served is never older than the row.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84, Crs
from geodata.queries import keeping, search, select
from geodata.registry import Collection

BATCH = 5_000
# While this session setting is `on`, a bulk load leaves texts out; `store()` makes them afterwards.
DEFER = "chaine.defer_texts"


@lru_cache(select.CHOICES)
def feature(collection: Collection, crs: Crs, columns: Columns = EVERYTHING) -> tuple[sql.SQL, sql.SQL]:
    """The feature as text, and the join that `FROM (…) t` needs for it."""
    computed = select.feature(collection, crs, columns)
    if crs is not CRS84 or columns != EVERYTHING:
        return computed, sql.SQL("")
    # OFFSET 0: row by row, by the key. A merge of the two tables would read the texts of all rows before the first one.
    join = sql.SQL(
        " LEFT JOIN LATERAL (SELECT x.body, x.words FROM {table} x WHERE x.id = t.id AND x.revision = t.revision"
        " AND x.shape = {shape} OFFSET 0) stored ON true"
    ).format(table=table(collection), shape=sql.Literal(shape(collection)))
    return select.flat(sql.SQL("coalesce(stored.body, {})").format(computed)), select.flat(join)


@cache
def kept(collection: Collection) -> tuple[sql.SQL, sql.SQL]:
    """As `feature` in CRS84, but null where no text is kept that agrees with the row.

    PostgreSQL takes 0.15 ms to make ready the expression that computes a feature, used or not. So hot reads ask for
    what is kept, and compute what was not in a second statement: hardly ever any.
    """
    return sql.SQL("stored.body"), feature(collection, CRS84)[1]


@cache
def words(collection: Collection) -> sql.SQL:
    """The words of a row beside the join of `feature`: as they are kept, else found."""
    return select.flat(sql.SQL("coalesce(stored.words, {})").format(search.vector(collection)))


@cache
def words_looked_up(collection: Collection) -> sql.SQL:
    """The same where no text is read beside the row: as they are kept under its key, else found."""
    kept = "SELECT x.words FROM {table} x WHERE x.id = t.id AND x.revision = t.revision AND x.shape = {shape}"
    named = {"table": table(collection), "shape": sql.Literal(shape(collection))}
    return select.flat(sql.SQL(f"coalesce(({kept}), {{found}})").format(**named, found=search.vector(collection)))


def table(collection: Collection) -> sql.Identifier:
    """The table of the texts of a collection."""
    return sql.Identifier(_name(collection))


def _name(collection: Collection) -> str:
    return "geodata_text_" + collection.id.replace("-", "_")


@cache
def shape(collection: Collection) -> int:
    """A number that changes with what a feature publishes and by what it is found."""
    made = sql.SQL("{}, {}").format(select.feature(collection, CRS84), search.vector(collection))
    return select.checksum(select.flat(made))


def ensure() -> list[str]:
    """Make the tables and triggers that are absent or of another shape; gives the ids of their collections."""
    return [each.id for each in registry.collections() if keeping.table(each, _name(each), _install(each))]


def _install(collection: Collection) -> sql.SQL:
    names = {
        "table": table(collection),
        "function": sql.Identifier(_name(collection) + "_keep"),
        "rows": sql.Identifier(collection.table),
        "feature": select.feature(collection, CRS84),
        "vector": search.vector(collection),
        "shape": sql.Literal(shape(collection)),
        "defer": sql.Literal(DEFER),
    }
    return select.flat(sql.SQL(INSTALL).format(**names))


INSTALL = """
CREATE TABLE IF NOT EXISTS {table} (id bigint PRIMARY KEY, revision bigint NOT NULL, shape integer NOT NULL, body text NOT NULL);
ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS words tsvector;
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
  SET extra_float_digits = 1 SET DateStyle = 'ISO' AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM {table};
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM {table} WHERE id = OLD.id;
  ELSIF current_setting({defer}, true) = 'on' OR TG_OP = 'UPDATE' AND NEW.revision = OLD.revision THEN
    RETURN NULL;
  ELSE
    INSERT INTO {table} (id, revision, shape, body, words)
    SELECT t.id, t.revision, {shape}, {feature}, {vector} FROM (SELECT NEW.*) t
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, shape = excluded.shape, body = excluded.body,
      words = excluded.words;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS y_text ON {rows};
CREATE TRIGGER y_text AFTER INSERT OR UPDATE OR DELETE ON {rows} FOR EACH ROW EXECUTE FUNCTION {function}();
DROP TRIGGER IF EXISTS y_text_truncate ON {rows};
CREATE TRIGGER y_text_truncate AFTER TRUNCATE ON {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


def store(collection: Collection) -> int:
    """Make the texts that are absent or old, in batches that each commit; gives how many."""
    statement = sql.SQL(STORE).format(
        table=table(collection),
        rows=sql.Identifier(collection.table),
        feature=select.feature(collection, CRS84),
        vector=search.vector(collection),
        shape=sql.Literal(shape(collection)),
    )
    total, last = 0, 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, {"after": last, "batch": BATCH})
            count, last = _counted(cursor.fetchone())
            total += count
            if count < BATCH:
                break
        cursor.execute(
            sql.SQL("DELETE FROM {} x WHERE NOT EXISTS (SELECT FROM {} t WHERE t.id = x.id)").format(
                table(collection), sql.Identifier(collection.table)
            )
        )
    keeping.analyse(_name(collection))
    return total


def _counted(row: tuple[Any, ...]) -> tuple[int, int]:
    count, last = row
    return count, last or 0


STORE = """
WITH wanted AS (
  SELECT t.* FROM {rows} t LEFT JOIN {table} x ON x.id = t.id AND x.revision = t.revision AND x.shape = {shape}
  WHERE x.id IS NULL AND t.id > %(after)s ORDER BY t.id LIMIT %(batch)s
), made AS (
  INSERT INTO {table} AS x (id, revision, shape, body, words)
  SELECT t.id, t.revision, {shape}, {feature}, {vector} FROM wanted t ORDER BY t.id
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, shape = excluded.shape, body = excluded.body,
    words = excluded.words
    WHERE x.revision <= excluded.revision
)
SELECT count(*), max(id) FROM wanted
"""
