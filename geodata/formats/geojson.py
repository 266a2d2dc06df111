"""GeoJSON (RFC 7946) of items and item; the features come as text from PostGIS."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from geodata.queries.item import Item
from geodata.queries.pages import ItemsPage

Link = dict[str, Any]
CHUNK = 64 * 1024
HEAD = b'{"type":"FeatureCollection","features":['


def write_items(page: ItemsPage, links: list[Link]) -> Iterator[bytes]:
    """The FeatureCollection in pieces: what PostgreSQL gives at once, and CHUNK bytes at least; in one when it is all there."""
    if not page.flows:
        yield in_one(page, end(links))
        return
    held, before, size = list[bytes](), HEAD, 0
    for texts in page.batches:
        if texts:
            # One copy a batch: what precedes it goes before its first text.
            texts[0] = before + texts[0]
            held.append(b",".join(texts))
            before, size = b",", size + len(held[-1])
        if size > CHUNK:
            yield from held
            held, size = [], 0
    yield b"".join([*held, HEAD if before is HEAD else b"", _counted(page), end(links)])


def in_one(page: ItemsPage, tail: bytes) -> bytes:
    """The FeatureCollection of a page whose texts are there, with this end, in one copy."""
    texts = [*page.texts] or [b""]
    texts[0] = HEAD + texts[0]
    texts[-1] += _counted(page) + tail
    return b",".join(texts)


def end(links: list[Link]) -> bytes:
    """The end of a feature or a collection of them: its links."""
    return b',"links":' + _compact(links) + b"}"


def _counted(page: ItemsPage) -> bytes:
    """What follows the last feature."""
    told: dict[str, Any] = {"numberReturned": page.returned}
    if page.matched is not None:
        told["numberMatched"] = page.matched
    if page.query.revision is None:
        # The past is the same bytes whenever it is asked for.
        told["timeStamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return b"]," + _compact(told)[1:-1]


def write_item(item: Item, links: list[Link]) -> bytes:
    """The feature with its links."""
    return item.text[:-1] + end(links)


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
