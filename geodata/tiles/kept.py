"""Tiles that were made lately, by the state of what they show: never older than that state, so never stale.

Whoever reads has just read the state (one indexed read). An edit makes another state, under which nothing is kept.
An edit between the two leaves a newer tile under an older state, which nobody asks for again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

# Of each process: at most so many tiles, none larger than that.
MOST = 512
LARGEST = 64 * 1024

_tiles: OrderedDict[Hashable, bytes] = OrderedDict()
_lock = Lock()


def tile(key: Hashable, make: Callable[[], bytes]) -> bytes:
    """The tile of this key (tile, layers and their state), made when it is not kept."""
    with _lock:
        found = _tiles.get(key)
        if found is not None:
            _tiles.move_to_end(key)
            return found
    made = make()
    if len(made) <= LARGEST:
        with _lock:
            _tiles[key] = made
            while len(_tiles) > MOST:
                _tiles.popitem(last=False)
    return made
