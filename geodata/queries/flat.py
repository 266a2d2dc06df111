"""Published features as rows of plain values, as SQL: for tables (CSV) and for vector files.

Lists are joined by `|`, structured values are JSON text, instants are ISO 8601 in UTC. Geometry is longitude first,
or in the axis order of the system that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import sql

from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import Crs
from geodata.queries import select
from geodata.registry import Collection
from geodata.units import COORDINATE_DECIMALS, WGS84

BETWEEN = "|"
INSTANT = sql.SQL("""to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")
# A cell that a spreadsheet would take for a formula (OWASP, "CSV Injection").
FORMULA = "^[=+@\t\r-]"
CELL = sql.SQL(
    """'"' || replace(CASE WHEN {value} ~ {formula} THEN '''' || {value} ELSE {value} END, '"', '""') || '"'"""
)


class Kind(Enum):
    """What a plain value is."""

    TEXT = "text"
    LIST = "list"
    JSON = "json"
    INSTANT = "instant"
    DAY = "day"
    YES_NO = "yes_no"
    WHOLE = "whole"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, what it holds, and the SQL of its plain value on the alias t."""

    name: str
    kind: Kind
    value: sql.Composable


KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (ArrayField, Kind.LIST),
    (models.JSONField, Kind.JSON),
    (models.DateTimeField, Kind.INSTANT),
    (models.DateField, Kind.DAY),
    (models.BooleanField, Kind.YES_NO),
    (models.IntegerField, Kind.WHOLE),
    (models.FloatField, Kind.NUMBER),
)


def kinds(collection: Collection, columns: Columns = EVERYTHING) -> dict[str, Kind]:
    """What each property that is wanted is, in the order of publication."""
    return {name: _kind(collection.fields[name]) for name in columns.of(collection)}


def _kind(field: models.Field[Any, Any]) -> Kind:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        field = field.output_field
    return next((kind for base, kind in KINDS if isinstance(field, base)), Kind.TEXT)


@lru_cache(select.CHOICES)
def table(collection: Collection, columns: Columns = EVERYTHING) -> tuple[Column, ...]:
    """The columns of every table-like format: the uuid as `id`, then the wanted properties in the order of publication."""
    identifier = Column("id", Kind.TEXT, sql.SQL("t.uuid::text"))
    wanted = kinds(collection, columns)
    return identifier, *(Column(name, kind, value(collection, name)) for name, kind in wanted.items())


def value(collection: Collection, name: str) -> sql.Composed:
    """A property as a plain value, on the alias t."""
    column, kind = select.column(collection, name), _kind(collection.fields[name])
    if kind is Kind.LIST:
        return sql.SQL("array_to_string({}, {})").format(column, BETWEEN)
    if kind is Kind.INSTANT:
        return INSTANT.format(column)
    if kind is Kind.DAY:
        return sql.SQL("to_char({}, 'YYYY-MM-DD')").format(column)
    if kind in (Kind.TEXT, Kind.JSON):
        return sql.SQL("{}::text").format(column)
    return column


@cache
def shape(collection: Collection, crs: Crs, *, flipped: bool = False) -> sql.Composed:
    """The geometry in a reference system; `flipped` as its definition orders the axes."""
    text = "t.geom" if crs.srid == WGS84 else "ST_Transform(t.geom, {srid})"
    if flipped and crs.flipped:
        text = f"ST_FlipCoordinates({text})"
    return sql.SQL(text).format(srid=sql.Literal(crs.srid))


def place_names(collection: Collection, crs: Crs, columns: Columns = EVERYTHING) -> tuple[str, ...]:
    """The columns that say where: two numbers for points, else WKT; none when the geometry is not wanted."""
    if not columns.geometry:
        return ()
    if not collection.is_point:
        return ("wkt",)
    return ("longitude", "latitude") if crs.srid == WGS84 else ("x", "y")


@lru_cache(select.CHOICES)
def csv_row(collection: Collection, crs: Crs, columns: Columns = EVERYTHING) -> sql.SQL:
    """One row of a CSV table: uuid, the properties, where; every text is quoted and no formula (RFC 4180)."""
    identifier, *others = table(collection, columns)
    cells: list[sql.Composable] = [identifier.value, *(_cell(each.value, each.kind) for each in others)]
    if columns.geometry:
        cells += _where(collection, crs)
    return select.flat(sql.SQL(" || ',' || ").join(sql.SQL("coalesce({}, '')").format(cell) for cell in cells))


def _where(collection: Collection, crs: Crs) -> list[sql.Composable]:
    decimals = sql.Literal(COORDINATE_DECIMALS if crs.srid == WGS84 else select.METRE_DECIMALS)
    if not collection.is_point:
        text = sql.SQL("ST_AsText({}, {})").format(shape(collection, crs, flipped=True), decimals)
        return [_cell(text, Kind.TEXT)]
    number = "round({axis}({{}})::numeric, {{}})::float8::text"
    return [sql.SQL(number.format(axis=axis)).format(shape(collection, crs), decimals) for axis in ("ST_X", "ST_Y")]


@lru_cache(select.CHOICES)
def file_row(collection: Collection, crs: Crs, columns: Columns = EVERYTHING, *, multi: bool = False) -> sql.SQL:
    """The columns of one row of a vector file, then its shape: WKB in hexadecimal digits, x first, without heights.

    `multi` makes points, lines and areas collections of such.
    """
    text = "encode(ST_AsBinary(ST_Multi({})), 'hex')" if multi else "encode(ST_AsBinary({}), 'hex')"
    digits = sql.SQL(text).format(shape(collection, crs))
    return select.flat(sql.SQL(", ").join([*(each.value for each in table(collection, columns)), digits]))


def _cell(plain: sql.Composable, kind: Kind) -> sql.Composable:
    if kind in (Kind.TEXT, Kind.LIST, Kind.JSON):
        return CELL.format(value=plain, formula=sql.Literal(FORMULA))
    return sql.SQL("{}::text").format(plain)
