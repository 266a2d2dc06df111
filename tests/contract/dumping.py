"""A database copied as docs/guides/operators.md says: pg_dump, then pg_restore by the role of the service."""

import subprocess

import psycopg
from django.db import connection
from psycopg import sql

# What only the owner of the extensions may write, and every database made for the service has already.
GIVEN = (" EXTENSION ", " spatial_ref_sys ")


def dump(file):
    """Write the test database into a file."""
    given = connection.settings_dict
    _run("pg_dump", "-Fc", *_reached(given["HOST"]), "-f", file, given["NAME"])


def restore(file, host, name, *, by_superuser=False):
    """Restore the file into a database that is empty but for the extensions; anything refused is an error.

    A superuser needs none of them there.
    """
    chosen = []
    if not by_superuser:
        listed = _run("pg_restore", "-l", file).splitlines(keepends=True)
        kept = file.with_suffix(".list")
        kept.write_text("".join(line for line in listed if not any(each in line for each in GIVEN)))
        chosen = ["-L", kept]
    _run("pg_restore", *_reached(host), "-d", name, *chosen, "--exit-on-error", file)


def make(host, name, **session):
    """An empty database beside the others of a server."""
    drop(host, name, **session)
    with psycopg.connect(host=str(host), dbname="postgres", autocommit=True, **session) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(host, name, **session):
    """Take it away. Not by FORCE: only a superuser may end what cleans up in it, which PostgreSQL ends by itself."""
    with psycopg.connect(host=str(host), dbname="postgres", autocommit=True, **session) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _reached(host):
    return ("-h", host, "-U", connection.settings_dict["USER"])


def _run(*command):
    ended = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
