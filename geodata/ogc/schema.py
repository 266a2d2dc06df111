"""JSON Schema of a collection: what it returns and takes, what filters, what sorts.

Sources: OGC API Features Part 3 §6.2 (queryables), Part 5 (schemas, core roles, feature references,
returnables and receivables, sortables). Everything derives from the fields of the model. A property
without a value is absent or null: the schema is the logical model and names one type each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from geodata import registry
from geodata.params.properties import filterable, plain, sortable
from geodata.problems import NotFound
from geodata.registry import Collection
from geodata.units import MAX_LIST

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LANGUAGES = ("fr", "en", "nl")
# Made from the name, told by the park or by who writes.
MADE_HERE = ("slug", "authority")
# The ending of a name → the unit in UCUM.
UNITS = {
    "_m": "m",
    "_m2": "m2",
    "_ha": "har",
    "_h": "h",
    "_min": "min",
    "_km": "km",
    "_pct": "%",
    "_people": "{persons}",
}
SHAPES = {
    "POINT": "geometry-point",
    "LINESTRING": "geometry-linestring",
    "MULTIPOLYGON": "geometry-multipolygon",
    "GEOMETRY": "geometry-any",
}
KINDS: tuple[tuple[type[models.Field[Any, Any]], Schema], ...] = (
    (models.BooleanField, {"type": "boolean"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.URLField, {"type": "string", "format": "uri"}),
    (models.IntegerField, {"type": "integer"}),
    (models.FloatField, {"type": "number"}),
)


def schema(collection: Collection, href: str) -> Schema:
    """Every property a feature has or takes, with unit, codes and role; no other is taken."""
    identifier = {
        "title": str(collection.identifier.verbose_name),
        "type": "string",
        "format": "uuid",
        "readOnly": True,
    }
    found = _document(collection, href, {"id": identifier | {"x-ogc-role": "id"}}, collection.fields)
    return found | {"required": required(collection)}


def required(collection: Collection) -> list[str]:
    """What a new feature cannot do without, and every whole answer has."""
    shape = [] if collection.geometry.blank else [registry.GEOMETRY]
    return [*(name for name, field in collection.fields.items() if _is_required(name, field)), *shape]


def _is_required(name: str, field: models.Field[Any, Any]) -> bool:
    is_given = field.editable and not isinstance(field, models.GeneratedField) and name not in MADE_HERE
    return is_given and not (field.blank or field.null or field.has_default())


def queryables(collection: Collection, href: str) -> Schema:
    """The properties that filter; no other is accepted."""
    return _document(collection, href, {}, filterable(collection))


def sortables(collection: Collection, href: str) -> Schema:
    """The properties that sort; no other is accepted."""
    found = _document(collection, href, {}, sortable(collection))
    del found["properties"][registry.GEOMETRY]
    return found


def codelist(collection: Collection, name: str) -> Schema:
    """The codes of a property with what they mean in each language. Raises NotFound without codes."""
    field = collection.fields.get(name)
    element = field.base_field if isinstance(field, ArrayField) else field
    if field is None or not getattr(element, "choices", None):
        raise NotFound(_("« %(name)s » n’est pas une propriété qui a des codes.") % {"name": name})
    codes: dict[Any, Schema] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for code, label in element.flatchoices:  # type: ignore[union-attr]
                codes.setdefault(code, {"code": code})[f"title_{language}"] = str(label)
    return {"collection": collection.id, "property": name, "title": str(field.verbose_name), "codes": [*codes.values()]}


def codelists(collection: Collection) -> list[str]:
    """The properties whose codes are explained."""
    elements = {
        name: field.base_field if isinstance(field, ArrayField) else field for name, field in collection.fields.items()
    }
    return [name for name, element in elements.items() if getattr(element, "choices", None)]


def _document(collection: Collection, href: str, first: Schema, fields: Mapping[str, models.Field[Any, Any]]) -> Schema:
    base = href.rsplit("/", 1)[0]
    found = first | {name: property_schema(name, field) for name, field in fields.items()}
    for name, field in fields.items():
        _refer(found[name], field, f"{base}/codelists/{name}")
    found[registry.GEOMETRY] = {
        "title": str(collection.geometry.verbose_name),
        "x-ogc-role": "primary-geometry",
        "format": SHAPES[collection.geometry.geom_type],
    }
    _give_times(collection, found)
    for place, each in enumerate(found.values(), 1):
        each["x-ogc-propertySeq"] = place
    return {
        "$schema": DIALECT,
        "$id": href,
        "type": "object",
        "title": str(collection.title),
        "description": str(collection.description),
        "properties": found,
        "additionalProperties": False,
    }


def _give_times(collection: Collection, found: Schema) -> None:
    roles = ("primary-interval-start", "primary-interval-end") if len(collection.datetime) > 1 else ("primary-instant",)
    for name, role in zip(collection.datetime, roles, strict=False):
        if name in found:
            found[name]["x-ogc-role"] = role


def _refer(about: Schema, field: models.Field[Any, Any], codelist_href: str) -> None:
    """Say where the codes of a property are explained, and which features it refers to."""
    element: Any = field.base_field if isinstance(field, ArrayField) else field
    if element.choices:
        about["x-ogc-codelistUri"] = codelist_href
    if isinstance(field, models.ForeignKey):
        target = next((each for each in registry.collections() if each.model_class is field.related_model), None)
        # A reference is the id of a feature (/req/feature-references/role-reference); codes are not.
        if target is not None and field.to_fields == ["uuid"]:
            about |= {"x-ogc-role": "reference", "x-ogc-collectionId": target.id}


def property_schema(name: str, field: models.Field[Any, Any]) -> Schema:
    """The schema of one property."""
    about: Schema = {"title": str(field.verbose_name)}
    if field.help_text:
        about["description"] = str(field.help_text)
    about |= _type(field)
    unit = next((UNITS[ending] for ending in UNITS if name.endswith(ending)), None)
    if unit and about["type"] in ("integer", "number"):
        about |= {"x-ogc-unit": unit, "x-ogc-unitLang": "UCUM"}
    if not field.editable or isinstance(field, models.GeneratedField):
        about["readOnly"] = True
    elif isinstance(field, ArrayField):
        about["maxItems"] = MAX_LIST
    return about


def _type(field: models.Field[Any, Any]) -> Schema:
    field = plain(field)
    if isinstance(field, ArrayField):
        return {"type": "array", "items": _type(field.base_field)}
    if isinstance(field, models.JSONField):
        return {"type": ["array", "object"]}
    kind: Schema = next((dict(kind) for base, kind in KINDS if isinstance(field, base)), {"type": "string"})
    if kind == {"type": "string"} and field.max_length:
        kind["maxLength"] = field.max_length
    if field.blank and kind.get("format") == "uri":
        # An address that nobody gave is an empty text, which is a reference (RFC 3986 §4.2) and no URI.
        kind["format"] = "uri-reference"
    if field.choices:
        kind["enum"] = [code for code, _label in field.flatchoices]
    return kind
