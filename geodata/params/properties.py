"""A property of a collection as a filter: `kind=terril` (OGC API Features §7.15.5)."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from geodata.params.instants import INSTANT, in_utc, read_instant
from geodata.params.numbers import ascii_number
from geodata.problems import BadParameter, Text
from geodata.registry import Collection

BOOLEANS = {"true": True, "false": False}
MAX_LENGTH = 1000
OF_THE_TYPE = _("Cette valeur n’est pas du type de la propriété.")
WANTED: "dict[type[Field], Text]" = {
    models.IntegerField: _("Il faut un nombre entier que cette propriété peut avoir."),
    models.FloatField: _("Il faut un nombre, avec un point avant les décimales."),
    models.DecimalField: _("Il faut un nombre, avec un point avant les décimales."),
    models.UUIDField: _("Il faut un identifiant (UUID), comme dans le membre « id » d’une fiche."),
    models.DateTimeField: _("Écrivez 2026-05-08 ou 2026-05-08T14:30:00Z (RFC 3339)."),
    models.DateField: _("Écrivez une date comme 2026-05-08."),
}

NUMBERS = (models.IntegerField, models.FloatField, models.DecimalField)
MAX_SORTED_LENGTH = 200
Field: TypeAlias = "models.Field[Any, Any]"


@cache
def filterable(collection: Collection) -> Mapping[str, Field]:
    """Properties that can be compared with one value, and the id; structured ones are not."""
    found = {"id": collection.identifier, **collection.fields}
    return {name: field for name, field in found.items() if not isinstance(field, models.JSONField)}


def filterable_in_all(collections: Sequence[Collection]) -> Mapping[str, Field]:
    """Those that all of these collections have, as the first one has them."""
    first, *others = (filterable(each) for each in collections)
    return {name: field for name, field in first.items() if all(name in each for each in others)}


def sortable(collection: Collection) -> dict[str, Field]:
    """Properties that give an order: neither lists nor long texts."""
    return {
        name: field
        for name, field in filterable(collection).items()
        if not isinstance(plain(field), ArrayField | models.TextField)
        and (plain(field).max_length or 0) <= MAX_SORTED_LENGTH
    }


def plain(field: Field) -> Field:
    """The field that gives the type: what a foreign key points at, what a generated column yields."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        return field.output_field
    return field


def may_be_null(field: Field) -> bool:
    """Whether the column may hold nothing; of a generated one what it yields tells."""
    return field.null or (isinstance(field, models.GeneratedField) and plain(field).null)


def parse_property(collection: Collection, name: str, text: str) -> Any:
    """The value to compare this property with, in the type of its column. Raises BadParameter."""
    field = plain(filterable(collection)[name])
    if isinstance(field, ArrayField):
        field = field.base_field
    if "\x00" in text or len(text) > MAX_LENGTH:
        raise BadParameter(name, _("Valeur illisible."))
    if isinstance(field, models.BooleanField):
        if text not in BOOLEANS:
            raise BadParameter(name, _("true ou false."))
        return BOOLEANS[text]
    if field.choices and text not in {code for code, _label in field.flatchoices}:
        known = ", ".join(str(code) for code, _label in field.flatchoices)
        raise BadParameter(name, _("Valeur inconnue. Connues : %(known)s.") % {"known": known})
    return _typed(field, name, text)


def _typed(field: Field, name: str, text: str) -> Any:
    try:
        value = read_instant(text) if _is_instant(field, text) else field.to_python(_plain(field, text))
        value = in_utc(value) if isinstance(value, datetime) and value.tzinfo else value
        field.run_validators(value) if isinstance(field, models.IntegerField) else None
    except (ValidationError, ValueError, OverflowError, TypeError):
        raise BadParameter(name, _wanted(field)) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise BadParameter(name, _wanted(field))
    return value


def _is_instant(field: Field, text: str) -> bool:
    return isinstance(field, models.DateTimeField) and INSTANT.fullmatch(text) is not None


def _plain(field: Field, text: str) -> str:
    return ascii_number(text) if isinstance(field, NUMBERS) else text


def _wanted(field: Field) -> Text:
    """What a value of this type looks like."""
    return next((words for kind, words in WANTED.items() if isinstance(field, kind)), OF_THE_TYPE)
