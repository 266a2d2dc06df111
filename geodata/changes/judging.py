"""What is wrong with a record before it is saved, as sentences beside fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import FieldError, ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction
from django.db.models import BooleanField, CheckConstraint, FloatField, Model, Q, TextField
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.changes.constraints import field_of
from geodata.features import Feature
from geodata.geometry import check_geometry
from geodata.units import MAX_LIST

Errors = dict[str, list[str]]
# Markdown's own <https://…> and <mailto:…> are no tags.
HTML_TAG = re.compile(r"<(?!https?://|mailto:)[/!?]?[a-zA-Z-][^<>]*>")
# What is told of a time reaches to the midnight after it, which has a year too.
LAST_YEAR = 9998
# Controls, and code points that never are a character (Unicode §23.7).
NEVER = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
CONTROL = re.compile(f"[{NEVER}]")
CONTROL_OR_BREAK = re.compile(f"[{NEVER}\t\n\r\u2028\u2029]")


def wrong_with(
    feature: Feature,
    was: Feature | None,
    rules: Callable[[Any], Errors] | None,
    between: Mapping[str, Collection[str]],
) -> Errors:
    """What is wrong with a record that is about to be saved, its rules, if any, judged once everything else is right.

    Of one that is stored (`was`) not what was wrong before, in the same words, where the write leaves the field alone, and those that
    are judged with it (`between`, by the field that rules tell it beside): who corrects a phone number need not correct an
    old text first. What goes public is judged whole.
    """
    is_excused = was is not None and (was.is_public or not feature.is_public)
    for judge in filter(None, (errors_of, rules)):
        found = judge(feature)
        if found and was is not None and is_excused:
            before, touched = judge(was), _touched(feature, was)
            found = {
                name: told
                for name, told in found.items()
                if before.get(name) != told or not touched.isdisjoint((name, *between.get(name, ())))
            }
        if found:
            return found
    return {}


def as_stored(feature: Feature) -> Feature:
    """A copy of a record as it was read, before it is given other values."""
    names = [field.attname for field in feature._meta.concrete_fields]
    return type(feature).from_db(feature._state.db, names, [getattr(feature, name) for name in names])


def _touched(feature: Feature, was: Feature) -> set[str]:
    fields = feature._meta.concrete_fields
    return {each.name for each in fields if getattr(feature, each.attname) != getattr(was, each.attname)}


def errors_of(feature: Feature, *, alone: bool = False) -> Errors:
    """Everything that the record tells: its shape, its texts, its fields, the rules between them.

    What must be unique is left to the database, which alone knows; with `alone` also whether what is named exists and
    whether the rules between fields hold: nothing is asked of it then.
    """
    texts = {field.name: getattr(feature, field.attname) for field in feature._meta.concrete_fields if field.editable}
    errors = _shape_errors(feature) | html_in(texts) | _unfit(feature, texts)
    try:
        named = {each.name for each in feature._meta.concrete_fields if alone and each.is_relation}
        feature.full_clean(exclude=set(errors) | named, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        errors |= {("" if name == "__all__" else name): list(told) for name, told in error.message_dict.items()}
    for name, told in () if alone else _broken_constraints(feature, set(errors)):
        errors.setdefault(name, []).extend(told)
    return errors


def _unfit(feature: Feature, values: Mapping[str, Any]) -> Errors:
    """A sentence for each list that is too long, instant that has no year here, and text that nobody could read where it stands."""
    told = {}
    for name, value in values.items():
        field = feature._meta.get_field(name)
        # Heights are as many as a line has vertices.
        is_free = isinstance(getattr(field, "base_field", None), FloatField)
        if isinstance(value, list) and len(value) > MAX_LIST and not is_free:
            told[name] = [_("%(count)d éléments, %(limit)d au plus.") % {"count": len(value), "limit": MAX_LIST}]
            continue
        if isinstance(value, datetime) and not _is_on_the_clock(value):
            told[name] = [_("Écrivez une date des années 1 à %(last)d.") % {"last": LAST_YEAR}]
            continue
        is_page = isinstance(field, TextField)
        if sentence := next(filter(None, (_unreadable(text, is_page=is_page) for text in _texts(value))), None):
            told[name] = [sentence]
    return told


def _is_on_the_clock(moment: datetime) -> bool:
    """Whether an instant has a year where it is told, on the wall clock of the instance."""
    try:
        return (moment if timezone.is_naive(moment) else timezone.localtime(moment)).year <= LAST_YEAR
    except OverflowError:
        return False


def _unreadable(text: str, *, is_page: bool) -> str | None:
    """What is wrong with the signs of a text, None where nothing is. Only a page has lines and tabs."""
    if found := (CONTROL if is_page else CONTROL_OR_BREAK).search(text):
        return _("Un signe ne s’écrit pas ici : U+%(code)04X.") % {"code": ord(found.group())}
    if text and not text.isascii() and all(unicodedata.category(sign)[0] in "CZ" for sign in text):
        return _("Ce texte n’a aucun signe visible.")
    return None


def html_in(values: Mapping[str, Any]) -> Errors:
    """A sentence for each text that holds an HTML tag: it would be shown as text or, worse, run."""
    told = _("Le HTML n’est pas accepté : « %(tag)s ». Utilisez le Markdown.")
    found = {name: next(filter(None, map(HTML_TAG.search, _texts(value))), None) for name, value in values.items()}
    return {name: [told % {"tag": tag.group()[:40]}] for name, tag in found.items() if tag is not None}


def _shape_errors(feature: Feature) -> Errors:
    shape = getattr(feature, "geom", None)
    if not isinstance(shape, GEOSGeometry):
        return {}
    try:
        check_geometry(shape)
    except ValidationError as error:
        return {"geom": list(error.messages)}
    return {}


def _broken_constraints(feature: Feature, failed: set[str]) -> Iterator[tuple[str, list[str]]]:
    for model, constraints in feature.get_constraints():
        checks = [each for each in constraints if isinstance(each, CheckConstraint)]
        for constraint in _broken(model, feature, checks, failed):
            yield field_of(constraint), [str(constraint.get_violation_error_message())]


def _broken(
    model: type[Model], feature: Feature, checks: list[CheckConstraint], failed: set[str]
) -> Iterator[CheckConstraint]:
    """Those that do not hold, by one statement, where their own `validate` takes one for each.

    As there, one that names a field that failed is not judged, nor one that the database cannot judge.
    """
    query, judged = Query(None), []
    known = feature._get_field_expression_map(meta=model._meta, exclude=failed)  # type: ignore[attr-defined]
    for name, value in known.items():
        query.add_annotation(value, name, select=False)
    for constraint in checks:
        holds = Coalesce(Q(constraint.condition), True, output_field=BooleanField())
        with suppress(FieldError):
            query.add_annotation(holds, f"_{constraint.name}")
            judged.append(constraint)
    if not judged:
        return
    try:
        with transaction.atomic():
            row = query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql(SINGLE)
    except DatabaseError:
        row = [_holds(each, model, feature, failed) for each in judged]
    for constraint, is_kept in zip(judged, row, strict=True):
        if not is_kept:
            yield constraint


def _holds(constraint: CheckConstraint, model: type[Model], feature: Feature, failed: set[str]) -> bool:
    try:
        constraint.validate(model, feature, exclude=failed)
    except ValidationError:
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, also in lists and in the keys and values of objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in (*value, *value.values()):
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)
