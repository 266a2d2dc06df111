"""The SQL of one feature as GeoJSON text, and of the rows a person may see.

A feature is a function of its own row (decision 0010), so the text is one expression over one
table. Identifiers come from the registry, values are parameters.
"""

import zlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import sql

from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84, Crs
from geodata.params.properties import plain
from geodata.registry import Collection
from geodata.units import COORDINATE_DECIMALS, WGS84

if TYPE_CHECKING:
    from comptes.models import User

INSTANT = sql.SQL("""to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS {}""")
AREAS = ("MULTIPOLYGON", "POLYGON", "GEOMETRY")
# Decimals of projected coordinates: centimetres.
METRE_DECIMALS = 2
# Statements kept ready: anybody may ask for any choice of columns.
CHOICES = 256


def column(collection: Collection, name: str, alias: str = "t") -> sql.Composed:
    """The column of a property or of the id, on an alias."""
    field = collection.identifier if name == "id" else collection.fields[name]
    return sql.SQL("{}.{}").format(sql.SQL(alias), sql.Identifier(field.column or name))


def properties(collection: Collection, columns: Columns = EVERYTHING) -> sql.Composable:
    """The JSON object of the properties that are wanted."""
    names = []
    for name in columns.of(collection):
        field = collection.fields[name]
        if isinstance(plain(field), models.DateTimeField):
            names.append(INSTANT.format(column(collection, name), sql.Identifier(name)))
        else:
            names.append(sql.SQL("{} AS {}").format(column(collection, name), sql.Identifier(name)))
    if not names:
        return sql.SQL("'{{}}'").format()
    return sql.SQL("(SELECT row_to_json(p) FROM (SELECT {}) p)").format(sql.SQL(", ").join(names))


@cache
def geometry(collection: Collection, crs: Crs) -> sql.Composed:
    """The geometry as GeoJSON text: exterior rings counter-clockwise (RFC 7946 §3.1.6), 7 decimals at most."""
    shape: sql.Composable = sql.SQL("t.geom")
    if collection.geometry.geom_type in AREAS:
        shape = sql.SQL("ST_ForcePolygonCCW({})").format(shape)
    if crs.srid != WGS84:
        shape = sql.SQL("ST_Transform({}, {})").format(shape, sql.Literal(crs.srid))
    if crs.flipped:
        shape = sql.SQL("ST_FlipCoordinates({})").format(shape)
    decimals = COORDINATE_DECIMALS if crs.srid == WGS84 else METRE_DECIMALS
    text = sql.SQL("ST_AsGeoJSON({}, {}, 0)").format(shape, sql.Literal(decimals))
    if not collection.elevations:
        return text
    heights = sql.Identifier(collection.elevations)
    return sql.SQL("geodata_line_geojson({}, t.{}, ST_NPoints(t.geom))").format(text, heights)


@lru_cache(CHOICES)
def feature(collection: Collection, crs: Crs = CRS84, columns: Columns = EVERYTHING) -> sql.SQL:
    """The feature as text, without links; a geometry that is not wanted is null (RFC 7946 §3.2)."""
    shape: sql.Composable = sql.SQL("'null'")
    if columns.geometry:
        shape = sql.SQL("coalesce({}, 'null')").format(geometry(collection, crs))
    composed = sql.SQL(
        """'{{"type":"Feature","id":"' || t.uuid || '","geometry":' || {} || ',"properties":' || {} || '}}'"""
    ).format(shape, properties(collection, columns))
    return flat(composed)


def checksum(text: sql.SQL) -> int:
    """A number that changes with a piece of SQL: tells what was made for it from what was made for another."""
    return zlib.crc32(text.as_string().encode()) & 0x7FFFFFFF


def flat(composed: sql.Composed) -> sql.SQL:
    """The same piece of SQL as one text: putting it together from its hundred parts costs a millisecond."""
    return sql.SQL(composed.as_string())


@cache
def _public(collection: Collection) -> tuple[str, tuple[Any, ...]]:
    return _rows(collection, AnonymousUser())


def _rows(collection: Collection, user: "User | AnonymousUser") -> tuple[str, tuple[Any, ...]]:
    queryset = collection.visible_to(user).order_by()
    text, params = queryset.query.sql_with_params()
    return text, tuple(params)


def visible(collection: Collection, user: "User | AnonymousUser") -> tuple[sql.SQL, tuple[Any, ...]]:
    """The rows this person may see, as a sub-select with its parameters: the collection's one queryset."""
    text, params = _rows(collection, user) if user.is_authenticated else _public(collection)
    return sql.SQL(text), params


def is_array(collection: Collection, name: str) -> bool:
    """Whether a property is a list, so that a filter asks whether it contains the value."""
    return isinstance(collection.fields.get(name), ArrayField)


def named(source: sql.SQL, params: tuple[Any, ...], prefix: str = "v") -> tuple[sql.SQL, dict[str, Any]]:
    """The same sub-select with named parameters (v0, v1, …), for statements that name theirs."""
    pieces = source.as_string().split("%s")
    text = "".join(piece + (f"%({prefix}{n})s" if n < len(params) else "") for n, piece in enumerate(pieces))
    return sql.SQL(text), {f"{prefix}{n}": value for n, value in enumerate(params)}
