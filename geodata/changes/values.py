"""Field values as JSON keeps them, and whether two of them say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import models

from geodata.units import WGS84

# The database rounds each coordinate to 7 decimals: that moves a vertex by 0.71e-7 at most, and the next place is 1e-7 away.
SAME_PLACE_DEGREES = 0.75e-7


def plain(field: models.Field[Any, Any] | None, value: Any) -> Any:
    """A value of this field as JSON keeps it: a relation by the code or uuid it points at."""
    if isinstance(value, models.Model):
        target = getattr(field, "target_field", None)
        return plain(None, getattr(value, target.attname if target is not None else "pk"))
    if isinstance(value, GEOSGeometry):
        return json.loads(value.geojson)
    if isinstance(value, (list, tuple, models.QuerySet)):
        return [plain(field, item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (str, int, float, bool, dict)) or value is None:
        return value
    return str(value)


def same_shape(one: Any, other: Any) -> bool:
    """Whether two shapes are the same to 7 decimals, whatever the direction and start of their rings."""
    if not isinstance(one, GEOSGeometry) or not isinstance(other, GEOSGeometry):
        return one is None and other is None
    if one.geom_type != other.geom_type or one.num_coords != other.num_coords:
        return False
    if one.geom_type not in ("Point", "LineString"):
        # A line has a direction; the rings of an area have none that means something.
        one, other = one.clone(), other.clone()
        one.normalize()
        other.normalize()
    return bool(one.equals_exact(other, SAME_PLACE_DEGREES))


def same_values(model: type[models.Model], given: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether what is given says what is stored; names that are not stored do not count."""
    for name, value in given.items():
        field = model._meta.get_field(name)
        if not isinstance(field, models.Field):
            continue
        key = field.attname if field.attname in stored else name
        if key not in stored:
            continue
        if isinstance(value, GEOSGeometry):
            if not same_shape(value, stored[key]):
                return False
        elif plain(field, value) != plain(field, stored[key]):
            return False
    return True


def typed(model: type[models.Model], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Model values from a patch as JSON keeps it: the reverse of `plain`."""
    return {name: _from_json(field_of(model, name), raw) for name, raw in patch.items()}


def assignable(model: type[models.Model], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The same under the names that take them: a relation by what it points at."""
    return {key_of(field_of(model, name)): value for name, value in typed(model, patch).items()}


def field_of(model: type[models.Model], name: str) -> Any:
    """The field of this name or column."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return fields.get(name) or model._meta.get_field(name)


def key_of(field: models.Field[Any, Any]) -> str:
    """The name under which a value of the field, as JSON keeps it, is set."""
    return field.name if isinstance(field, models.ManyToManyField) else field.attname


def _from_json(field: models.Field[Any, Any], raw: Any) -> Any:
    if raw is None or isinstance(field, models.ManyToManyField):
        return raw
    if isinstance(field, GeometryField):
        return GEOSGeometry(json.dumps(raw), srid=WGS84)
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(raw)
    return field.to_python(raw)
