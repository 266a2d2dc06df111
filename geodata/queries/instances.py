"""Rows of a flow as objects of their model, at a few microseconds each: for the formats that speak in sentences.

`Model.__init__` and a shape of GEOS each take longer than all that such a format says of a row. So the values are put
in their place, and of the shape there is its `spot` only. To ask such an object for what was not read is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.base import ModelState
from psycopg import sql

from geodata.features import Spot
from geodata.queries.flowing import Row
from geodata.registry import Collection

Reading = Callable[[bytes], Any]
Fields: TypeAlias = "tuple[models.Field[Any, Any], ...]"


def _json(text: bytes) -> Any:
    return [] if text == b"[]" else json.loads(text)


def _after_decoding(reading: Callable[[str], Any]) -> Reading:
    return lambda text: reading(text.decode())


# No database of this name: a field that is not there shall not be read row by row.
NOWHERE = "rows that flow"
SPOT = ("ST_X({shape})", "ST_Y({shape})", "GeometryType(t.geom) = 'POINT'")
# As PostgreSQL writes them in the time zone UTC.
READINGS: dict[type[models.Field[Any, Any]], Reading] = {
    models.BooleanField: b"t".__eq__,
    models.IntegerField: int,
    models.FloatField: float,
    models.DateTimeField: _after_decoding(datetime.fromisoformat),
    models.DateField: _after_decoding(date.fromisoformat),
    models.UUIDField: _after_decoding(UUID),
    models.JSONField: _json,
    models.CharField: bytes.decode,
    models.TextField: bytes.decode,
}


def fields(collection: Collection, names: Iterable[str]) -> Fields:
    """The columns of these names that the model has, each once, and its keys."""
    meta = collection.model_class._meta
    known = {field.name: field for field in meta.concrete_fields}
    return tuple(known[name] for name in dict.fromkeys(("id", "uuid", *names)) if name in known)


def columns(collection: Collection, fields: Fields) -> list[sql.Composable]:
    """What a statement selects over the alias t for `maker`: lists as JSON; the last three are the spot."""
    shape = "t.geom" if collection.is_point else "ST_Centroid(t.geom)"
    return [*(_column(field) for field in fields), *(sql.SQL(each.format(shape=shape)) for each in SPOT)]


@cache
def maker(collection: Collection, fields: Fields) -> Callable[[Row], Any]:
    """What turns the values of `columns` into an object of the model; those after them are left."""
    model = collection.model_class
    readings = [(field.attname, _reading(field)) for field in fields]
    spot = slice(len(readings), len(readings) + len(SPOT))

    def made(row: Row) -> Any:
        instance = model.__new__(model)
        instance._state = state = ModelState()
        state.adding, state.db = False, NOWHERE
        values = instance.__dict__
        for (name, reading), value in zip(readings, row, strict=False):
            values[name] = None if value is None else reading(value)
        lon, lat, is_point = row[spot]
        values["spot"] = Spot(float(lon), float(lat), is_point == b"t") if lon and lat else None
        return instance

    return made


def _column(field: models.Field[Any, Any]) -> sql.Composed:
    text = "to_json(t.{})" if isinstance(field, ArrayField) else "t.{}"
    return sql.SQL(text).format(sql.Identifier(str(field.column)))


def _reading(field: models.Field[Any, Any]) -> Reading:
    field = _plain(field)
    if isinstance(field, ArrayField):
        reading = _reading(field.base_field)
        return _json if reading is bytes.decode else lambda text: [reading(str(each).encode()) for each in _json(text)]
    return next(reading for base, reading in READINGS.items() if isinstance(field, base))


def _plain(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """The field that a foreign key points at, what a generated column holds."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        field = field.output_field
    return field
