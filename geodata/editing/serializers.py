"""The write side of a collection: djangorestframework-gis serializers over its properties.

They are also the reference that PostGIS's GeoJSON is compared with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC
from functools import cache, partial
from typing import Any, Self

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from geodata.changes.naming import link_of, nameable
from geodata.editing.position import as_type, bare, flat
from geodata.features import Feature
from geodata.registry import Collection
from geodata.units import COORDINATE_DECIMALS, WGS84

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3339, without seconds and zone where a program leaves them out; Python alone would read ISO 8601's weeks and basic form.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
READ_ONLY = frozenset({"revision", "created_at", "updated_at"})
Crs = tuple[int, bool]


class ShapeField(GeometryField):  # type: ignore[misc]
    """GeoJSON in and out, in EPSG:4326; read in the CRS (SRID, latitude first) of the context."""

    def __init__(self, *, geom_type: str, **kwargs: Any) -> None:
        super().__init__(precision=COORDINATE_DECIMALS, **kwargs)
        self.geom_type = geom_type

    def to_internal_value(self, value: Any) -> GEOSGeometry:
        """The geometry. Raises serializers.ValidationError."""
        if not isinstance(value, dict):
            raise serializers.ValidationError(_("Il faut une géométrie GeoJSON."))
        srid, flipped = self.context.get("crs", (WGS84, False))
        try:
            document = bare(value)
            if flipped:
                document["coordinates"] = _swapped(document["coordinates"])
            shape = flat(GEOSGeometry(json.dumps(document)))
            shape.srid = srid
            if srid != WGS84:
                shape.transform(WGS84)
            return as_type(shape, self.geom_type)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
        except (GEOSException, GDALException, KeyError, ValueError, TypeError, IndexError):
            raise serializers.ValidationError(_("Cette géométrie GeoJSON ne se lit pas.")) from None


class Text(serializers.CharField):
    """A text; DRF alone would take a number for one."""

    def to_internal_value(self, data: Any) -> Any:
        """The text. Raises serializers.ValidationError."""
        if not isinstance(data, str):
            raise serializers.ValidationError(_("Il faut un texte."))
        return super().to_internal_value(data)


class SlugText(Text, serializers.SlugField):
    """The readable part of an address."""


class UrlText(Text, serializers.URLField):
    """An address of the web."""


class EmailText(Text, serializers.EmailField):
    """An address of mail."""


class Day(serializers.DateField):
    """A day of the calendar, as RFC 3339 writes it."""

    def to_internal_value(self, value: Any) -> Any:
        """The day. Raises serializers.ValidationError."""
        if isinstance(value, str) and not DAY.fullmatch(value):
            raise serializers.ValidationError(_("Écrivez une date comme 2026-05-08."))
        return super().to_internal_value(value)


class Moment(serializers.DateTimeField):
    """An instant, as RFC 3339 writes it."""

    def to_internal_value(self, value: Any) -> Any:
        """The instant. Raises serializers.ValidationError."""
        if isinstance(value, str) and not MOMENT.fullmatch(value):
            raise serializers.ValidationError(_("Écrivez un instant comme 2026-05-08T14:30:00Z."))
        return super().to_internal_value(value)


class Whole(serializers.IntegerField):
    """A whole number; DRF alone would take a text for one."""

    def to_internal_value(self, data: Any) -> Any:
        """The number. Raises serializers.ValidationError."""
        if not _is_number(data):
            raise serializers.ValidationError(_("Il faut un nombre entier, sans guillemets."))
        return super().to_internal_value(data)


class BigWhole(Whole, serializers.BigIntegerField):
    """A whole number of up to 64 bits."""


class Number(serializers.FloatField):
    """A number; DRF alone would take a text for one, or true."""

    def to_internal_value(self, data: Any) -> Any:
        """The number. Raises serializers.ValidationError."""
        if not _is_number(data):
            raise serializers.ValidationError(_("Il faut un nombre, sans guillemets."))
        return super().to_internal_value(data)


class YesOrNo(serializers.BooleanField):
    """True or false; DRF alone would take `"yes"`, `"1"` and 1."""

    def to_internal_value(self, data: Any) -> Any:
        """True or False. Raises serializers.ValidationError."""
        if not isinstance(data, bool):
            raise serializers.ValidationError(_("Il faut true ou false, sans guillemets."))
        return data


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Link(serializers.SlugRelatedField[Any]):
    """Another record, by what the link points at; what the writer of the context may not name does not exist."""

    def get_queryset(self) -> Any:
        """What may be named."""
        writer: Any = self.parent
        link = link_of(writer.Meta.model, str(self.source))
        return super().get_queryset() if link is None else nameable(link, self.context["by"], writer.stored)


STRICT: dict[type[Any], type[Any]] = {
    serializers.CharField: Text,
    serializers.SlugField: SlugText,
    serializers.URLField: UrlText,
    serializers.EmailField: EmailText,
    serializers.DateField: Day,
    serializers.DateTimeField: Moment,
    serializers.IntegerField: Whole,
    serializers.BigIntegerField: BigWhole,
    serializers.FloatField: Number,
    serializers.BooleanField: YesOrNo,
}


def of_another_kind(model: type[models.Model], told: Mapping[str, Any]) -> dict[str, list[str]]:
    """A sentence beside each value that is a text where its column has a number, or the reverse."""
    columns = {field.name: _strict_kind(field) for field in model._meta.concrete_fields}
    found: dict[str, list[str]] = {}
    for name, value in told.items():
        kind = columns.get(name)
        if value is None or kind is None:
            continue
        try:
            kind().to_internal_value(value)
        except serializers.ValidationError as refusal:
            found[name] = [str(each) for each in refusal.detail]
    return found


def _strict_kind(field: models.Field[Any, Any]) -> type[Any] | None:
    kind = serializers.ModelSerializer.serializer_field_mapping.get(type(field))
    return None if kind is None else STRICT.get(kind)


def _swapped(coordinates: Any) -> Any:
    if not isinstance(coordinates, list):
        raise TypeError
    if isinstance(coordinates[0], (int, float)):
        return [coordinates[1], coordinates[0], *coordinates[2:]]
    return [_swapped(part) for part in coordinates]


class FeatureMeta:
    """What every serializer says of its model."""

    geo_field = "geom"
    id_field = "uuid"


class FeatureSerializer(GeoFeatureModelSerializer):  # type: ignore[misc]
    """The base of all; a subclass names its collection in `Meta.collection`.

    Its context says who writes (`by`) and the `crs` of the geometry.
    """

    serializer_related_to_field = Link

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Instants in UTC, generated columns read-only, nothing unique asked here."""
        if isinstance(model_field, models.GeneratedField):
            if isinstance(model_field.output_field, models.DateTimeField):
                return serializers.DateTimeField, {"format": INSTANT, "default_timezone": UTC, "read_only": True}
            return serializers.ReadOnlyField, {}
        kind, kwargs = super().build_standard_field(field_name, model_field)
        kind = STRICT.get(kind, kind)
        kwargs.pop("validators", None)
        if isinstance(model_field, models.DateTimeField):
            kwargs |= {"format": INSTANT, "default_timezone": UTC}
        if field_name in READ_ONLY or not model_field.editable:
            kept = ("format", "default_timezone", "child", "model_field")
            return kind, {key: value for key, value in kwargs.items() if key in kept} | {"read_only": True}
        if model_field.has_default() or field_name == "slug":
            kwargs["required"] = False
        return kind, kwargs

    def get_fields(self) -> Any:
        """The fields, with the geometry as `ShapeField`."""
        fields = super().get_fields()
        geometry = self.Meta.collection.geometry
        if "authority" in fields:
            # Told by the park or by who writes where it is not said: the actions decide.
            fields["authority"].required = False
        fields["geom"] = ShapeField(geom_type=geometry.geom_type, required=not geometry.blank, allow_null=geometry.null)
        return fields

    def get_validators(self) -> list[Any]:
        """None: rules and uniqueness are judged by the actions and the database."""
        return []

    @property
    def stored(self) -> Feature | None:
        """The record that may go on naming what it names: the one that is written, unless `reading_for` told another."""
        found: Feature | None = self.context.get("stored", self.instance)
        return found

    def reading_for(self, stored: Feature | None) -> Self:
        """This, for a document that is read as a new one and compared with this record later."""
        self.context["stored"] = stored
        return self

    def judged(self, document: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of a document, or what is wrong with it by field; may be asked of one document after another."""
        try:
            return dict(self.run_validation(document)), {}
        except serializers.ValidationError as refusal:
            return {}, serializers.as_serializer_error(refusal)

    def remember_links(self) -> Self:
        """This, which looks up what a relation names once, and once more for who names it already: for many documents in a short time."""
        for field in self.fields.values():
            if isinstance(field, serializers.RelatedField):
                already = partial(self._named_already, str(field.source))
                field.to_internal_value = _remembering(field.to_internal_value, already)  # type: ignore[method-assign, assignment]
        return self

    def _named_already(self, name: str) -> Hashable:
        return None if self.stored is None else getattr(self.stored, self.Meta.model._meta.get_field(name).attname)

    Meta: Any = FeatureMeta


def _remembering(look_up: Callable[[Any], Any], already: Callable[[], Hashable]) -> Callable[[Any], Any]:
    """The same, asked once for each name and what is named `already`; a list or an object names nothing, which is for `look_up` to refuse."""
    remembered = cache(lambda named, _already: look_up(named))
    return lambda named: remembered(named, already()) if isinstance(named, Hashable) else look_up(named)


def meta_of(collection: Collection, model: type[Feature]) -> type:
    """The Meta of a serializer: the uuid, the geometry and every property of the collection."""
    fields = ("uuid", "geom", *collection.properties)
    return type("Meta", (FeatureMeta,), {"model": model, "fields": fields, "collection": collection})
