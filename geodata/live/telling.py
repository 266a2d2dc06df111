"""What a stream says: server-sent events (HTML Living Standard §9.2) about changes of published features.

    event: change
    data: {"collection": "cabanes", "bbox": [w, s, e, n], "changes": [{"op": "upsert", "uuid": "…", "bbox": […]}]}
    id: <cursor of the feed>

`bbox` holds what was there before as well: a map draws both places anew. A `period` is a feature that begins or ends
at this moment without having changed. `ready` says from where on the stream tells. After `reset` a map reads all that it shows again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geodata.live.moments import Moment
from geodata.params.changes import Anchor, make_since
from geodata.queries.changes import ChangesPage
from geodata.queries.touched import Box, touched

# Of more changes at once only the box is told.
MOST_NAMED = 100
HEARTBEAT = b":\n\n"


@dataclass(frozen=True)
class Told:
    """The frames of one message, each with its collection; every stream gets the cursor, whatever it follows."""

    frames: tuple[tuple[str, bytes], ...]
    cursor: Anchor | None = None

    def to(self, collection_id: str | None) -> bytes:
        """What a stream that follows this collection (None: all) sends."""
        chosen = [frame for each, frame in self.frames if collection_id in (None, each) or not each]
        place = position(self.cursor) if self.cursor else b""
        # The id stands in the last frame: a reader that got the others only comes back for all of them.
        return b"\n".join(chosen) + place + b"\n" if chosen or place else b""


RESET = Told((("", b"event: reset\ndata: {}\n"),))


def of_page(page: ChangesPage) -> Told:
    """A page of the feed; nothing when it is empty."""
    where = touched(page.entries)
    by_collection: dict[str, list[dict[str, Any]]] = {}
    for entry in page.entries:
        touch = where.get(entry.revision)
        told: dict[str, Any] = {"op": entry.op, "uuid": str(entry.uuid)}
        if entry.successor:
            told["successor"] = str(entry.successor)
        by_collection.setdefault(entry.collection, []).append(told | {"bbox": touch.box if touch else None})
    frames = tuple((each, _frame(each, changes)) for each, changes in by_collection.items())
    return Told(frames, page.last)


def of_moments(found: Iterable[Moment]) -> Told:
    """What begins or ends now."""
    by_collection: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        told = {"op": "period", "uuid": str(each.uuid), "bbox": each.box}
        by_collection.setdefault(each.collection, []).append(told)
    return Told(tuple((each, _frame(each, changes)) for each, changes in by_collection.items()))


def position(anchor: Anchor) -> bytes:
    """The cursor as the field `id`, which a reader sends back as `Last-Event-ID`."""
    return b"id: " + make_since(anchor).encode() + b"\n"


def _frame(collection_id: str, changes: list[dict[str, Any]]) -> bytes:
    told: dict[str, Any] = {"collection": collection_id, "bbox": _around(each["bbox"] for each in changes)}
    if len(changes) <= MOST_NAMED:
        told["changes"] = changes
    return b"event: change\ndata: " + json.dumps(told, separators=(",", ":")).encode() + b"\n"


def _around(boxes: Iterable[Box | None]) -> Box | None:
    known = [box for box in boxes if box]
    if not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return (min(west), min(south), max(east), max(north))
