"""Tiles that were made lately, with the state of what they show: never older than that state, so never stale.

Whoever reads has just read the state (one indexed read). An edit makes another state, in which what was kept holds no
more. An edit between the two leaves a newer tile with an older state, which nobody asks for again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from geodata.queries import states
from geodata.queries.states import State
from geodata.tiles import mvt

if TYPE_CHECKING:
    from geodata.registry import Collection
    from geodata.tiles.matrix import Tile

# Of each process: at most so many tiles, plain or compressed, none larger than that.
MOST = 1024
LARGEST = 64 * 1024
NOBODY = AnonymousUser()
NONE: tuple[State | None, bytes] = (None, b"")
Pack = Callable[[bytes, str], bytes]

_tiles: OrderedDict[Hashable, tuple[State, bytes]] = OrderedDict()
_lock = Lock()


def latest(layers: Sequence[Collection], place: Tile) -> tuple[State, bytes]:
    """The state of one layer, or of all, and the tile that everybody sees in it, no bytes when it is empty.

    A tile that this process never made is read together with its state; else the state alone tells whether it still holds.
    """
    one = layers[0] if len(layers) == 1 else None
    key = _key(layers, place)
    if one is not None and key not in _tiles and mvt.is_drawn(place):
        state, made = mvt.stated(one, place)
        _keep(key, state, made)
        return state, made
    state = states.public_state(one.id if one else None)
    return state, tile(layers, place, state)


def tile(layers: Sequence[Collection], place: Tile, state: State) -> bytes:
    """The tile that everybody sees of these layers in this state, no bytes when it is empty."""
    return _kept(_key(layers, place), state, lambda: mvt.together(layers, NOBODY, place))


def packing(layers: Sequence[Collection], place: Tile, state: State, pack: Pack) -> Pack:
    """The same way to compress, whose result for this tile is kept beside it."""
    key = _key(layers, place)
    return lambda body, coding: _kept((*key, coding), state, lambda: pack(body, coding))


def _key(layers: Sequence[Collection], place: Tile) -> tuple[Hashable, ...]:
    return (place, *(each.id for each in layers))


def _kept(key: Hashable, state: State, make: Callable[[], bytes]) -> bytes:
    with _lock:
        of, found = _tiles.get(key, NONE)
        if of == state:
            _tiles.move_to_end(key)
            return found
    made = make()
    _keep(key, state, made)
    return made


def _keep(key: Hashable, state: State, made: bytes) -> None:
    if len(made) <= LARGEST:
        with _lock:
            _tiles[key] = (state, made)
            _tiles.move_to_end(key)
            while len(_tiles) > MOST:
                _tiles.popitem(last=False)
