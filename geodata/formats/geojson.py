"""GeoJSON (RFC 7946) of items and item; the features come as text from PostGIS."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from geodata.queries.item import Item
from geodata.queries.pages import ItemsPage

Link = dict[str, Any]
CHUNK = 64 * 1024


def write_items(page: ItemsPage, links: list[Link]) -> Iterator[bytes]:
    """The FeatureCollection in pieces: what PostgreSQL gives at once, and CHUNK bytes at least."""
    held, before = [b'{"type":"FeatureCollection","features":['], b""
    for texts in page.batches:
        if texts:
            held += [before, b",".join(texts)]
            before = b","
        if sum(map(len, held)) > CHUNK:
            yield b"".join(held)
            held = []
    tail: dict[str, Any] = {"numberReturned": page.returned}
    if page.matched is not None:
        tail["numberMatched"] = page.matched
    if page.query.revision is None:
        # The past is the same bytes whenever it is asked for.
        tail["timeStamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tail["links"] = links
    yield b"".join([*held, b"],", _compact(tail)[1:]])


def write_item(item: Item, links: list[Link]) -> bytes:
    """The feature with its links."""
    return item.text[:-1] + b',"links":' + _compact(links) + b"}"


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
