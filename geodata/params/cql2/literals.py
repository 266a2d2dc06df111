"""Literals of a filter in the type that they are compared with, and the type of a property."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from geodata.params import instants
from geodata.params.cql2 import refusal
from geodata.params.cql2.tree import Call, Kind, Node, Property, Value
from geodata.params.properties import Field, plain

MAX_TEXT = 5_000


def kind_of(name: str, field: Field) -> Property:
    """The property of this field."""
    field = plain(field)
    if isinstance(field, ArrayField):
        return Property(name, Kind.LIST, kind_of(name, field.base_field).kind)
    kinds: tuple[tuple[type[Any], Kind], ...] = (
        (models.BooleanField, Kind.BOOLEAN),
        (models.DateTimeField, Kind.INSTANT),
        (models.DateField, Kind.DATE),
        (models.UUIDField, Kind.UUID),
        (models.IntegerField, Kind.NUMBER),
        (models.FloatField, Kind.NUMBER),
    )
    return Property(name, next((kind for base, kind in kinds if isinstance(field, base)), Kind.TEXT))


def text_value(text: str) -> str:
    """A text that PostgreSQL can hold. Raises BadParameter."""
    if len(text) > MAX_TEXT or "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise refusal(_("Un texte du filtre est illisible ou trop long."))
    return text


def read_date(text: Any) -> date:
    """A day of the calendar. Raises BadParameter."""
    with suppress(ValueError, TypeError):
        return instants.read_day(text)
    raise refusal(_("Écrivez une date comme 2026-05-08."))


def read_instant(text: Any) -> datetime:
    """An instant (RFC 3339). Raises BadParameter."""
    with suppress(ValueError, TypeError):
        return instants.read_instant(text)
    raise refusal(_("Écrivez un instant comme 2026-05-08T14:30:00Z."))


def fitted(found: Node, kind: Kind) -> Node:
    """The same expression in this kind where there is a way: literal texts, and days as instants (UTC)."""
    if found.kind is kind:
        return found
    if kind is Kind.INSTANT and found.kind is Kind.DATE:
        return Call("instant", (found,), Kind.INSTANT)
    if not isinstance(found, Value) or found.kind is not Kind.TEXT:
        return found
    text = str(found.value)
    if kind is Kind.DATE:
        return Value(read_date(text), kind)
    if kind is Kind.INSTANT:
        return (
            Call("instant", (Value(read_date(text), Kind.DATE),), kind)
            if instants.DAY.fullmatch(text)
            else _instant(text)
        )
    return Value(_identifier(text), kind) if kind is Kind.UUID else found


def _instant(text: str) -> Value:
    return Value(read_instant(text), Kind.INSTANT)


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refusal(_("« %(text)s » n’est pas un identifiant (uuid).") % {"text": text[:60]}) from None
