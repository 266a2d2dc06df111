"""A mirror of a network in one SQLite file, with the standard library only.

    python mirror.py https://parcs.example.fr mirror.sqlite
    python mirror.py https://parcs.example.fr mirror.sqlite cabanes sentiers

All collections, or those that are named. Run it again, from cron, after a crash, after three weeks: it goes on from
the cursor in the file. The copies with what changed while they were taken, and then each page of changes, are one
transaction with one cursor, so the collections of a run are always as they were at one moment, together.
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


def mirror(base: str, file: sqlite3.Connection, names: list[str]) -> None:
    """Bring collections up to date. Raises OSError, HTTPException or ValueError when an answer was cut: run it again."""
    known = dict(file.execute("SELECT collection, since FROM cursor").fetchall())
    cursors, more = {known.get(name) for name in names}, True
    since = cursors.pop() if len(cursors) == 1 else None  # collections that were not taken together begin together
    while more:
        with file:  # one transaction
            try:
                since, more = follow(base, file, names, since) if since else copy(base, file, names)
                file.executemany("REPLACE INTO cursor VALUES (?, ?)", [(name, since) for name in names])
            except HTTPError as error:
                if error.code != GONE or not since:
                    raise
                since = None  # the cursor is too old: begin with copies, once


def copy(base: str, file: sqlite3.Connection, names: list[str]) -> tuple[str, bool]:
    """Take whole collections, one feature a line, then what changed since the first of them was taken."""
    cursors, more = [], True
    for name in names:
        file.execute("DELETE FROM feature WHERE collection = ?", [name])
        with urlopen(f"{base}/api/snapshot/{name}", timeout=60) as answer:
            cursors.append(json.loads(answer.readline() + b"]}")["cursor"])
            while not (line := answer.readline()).startswith(b"]"):
                put(file, name, json.loads(line.rstrip(b",\n")))  # ValueError: the answer was cut
    since = cursors[0]
    while more:
        since, more = follow(base, file, names, since)
    return since, more


def follow(base: str, file: sqlite3.Connection, names: list[str], since: str) -> tuple[str, bool]:
    """Apply a page of changes."""
    one = f"collection={names[0]}&" if len(names) == 1 else ""
    with urlopen(f"{base}/api/changes?{one}limit=1000&since={since}", timeout=60) as answer:
        page = json.load(answer)
    for change in page["changes"]:
        name = change["collection"]
        if name in names and change["op"] == "upsert":
            put(file, name, change["feature"])
        elif name in names:  # unpublish, delete, or merge: then change["successor"] took its place
            file.execute("DELETE FROM feature WHERE collection = ? AND uuid = ?", [name, change["uuid"]])
    return page["cursor"], page["more"]


def put(file: sqlite3.Connection, name: str, feature: dict[str, Any]) -> None:
    """Keep this state of a feature, written in one way, so that two mirrors can be compared as texts."""
    file.execute("REPLACE INTO feature VALUES (?, ?, ?)", [name, feature["id"], json.dumps(feature, sort_keys=True)])


if __name__ == "__main__":
    if len(sys.argv) < 3:  # noqa: PLR2004
        sys.exit("usage: mirror.py https://parcs.example.fr FILE.sqlite [COLLECTION…]")
    address, path, *collections = sys.argv[1:]
    service = address.rstrip("/")
    try:
        mirrored = sqlite3.connect(path)
        mirrored.executescript(TABLES)
        if not collections:
            with urlopen(f"{service}/api/collections?f=json", timeout=60) as listed:
                collections = [each["id"] for each in json.load(listed)["collections"]]
        mirror(service, mirrored, collections)
    except FAILURES as failure:  # what the service says, or what was cut; the file is as it was
        said = failure.read(1000).decode(errors="replace") if isinstance(failure, HTTPError) else ""
        sys.exit(f"{service}: {failure} {said}".rstrip())
    if sys.stdout.isatty():  # cron hears of failures only
        for name, kept in mirrored.execute("SELECT collection, count(*) FROM feature GROUP BY collection"):
            print(f"{name}: {kept} features")
