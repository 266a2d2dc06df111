"""Checks of an installation before it serves: the database's version and extensions, static files."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper

EXTENSIONS = ("postgis", "pgrouting", "unaccent", "pg_trgm", "btree_gist")
MIN_POSTGRESQL = 15
MIN_POSTGIS = (3, 3)
# By its hash, with what was compressed of it.
COMPONENT = "dist/component.*.js*"


def check_database(connection: BaseDatabaseWrapper) -> None:
    """Raise CommandError with one sentence when this database cannot serve us.

    Connects once, beside the pool: the pool would try again and hide the cause.
    """
    try:
        with psycopg.connect(**connection.get_connection_params()) as direct:
            version = direct.info.server_version
            found = direct.execute(
                "SELECT name, coalesce(installed_version, default_version) FROM pg_available_extensions"
            )
            available = dict(found.fetchall())
    except psycopg.OperationalError as error:
        reason = re.sub(r"^connection (failed|is bad): ", "", str(error).strip()).splitlines()[0]
        raise CommandError(f"The database of DATABASE_URL cannot be used: {reason}") from None
    if problem := what_lacks(version, available):
        raise CommandError(problem)


def what_lacks(version: int, available: dict[str, str]) -> str:
    """A sentence on what this server lacks, or nothing.

    `version` as PostgreSQL's `server_version_num`; `available` gives the version of each extension.
    """
    if version // 10_000 < MIN_POSTGRESQL:
        return f"The database is PostgreSQL {version // 10_000}; {MIN_POSTGRESQL} or newer is needed."
    if missing := [name for name in EXTENSIONS if name not in available]:
        return f"The database server lacks these extensions: {', '.join(missing)}. Install their packages."
    if tuple(int(part) for part in available["postgis"].split(".")[:2]) < MIN_POSTGIS:
        return f"PostGIS is {available['postgis']}; {'.'.join(map(str, MIN_POSTGIS))} or newer is needed."
    return ""


def static_files_key() -> str:
    """A text that changes whenever a static file appears, disappears or changes."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def with_pinned(root: Path) -> Iterator[None]:
    """Static files are cleared and collected inside; versions of the web component that pages of others pinned stay."""
    pinned = {path: path.read_bytes() for path in root.glob(COMPONENT)}
    try:
        yield
    finally:
        for path, body in pinned.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
