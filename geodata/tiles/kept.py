"""Tiles that were made lately, by the state of what they show: never older than that state, so never stale.

Whoever reads has just read the state (one indexed read). An edit makes another state, under which nothing is kept.
An edit between the two leaves a newer tile under an older state, which nobody asks for again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from geodata.tiles import mvt

if TYPE_CHECKING:
    from geodata.queries.states import State
    from geodata.registry import Collection
    from geodata.tiles.matrix import Tile

# Of each process: at most so many tiles, plain or compressed, none larger than that.
MOST = 1024
LARGEST = 64 * 1024
NOBODY = AnonymousUser()
Pack = Callable[[bytes, str], bytes]

_tiles: OrderedDict[Hashable, bytes] = OrderedDict()
_lock = Lock()


def tile(layers: Sequence[Collection], place: Tile, state: State) -> bytes:
    """The tile that everybody sees of these layers in this state, no bytes when it is empty."""
    return _kept(_key(layers, place, state), lambda: mvt.together(layers, NOBODY, place))


def packing(layers: Sequence[Collection], place: Tile, state: State, pack: Pack) -> Pack:
    """The same way to compress, whose result for this tile is kept beside it."""
    key = _key(layers, place, state)
    return lambda body, coding: _kept((*key, coding), lambda: pack(body, coding))


def _key(layers: Sequence[Collection], place: Tile, state: State) -> tuple[Hashable, ...]:
    return (place, state, *(each.id for each in layers))


def _kept(key: Hashable, make: Callable[[], bytes]) -> bytes:
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
