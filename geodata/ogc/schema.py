"""JSON Schema of a collection's properties (OGC API Features Part 3 §6.2, Part 5)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from geodata.params.properties import filterable
from geodata.registry import Collection

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
UNITS = {"_m": "m", "_m2": "m2", "_ha": "ha", "_h": "h", "_pct": "%"}
SHAPES = {
    "POINT": "geometry-point",
    "LINESTRING": "geometry-linestring",
    "MULTIPOLYGON": "geometry-multipolygon",
    "GEOMETRY": "geometry-any",
}


def schema(collection: Collection, href: str) -> Schema:
    """Every property, with unit, codes and role."""
    return _document(collection, href, collection.fields)


def queryables(collection: Collection, href: str) -> Schema:
    """The properties that filter; no other is accepted."""
    return _document(collection, href, filterable(collection)) | {"additionalProperties": False}


def _document(collection: Collection, href: str, fields: "dict[str, models.Field[Any, Any]]") -> Schema:
    found = {name: property_schema(name, field) for name, field in fields.items()}
    shape = {
        "title": str(collection.geometry.verbose_name),
        "x-ogc-role": "primary-geometry",
        "format": SHAPES[collection.geometry.geom_type],
    }
    if collection.datetime:
        roles = (
            ("primary-interval-start", "primary-interval-end") if len(collection.datetime) > 1 else ("primary-instant",)
        )
        for name, role in zip(collection.datetime, roles, strict=True):
            if name in found:
                found[name]["x-ogc-role"] = role
    return {
        "$schema": DIALECT,
        "$id": href,
        "type": "object",
        "title": str(collection.title),
        "properties": found | {"geom": shape},
    }


def property_schema(name: str, field: "models.Field[Any, Any]") -> Schema:
    """The schema of one property."""
    about: Schema = {"title": str(field.verbose_name)}
    if field.help_text:
        about["description"] = str(field.help_text)
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        return about | property_schema(name, field.output_field) | {"readOnly": True}
    about |= _type(name, field)
    for ending, unit in UNITS.items():
        if name.endswith(ending):
            about["x-ogc-unit"] = unit
    if not field.editable:
        about["readOnly"] = True
    return about


def _type(name: str, field: "models.Field[Any, Any]") -> Schema:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, ArrayField):
        return {"type": "array", "items": _type(name, field.base_field)}
    if isinstance(field, models.JSONField):
        return {"type": ["array", "object", "null"]}
    kind = _scalar(field)
    if field.choices:
        kind["enum"] = [code for code, _label in field.flatchoices]
        if field.null:
            kind["enum"].append(None)
    if field.null:
        kind["type"] = [kind["type"], "null"]
    return kind


def _scalar(field: "models.Field[Any, Any]") -> Schema:
    kinds: tuple[tuple[type[models.Field[Any, Any]], Schema], ...] = (
        (models.BooleanField, {"type": "boolean"}),
        (models.DateTimeField, {"type": "string", "format": "date-time"}),
        (models.DateField, {"type": "string", "format": "date"}),
        (models.UUIDField, {"type": "string", "format": "uuid"}),
        (models.URLField, {"type": "string", "format": "uri"}),
        (models.IntegerField, {"type": "integer"}),
        (models.FloatField, {"type": "number"}),
    )
    found: Schema = next((dict(kind) for base, kind in kinds if isinstance(field, base)), {"type": "string"})
    if found == {"type": "string"} and field.max_length:
        found["maxLength"] = field.max_length
    return found
