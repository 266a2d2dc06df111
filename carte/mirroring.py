"""Whether a mirror holds what the service published, feature by feature, by hashes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from geodata import registry
from geodata.params.changes import Anchor, parse_since
from geodata.problems import BadParameter
from geodata.queries import copies
from geodata.queries.changes import latest

TIMEOUT_S = 60.0
Digests = dict[str, bytes]


@dataclass(frozen=True)
class Difference:
    """What a mirror of a collection has wrong, by uuid; `at` is the revision at which both were compared."""

    collection: str
    count: int
    digest: str
    at: int
    absent: list[str]
    extra: list[str]
    different: list[str]

    @property
    def is_equal(self) -> bool:
        """Whether the mirror is right, row for row."""
        return not (self.absent or self.extra or self.different)


def compare_file(path: Path) -> Iterator[Difference]:
    """Compare a file of `clients/python/mirror.py` with the service as it was at the file's cursors.

    Raises BadParameter: a cursor that this service did not make. ValueError: no such file.
    """
    if not path.is_file():
        raise ValueError(f"{path} is not there.")
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as file:
        for name, since in file.execute(
            "SELECT collection, since FROM cursor WHERE since IS NOT NULL ORDER BY collection"
        ).fetchall():
            rows = file.execute("SELECT json FROM feature WHERE collection = ?", [name])
            yield _compared(name, parse_since(since), (text for (text,) in rows))


def compare_service(base: str, names: Iterable[str]) -> Iterator[Difference]:
    """Compare the copies that another address serves with ours.

    Where its cursor is one of ours (a cache, a replica) as of that cursor, else as of now.
    Raises httpx.HTTPError when it does not answer, ValueError when its answer is no copy.
    """
    for name in names:
        with httpx.stream("GET", f"{base}/api/snapshot/{name}", timeout=TIMEOUT_S, follow_redirects=True) as answer:
            answer.raise_for_status()
            lines = answer.iter_lines()
            head = json.loads(next(lines, "") + "]}")
            yield _compared(name, _anchor(head["cursor"]), _features(lines))


def _anchor(cursor: str) -> Anchor:
    try:
        return parse_since(cursor)
    except BadParameter:
        return latest()


def _features(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("]"):
            return
        yield line.rstrip(",")
    raise ValueError("The copy was cut.")


def _compared(name: str, anchor: Anchor, theirs: Iterable[str]) -> Difference:
    origin = _digests(copies.copy_at(registry.get(name), anchor.revision))
    mirror = _digests(theirs)
    whole = hashlib.sha256(b"".join(uuid.encode() + origin[uuid] for uuid in sorted(origin)))
    return Difference(
        name,
        len(origin),
        whole.hexdigest(),
        anchor.revision,
        absent=sorted(origin.keys() - mirror.keys()),
        extra=sorted(mirror.keys() - origin.keys()),
        different=sorted(uuid for uuid in origin.keys() & mirror.keys() if origin[uuid] != mirror[uuid]),
    )


def _digests(texts: Iterable[str | bytes]) -> Digests:
    """The hash of each feature by uuid; the order of members and the blanks between them do not count."""
    found: Digests = {}
    for text in texts:
        feature: dict[str, Any] = json.loads(text)
        plain = json.dumps(feature, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        found[feature["id"]] = hashlib.sha256(plain.encode()).digest()
    return found
