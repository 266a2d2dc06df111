"""A mirror of a network in one SQLite file, with the standard library only.

    python mirror.py https://parcs.example.fr mirror.sqlite cabanes sentiers

Run it again, from cron, after a crash, after three weeks: it goes on from the cursor in the file. A copy or a
page of changes is one transaction with its cursor, so the file is always the network as it was at one moment.
"""

import json
import sqlite3
import sys
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

GONE = 410
FAILURES = (OSError, HTTPException, ValueError, sqlite3.Error)
TABLES = """
CREATE TABLE IF NOT EXISTS cursor (collection TEXT PRIMARY KEY, since TEXT);
CREATE TABLE IF NOT EXISTS feature (collection TEXT, uuid TEXT, json TEXT, PRIMARY KEY (collection, uuid));
"""


def mirror(base: str, file: sqlite3.Connection, name: str) -> None:
    """Bring a collection up to date. Raises OSError, HTTPException or ValueError when an answer was cut: run it again."""
    more, again = True, False
    while more:
        (since,) = file.execute("SELECT since FROM cursor WHERE collection = ?", [name]).fetchone() or [None]
        with file:  # one transaction
            try:
                since, more = follow(base, file, name, since) if since else copy(base, file, name)
            except HTTPError as error:
                if error.code != GONE or again:  # the cursor is too old: begin with a copy, once
                    raise
                since, again = None, True
            file.execute("REPLACE INTO cursor VALUES (?, ?)", [name, since])


def copy(base: str, file: sqlite3.Connection, name: str) -> tuple[str, bool]:
    """Take the whole collection, one feature a line."""
    file.execute("DELETE FROM feature WHERE collection = ?", [name])
    with urlopen(f"{base}/api/snapshot/{name}", timeout=60) as answer:
        since = json.loads(answer.readline() + b"]}")["cursor"]
        while not (line := answer.readline()).startswith(b"]"):
            put(file, name, json.loads(line.rstrip(b",\n")))  # ValueError: the answer was cut
    return since, True


def follow(base: str, file: sqlite3.Connection, name: str, since: str) -> tuple[str, bool]:
    """Apply a page of changes."""
    with urlopen(f"{base}/api/changes?collection={name}&limit=1000&since={since}", timeout=60) as answer:
        page = json.load(answer)
    for change in page["changes"]:
        if change["op"] == "upsert":
            put(file, name, change["feature"])
        else:  # unpublish, delete, or merge: then change["successor"] took its place
            file.execute("DELETE FROM feature WHERE collection = ? AND uuid = ?", [name, change["uuid"]])
    return page["cursor"], page["more"]


def put(file: sqlite3.Connection, name: str, feature: dict[str, Any]) -> None:
    """Keep this state of a feature."""
    file.execute("REPLACE INTO feature VALUES (?, ?, ?)", [name, feature["id"], json.dumps(feature)])


if __name__ == "__main__":
    if len(sys.argv) < 4:  # noqa: PLR2004
        sys.exit("usage: mirror.py https://parcs.example.fr FILE.sqlite COLLECTION…")
    mirrored = sqlite3.connect(sys.argv[2])
    mirrored.executescript(TABLES)
    for collection in sys.argv[3:]:
        try:
            mirror(sys.argv[1].rstrip("/"), mirrored, collection)
        except FAILURES as error:  # what the service says, or what was cut; the file is as it was
            said = error.read(1000).decode(errors="replace") if isinstance(error, HTTPError) else ""
            sys.exit(f"{collection}: {error} {said}".rstrip())
        if sys.stdout.isatty():  # cron hears of failures only
            (kept,) = mirrored.execute("SELECT count(*) FROM feature WHERE collection = ?", [collection]).fetchone()
            print(f"{collection}: {kept} features")
