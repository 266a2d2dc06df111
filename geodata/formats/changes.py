"""JSON of the change feed and of snapshots; features are spliced in as PostGIS wrote them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from geodata.params.changes import Anchor, make_since
from geodata.params.instants import instant
from geodata.queries.changes import ChangesPage, Entry
from geodata.queries.flowing import Piece

CHUNK = 64 * 1024
Link = dict[str, Any]


def write_changes(page: ChangesPage, links: list[Link]) -> Iterator[bytes]:
    """The page in pieces of about 64 KiB; `cursor` continues after it."""
    pieces, size = [b'{"changes":['], 0
    for number, (entry, feature) in enumerate(page.texts()):
        pieces.append(b",\n" if number else b"\n")
        told = compact(described(entry))
        if not page.query.skip_feature and entry.op == "upsert":
            told = told[:-1] + b',"feature":' + (feature or b"null") + b"}"
        pieces.append(told)
        size += len(told)
        if size > CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    tail = {
        "cursor": make_since(page.last),
        "more": page.more,
        "numberReturned": len(page.entries),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "links": links,
    }
    pieces.append(b"],\n" + compact(tail)[1:])
    yield b"".join(pieces)


def described(entry: Entry) -> dict[str, Any]:
    """An entry without its feature."""
    told = {
        "op": entry.op,
        "collection": entry.collection,
        "uuid": str(entry.uuid),
        "revision": entry.revision,
        "at": instant(entry.at),
        "reason": entry.reason,
    }
    return told | ({"successor": str(entry.successor)} if entry.successor else {})


def write_copy(collection_id: str, anchor: Anchor, pieces: Iterator[Piece], links: list[Link]) -> Iterator[bytes]:
    """A FeatureCollection with its cursor, one feature a line, so that it can be read line by line."""
    head = {"type": "FeatureCollection", "collection": collection_id, "cursor": make_since(anchor), "links": links}
    before, count = compact(head)[:-1] + b',"features":[\n', 0
    for piece in pieces:
        yield before + piece.text
        before, count = b",\n", count + piece.count
    yield (b"" if count else before[:-1]) + b"\n]," + compact({"numberReturned": count})[1:]


def compact(value: Any) -> bytes:
    """JSON without blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
