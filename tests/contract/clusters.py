"""A PostgreSQL of a test's own, which it may shut down in any way and start again."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from django.db import connection

from tests.contract import dumping

CONF = """
listen_addresses = ''
unix_socket_directories = '{home}'
unix_socket_permissions = 0700
max_connections = 80
shared_buffers = 64MB
fsync = off
jit = off
timezone = 'UTC'
"""
# PostgreSQL refuses to be run by root.
OWNER = "postgres"


class Cluster:
    """A server of the version of the test database, which holds a copy of that database named `chaine`."""

    name = "chaine"

    def __init__(self, environment=None):
        self.home = Path(tempfile.mkdtemp(prefix="chaine-"))
        self._environment = environment or {}
        self._is_root = os.getuid() == 0
        if self._is_root:
            owner = pwd.getpwnam(OWNER)
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0]) // 10_000
        self._programs = Path(f"/usr/lib/postgresql/{version}/bin")
        self._data = self.home / "data"
        self._user = connection.settings_dict["USER"]
        self._run("initdb", "-D", self._data, "-U", self._user, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-N")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(CONF.format(home=self.home))
        self.start()

    def fill(self, file):
        """Put a copy of the test database there, by way of this file."""
        dumping.dump(file)
        with psycopg.connect(**self.dsn | {"dbname": "postgres"}, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {self.name}")
        dumping.restore(file, self.home, self.name, by_superuser=True)

    @property
    def dsn(self):
        """How to connect with psycopg."""
        return {"host": str(self.home), "dbname": self.name, "user": self._user}

    def asked(self, statement, *values):
        """The rows of one statement."""
        with psycopg.connect(**self.dsn, autocommit=True) as session:
            return session.execute(statement, values).fetchall()

    def start(self):
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", self.home / "log")

    def stop(self, mode="fast"):
        """Shut it down: fast ends what runs, immediate is a crash that leaves recovery to the next start."""
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", self._data)

    def remove(self):
        """Take all of it away."""
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.home)

    def _run(self, program, *arguments):
        command = [str(self._programs / program), *map(str, arguments)]
        command = ["runuser", "-u", OWNER, "--", *command] if self._is_root else command
        ended = subprocess.run(
            command,
            cwd="/",
            env=os.environ | self._environment,
            stdin=subprocess.DEVNULL,
            # pg_ctl leaves the server its outputs: a pipe would never end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert ended.returncode == 0, (command, (self.home / "log").read_text()[-2_000:])
