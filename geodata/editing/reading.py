"""A GeoJSON Feature, or a merge patch of one, read as model values (RFC 7946, RFC 7396)."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from geodata.changes.values import same_shape
from geodata.editing.serializers import Crs, FeatureSerializer
from geodata.features import Feature
from geodata.problems import Invalid
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# What a replacement that does not name it leaves as it is.
KEPT_BY_REPLACE = frozenset({"uuid", "geom", "slug", "status", "authority"})
# QGIS sends every column of a new feature, null where nobody wrote anything: this one is then made here, as defaults are.
MADE_HERE = "slug"
WITH_HEIGHT = 3
# Desktop programs keep milliseconds.
SAME_INSTANT = timedelta(milliseconds=1)


def read_feature(
    serializer_class: type[FeatureSerializer],
    body: dict[str, Any],
    *,
    by: User | AnonymousUser,
    crs: Crs,
    instance: Feature | None = None,
    partial: bool = False,
) -> dict[str, Any]:
    """Model values from a GeoJSON Feature, or from its merge patch.

    Unknown properties and changed read-only ones are refused by name. A shape that is the present
    one to 7 decimals is no change. Raises Invalid, with every field that is wrong.
    """
    return read_with(serializer_class(instance, partial=partial, context={"by": by, "crs": crs}), body)


def read_with(serializer: FeatureSerializer, body: dict[str, Any]) -> dict[str, Any]:
    """Model values from a GeoJSON Feature by a serializer that knows who writes, its instance and crs; see `read_feature`."""
    collection: Collection = serializer.Meta.collection
    instance: Feature | None = serializer.instance
    partial: bool = serializer.partial
    properties = body.get("properties", {})
    if properties is None and not partial:
        properties = {}
    if not isinstance(properties, dict):
        raise Invalid({"properties": [_("Il faut un objet.")]})
    errors = _not_settable(serializer, properties, instance)
    settable = {name for name, field in serializer.fields.items() if not field.read_only}
    data = {
        name: _instead_of_null(collection, name)
        if value is None
        else _merged(collection, instance, name, value, partial)
        for name, value in properties.items()
        if name in settable
        and not (value is None and not partial and (name == MADE_HERE or _has_default(collection, name)))
    }
    if "geometry" in body:
        data["geom"] = body["geometry"]
    elif not partial:
        data["geom"] = None
    values, refused = serializer.judged(_document(data))
    echoed = _echoed(serializer, data, refused)
    if echoed:
        # What is sent back as it is stored is not written, nor judged.
        others = type(serializer)(instance, partial=True, context=serializer.context)
        values, again = others.judged(_document({name: value for name, value in data.items() if name not in echoed}))
        refused = {name: told for name, told in refused.items() if name not in echoed} | again
    errors |= _flattened(refused)
    if errors:
        raise Invalid(errors)
    if instance is not None and not partial:
        values = _defaults(collection, settable - echoed) | collection.model_class.unsaid(values) | values
    return _with_heights(collection, values, body.get("geometry"), instance)


def _document(data: dict[str, Any]) -> dict[str, Any]:
    if "geom" not in data:
        return data
    properties = {name: value for name, value in data.items() if name != "geom"}
    return {"type": "Feature", "geometry": data["geom"], "properties": properties}


def _echoed(serializer: FeatureSerializer, data: dict[str, Any], refused: dict[str, Any]) -> set[str]:
    """The properties that are refused and are those that the instance has."""
    if serializer.instance is None or not refused:
        return set()
    present = _present(serializer)
    return {name for name in refused if name in data and name != "geom" and _echoes(data[name], present.get(name))}


def _present(serializer: FeatureSerializer) -> dict[str, Any]:
    """The properties of the instance as they are read."""
    found: dict[str, Any] = json.loads(json.dumps(serializer.data["properties"], default=str))
    return found


def _not_settable(
    serializer: FeatureSerializer, properties: dict[str, Any], instance: Feature | None
) -> dict[str, list[str]]:
    errors = {}
    present = _present(serializer) if instance is not None else {}
    for name, value in properties.items():
        field = serializer.fields.get(name)
        if field is None or name in ("uuid", "geom"):
            errors[name] = [_unknown(serializer, name)]
        elif field.read_only and value is not None and not _echoes(value, present.get(name)):
            errors[name] = [_("Cette propriété est calculée : elle ne se modifie pas.")]
    return errors


def _unknown(serializer: FeatureSerializer, name: str) -> str:
    """Why programs have no such property: there is none, or it is a link that only the managers' form sets."""
    if name in {each.name for each in serializer.Meta.model._meta.many_to_many}:
        return _("Ce lien se règle dans l’espace gestionnaire ; par l’API, dites par la forme où cela se trouve.")
    return _("Propriété inconnue.")


def _echoes(given: Any, present: Any) -> bool:
    """Whether a value is the one that was read, as programs write it back: fewer decimals, a list as text."""
    if isinstance(given, bool) != isinstance(present, bool):
        return False
    if given == present:
        return True
    if isinstance(given, (int, float)) and isinstance(present, float):
        # Of whole numbers no float may be near.
        with suppress(OverflowError):
            return math.isclose(given, present, rel_tol=1e-6)
        return False
    if isinstance(given, str) and isinstance(present, list):
        try:
            return bool(json.loads(given) == present)
        except (ValueError, RecursionError):
            return False
    if isinstance(given, str) and isinstance(present, str):
        try:
            return abs(datetime.fromisoformat(given) - datetime.fromisoformat(present)) <= SAME_INSTANT
        except (ValueError, TypeError):
            return False
    return False


def _merged(collection: Collection, instance: Feature | None, name: str, value: Any, partial: bool) -> Any:
    """The value, or for an object in a merge patch the present object with the patch applied."""
    if not partial or instance is None or not isinstance(collection.fields[name], models.JSONField):
        return value
    return merge_patch(getattr(instance, name), value)


def merge_patch(target: Any, patch: Any) -> Any:
    """The target with a merge patch applied (RFC 7396 §2)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _with_heights(
    collection: Collection, values: dict[str, Any], geometry: Any, instance: Feature | None
) -> dict[str, Any]:
    """The values without an unchanged shape; with the heights of a changed line, or none (decision 9)."""
    if "geom" not in values:
        return values
    heights = _heights(geometry) if collection.elevations else None
    if instance is not None and same_shape(values["geom"], getattr(instance, "geom", None)):
        kept = {name: value for name, value in values.items() if name != "geom"}
        return kept if heights is None else kept | {collection.elevations: heights}
    return values | ({collection.elevations: heights} if collection.elevations else {})


def _heights(geometry: Any) -> list[float] | None:
    """The third numbers of a line, in metres, when every vertex has one."""
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        return None
    vertices = geometry["coordinates"]
    return [float(vertex[2]) for vertex in vertices] if all(len(v) >= WITH_HEIGHT for v in vertices) else None


def _instead_of_null(collection: Collection, name: str) -> Any:
    """What null means for a column that has no null: its default, or an empty text."""
    field = collection.fields[name]
    if field.null:
        return None
    return field.get_default() if field.has_default() else ""


def _has_default(collection: Collection, name: str) -> bool:
    field = collection.fields[name]
    return not field.null and field.has_default()


def _defaults(collection: Collection, settable: set[str]) -> dict[str, Any]:
    """What a replacement resets when it does not name it."""
    return {
        name: _instead_of_null(collection, name)
        for name, field in collection.fields.items()
        if name in settable and name not in KEPT_BY_REPLACE and (field.blank or field.has_default())
    }


def _flattened(errors: Any, prefix: str = "") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, told in errors.items():
        if isinstance(told, dict):
            found |= _flattened(told, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = [str(each) for each in told]
    return found
