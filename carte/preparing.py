"""Checks of an installation before it serves: the database's version and extensions, static files."""

import hashlib
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management.base import CommandError
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

EXTENSIONS = ("postgis", "pgrouting", "unaccent", "pg_trgm", "btree_gist")
MIN_POSTGRESQL = 15
MIN_POSTGIS = (3, 3)


def check_database(connection: BaseDatabaseWrapper) -> None:
    """Raise CommandError with one sentence when this database cannot serve us."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0]) // 10_000
            cursor.execute("SELECT name, default_version, installed_version FROM pg_available_extensions")
            available = {name: (default, installed) for name, default, installed in cursor.fetchall()}
    except OperationalError as error:
        raise CommandError(f"The database cannot be reached: {str(error).strip().splitlines()[-1]}") from None
    if version < MIN_POSTGRESQL:
        raise CommandError(f"The database is PostgreSQL {version}; {MIN_POSTGRESQL} or newer is needed.")
    missing = [name for name in EXTENSIONS if name not in available]
    if missing:
        raise CommandError(f"The database server lacks these extensions: {', '.join(missing)}. Install their packages.")
    default, installed = available["postgis"]
    if tuple(int(part) for part in (installed or default).split(".")[:2]) < MIN_POSTGIS:
        raise CommandError(f"PostGIS is {installed or default}; {'.'.join(map(str, MIN_POSTGIS))} or newer is needed.")


def static_files_key() -> str:
    """A text that changes whenever a static file appears, disappears or changes."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
