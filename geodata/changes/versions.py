"""A row as it was at a revision, from the history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import models
from django.utils.translation import gettext_lazy as _

from geodata.changes.models import Revision
from geodata.features import Feature
from geodata.problems import NotFound
from geodata.units import WGS84

# What a restored version does not bring back: identity, life cycle, stamps.
KEPT = frozenset(
    {"id", "uuid", "slug", "status", "revision", "deleted_at", "created_at", "created_by", "updated_at", "updated_by"}
)


def state_at(uuid: UUID, revision: int, current: Feature) -> dict[str, Any]:
    """Field values of the row right after this revision; those of the present row for the last one.

    Raises NotFound when the row has no such revision.
    """
    if not Revision.objects.filter(uuid=uuid, id=revision).exists():
        raise NotFound(_("Cette version n’existe pas."))
    following = Revision.objects.filter(uuid=uuid, id__gt=revision).order_by("id").first()
    if following is None or following.before is None:
        return {field.name: getattr(current, field.name) for field in stored_fields(type(current))}
    return values_of(type(current), following.before)


def stored_fields(model: type[Feature]) -> list[models.Field[Any, Any]]:
    """The columns that a person fills: no identity, no stamps, nothing generated or derived."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in KEPT and field.editable and not isinstance(field, models.GeneratedField)
    ]


def values_of(model: type[Feature], row: dict[str, Any]) -> dict[str, Any]:
    """Field values from a row of the history (column names, EWKB in hex for the geometry)."""
    values = {}
    for field in stored_fields(model):
        if field.column not in row:
            continue
        raw = row[field.column]
        if isinstance(field, GeometryField):
            if field.name == "geom":
                values[field.name] = GEOSGeometry(raw, srid=WGS84) if raw else None
        elif isinstance(field, models.ForeignKey):
            values[field.attname] = field.target_field.to_python(raw) if raw is not None else None
        else:
            values[field.name] = field.to_python(raw) if raw is not None else None
    return values
