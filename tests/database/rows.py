"""The rows of a test database: emptied after a test that commits, kept and put back where many tests want the same.

Django would TRUNCATE every table with every index after each such test, then write content types, permissions and
what follows the code anew (decision 0200). Here only tables that hold rows are touched, and those stay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# What migrations wrote, and what PostGIS brought.
KEPT = ["auth_permission", "django_content_type", "django_migrations", "spatial_ref_sys"]
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relname = ANY(%s) ORDER BY relname
"""
# Deleted rows stay in the file, and would be counted by what measures pages: a large file is made anew.
LARGE_BYTES = 500_000
SIZE = "SELECT max(pg_table_size(format('public.%%I', name)::regclass)) FROM unnest(%s::text[]) name"
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = format('public.%%I', %s::text)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attnum
"""
# Numbers go on after those that were put back.
NUMBERS = """
SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, %s)
FROM pg_sequences WHERE schemaname = 'public' AND sequencename = %s AND coalesce(last_value, 0) < %s
"""


def held(cursor: CursorWrapper) -> list[str]:
    """The tables that hold rows of a test."""
    cursor.execute(TABLES, [KEPT])
    looks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for (name,) in cursor.fetchall()
    ]
    cursor.execute(sql.SQL(" UNION ALL ").join(looks))
    return [name for (name,) in cursor.fetchall()]


def empty() -> None:
    """Take the rows of all tests away. Sequences go on, as they do when Django empties tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = held(cursor)
        if not tables:
            return
        cursor.execute(SIZE, [tables])
        if cursor.fetchone()[0] > LARGE_BYTES:
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
            return
        # One statement: no order of theirs could break a link.
        steps = [
            sql.SQL("{} AS (DELETE FROM {})").format(sql.Identifier(f"of_{name}"), sql.Identifier(name))
            for name in tables
        ]
        with _without_triggers(cursor, tables):
            cursor.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(steps)))


@contextmanager
def _without_triggers(cursor: CursorWrapper, tables: list[str]) -> Iterator[None]:
    """Neither history nor what is kept beside rows is made by what happens inside; links are judged at its end."""
    each = [sql.SQL("ALTER TABLE {} {{}} TRIGGER USER").format(sql.Identifier(name)).as_string() for name in tables]
    cursor.execute("; ".join(each).replace("{}", "DISABLE"))
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("; ".join(each).replace("{}", "ENABLE"))
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def keep(folder: Path) -> None:
    """Write all rows and the numbers that sequences have reached into a folder."""
    with connection.cursor() as cursor:
        for name in held(cursor):
            with (folder / name).open("wb") as file, cursor.copy(_copy(cursor, name, "TO STDOUT")) as rows:
                file.writelines(rows)
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        told = [f"{name} {last}\n" for name, last in cursor.fetchall() if last]
    (folder / "numbers").write_text("".join(told))


def put_back(folder: Path) -> None:
    """Let tables that are empty hold what `keep` wrote."""
    files = [each for each in sorted(folder.iterdir()) if each.name != "numbers"]
    with transaction.atomic(), connection.cursor() as cursor:
        with _without_triggers(cursor, [each.name for each in files]):
            for each in files:
                with cursor.copy(_copy(cursor, each.name, "FROM STDIN")) as rows:
                    rows.write(each.read_bytes())
        for line in (folder / "numbers").read_text().splitlines():
            name, last = line.split()
            cursor.execute(NUMBERS, [int(last), name, int(last)])


def _copy(cursor: CursorWrapper, table: str, way: str) -> sql.Composed:
    cursor.execute(COLUMNS, [table])
    columns = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), columns, sql.SQL(way))
