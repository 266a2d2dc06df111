"""Mapbox Vector Tiles 2.1 made by PostGIS from the same queryset that items use.

At every zoom each feature is there: a shape too small to be drawn becomes a point, and points
below zoom 14 are counted by cells of an eighth of a tile, so that nothing vanishes. So are lines
and areas where a tile of zoom 11 or less would hold more than MOST_SHAPES of them. Up to zoom 11
the counts that everybody may see come from the squares that the database keeps, and up to zoom 14
lines and areas from the shapes that it keeps ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from psycopg import sql

from geodata.params.items import ItemsQuery
from geodata.queries import filtering, items, past, patience, reader, select, squares, states
from geodata.queries.states import State
from geodata.registry import Collection
from geodata.tiles import bygone, layers
from geodata.tiles.matrix import Tile

if TYPE_CHECKING:
    from comptes.models import User

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
# What clients ask for that are older than its registration.
FORMER_MEDIA_TYPES = ("application/x-protobuf",)
CLUSTERS_BELOW = 14
EVERYTHING = ItemsQuery()
SQUARES_UP_TO = squares.SQUARE_ZOOM - 3  # a cell of such a tile is a square
MOST_SHAPES = 500
SELECTED = "SELECT * FROM ({}) t WHERE {}"
SQUARE = ("x", "y", "side", "shift")
PLACE = ("z", "col", "row")
STATED = "SELECT s.id, s.moment, ({layer}) FROM (VALUES (0)) one LEFT JOIN LATERAL ({state}) s ON true"
Statement = Callable[[Collection, sql.SQL], sql.Composed]


def render(
    collection: Collection,
    user: User | AnonymousUser,
    tile: Tile,
    query: ItemsQuery = EVERYTHING,
    watch: patience.Watch | None = None,
) -> bytes:
    """The layer of a collection in this tile, of what the query selects; no bytes when it is empty.

    Layers with one watch share the time that a filter or a past state may take.
    """
    if query.revision is not None:
        return _bygone(collection, user, tile, query, watch or patience.Watch())
    if query.selects:
        with filtering.limits(query, watch):
            source, params = _selected(collection, user, query)
            return bytes(_asked(_layer(collection, tile.z, kept=True), collection, tile, source, params))
    if user.is_anonymous and tile.z <= SQUARES_UP_TO and (collection.is_point or _is_crowded(collection, tile)):
        return _summed(collection, user, tile)
    text, values = _visible(collection, user, tile.z)
    return _made(text, [tile.z, tile.col, tile.row, *values])


def is_drawn(tile: Tile) -> bool:
    """Whether its layers show shapes, never counts from the squares."""
    return tile.z > SQUARES_UP_TO


def stated(collection: Collection, tile: Tile) -> tuple[State, bytes]:
    """The state of a collection and the layer that everybody sees in this tile, which `is_drawn`: one read, one snapshot."""
    text, values = _stated(collection, tile.z)
    found = reader.read(text, [tile.z, tile.col, tile.row, *values], binary=True)
    revision, moment = (int.from_bytes(found.get_value(0, column) or b"") for column in (0, 1))
    return State(revision, moment), found.get_value(0, 2) or b""


@cache
def _stated(collection: Collection, zoom: int) -> tuple[str, tuple[Any, ...]]:
    layer, values = _visible(collection, AnonymousUser(), zoom)
    return STATED.format(layer=layer, state=states.last_public(collection)), values


def together(
    layers: Sequence[Collection], user: User | AnonymousUser, tile: Tile, queries: Sequence[ItemsQuery] = ()
) -> bytes:
    """These layers in one tile, each at its own zooms; `queries` says what of each, everything without it."""
    wanted = zip(layers, queries or [EVERYTHING] * len(layers), strict=True)
    watch = patience.Watch()
    return b"".join(
        render(each, user, tile, query, watch) for each, query in wanted if each.min_zoom <= tile.z <= each.max_zoom
    )


def _bygone(
    collection: Collection, user: User | AnonymousUser, tile: Tile, query: ItemsQuery, watch: patience.Watch
) -> bytes:
    """Its layer of a past state: at most two statements within one bound."""
    source, where, params = items.conditions(collection, user, bygone.within(query, tile))
    among = source if query.narrows else past.spots(collection, query.revision or 0)
    selected, spots = (select.flat(sql.SQL(SELECTED).format(each, where)) for each in (source, among))
    named, _values = select.named(spots, tuple(params))
    statement = _layer(collection, tile.z, kept=False, spots=named)
    may_be_crowded = not query.narrows and tile.z <= SQUARES_UP_TO and not collection.is_point
    if may_be_crowded:
        with filtering.limits(query, watch):
            if _asked(layers.crowd, collection, tile, spots, tuple(params)) > MOST_SHAPES:
                statement = partial(layers.counted, spots=named)
    with filtering.limits(query, watch):
        return bytes(_asked(statement, collection, tile, selected, tuple(params)))


def _selected(collection: Collection, user: User | AnonymousUser, query: ItemsQuery) -> tuple[sql.SQL, tuple[Any, ...]]:
    source, where, params = items.conditions(collection, user, query)
    return select.flat(sql.SQL(SELECTED).format(source, where)), tuple(params)


def _layer(collection: Collection, zoom: int, *, kept: bool, spots: sql.SQL | None = None) -> Statement:
    """What makes the layer of a source at this zoom: points are counted (those of `spots`, whose values are named), other shapes drawn."""
    if collection.is_point and zoom < CLUSTERS_BELOW:
        return partial(layers.counted, spots=spots)
    return partial(layers.each_shape, zoom=zoom, kept=kept)


def _asked(statement: Statement, collection: Collection, tile: Tile, source: sql.SQL, params: tuple[Any, ...]) -> Any:
    """What a statement that hardly comes back gives: it is not prepared."""
    named, values = select.named(source, params)
    with connection.cursor() as cursor:
        cursor.execute(statement(collection, named), values | {"z": tile.z, "col": tile.col, "row": tile.row})
        return cursor.fetchone()[0]


def _visible(collection: Collection, user: User | AnonymousUser, zoom: int) -> tuple[str, tuple[Any, ...]]:
    """The statement of the layer that a person sees, which comes back and is prepared, and its values beyond PLACE."""
    if user.is_anonymous and collection.is_point and zoom >= CLUSTERS_BELOW:
        return _standing(collection), ()
    source, values = select.visible(collection, user)
    return _text(collection, zoom, source.as_string()), values


@cache
def _standing(collection: Collection) -> str:
    return _numbered(layers.standing(collection), PLACE)


@lru_cache(500)
def _text(collection: Collection, zoom: int, source: str) -> str:
    named, values = _named(source)
    return _numbered(_layer(collection, zoom, kept=True)(collection, named), (*PLACE, *values))


def _made(text: str, values: list[Any]) -> bytes:
    """The tile that a statement makes."""
    return reader.read(text, values, binary=True).get_value(0, 0) or b""


def _named(source: str) -> tuple[sql.SQL, dict[str, Any]]:
    return select.named(sql.SQL(source), ("",) * source.count("%s"))


def _numbered(statement: sql.Composed, names: tuple[str, ...]) -> str:
    """A statement with $1, $2, … for its named parameters."""
    text = statement.as_string()
    for number, name in enumerate(names, start=1):
        text = text.replace(f"%({name})s", f"${number}")
    return text.replace("%%", "%")


def _in_squares(tile: Tile) -> list[int]:
    """The values of SQUARE."""
    deeper = squares.SQUARE_ZOOM - tile.z
    return [tile.col << deeper, tile.row << deeper, 1 << deeper, SQUARES_UP_TO - tile.z]


def _is_crowded(collection: Collection, tile: Tile) -> bool:
    found = reader.read(_crowd(collection), _in_squares(tile))
    return int(found.get_value(0, 0) or 0) > MOST_SHAPES


@cache
def _crowd(collection: Collection) -> str:
    return _numbered(layers.crowd_of_squares(collection), SQUARE)


def _summed(collection: Collection, user: User | AnonymousUser, tile: Tile) -> bytes:
    source, params = select.visible(collection, user)
    return _made(_sums(collection, source.as_string()), [*_in_squares(tile), tile.z, tile.col, tile.row, *params])


@lru_cache(200)
def _sums(collection: Collection, source: str) -> str:
    named, values = _named(source)
    return _numbered(layers.summed(collection, named), (*SQUARE, *PLACE, *values))
