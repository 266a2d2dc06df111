"""A row of a source as a feature of the collection: columns to properties, codes to codes, shapes in parts.

What a source says in a word that the mapping does not know is an error that names the word, never a guess.
Knows nothing of where rows come from: a file that a person brings is read by the same rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, LineString, MultiLineString
from django.db import models
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from geodata.editing.texts import meant
from geodata.harvest.sources import Source
from geodata.problems import Invalid
from geodata.registry import Collection

Columns = Mapping[str, Any]
MAX_ID = 180
# What tells the stages of a trail apart, after the identifier of the trail.
STAGE = "#"
NUMBERED = re.compile(rf"{STAGE}\d+$")


@dataclass(frozen=True)
class Rules:
    """How columns become properties; see `sources.Source`."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


def rules_of(collection: Collection, source: Source) -> Rules:
    """What a source says of its columns, with what every one of its features is given."""
    about = {"geom_quality": "approximate", "position_source": "import"}
    given: dict[str, Any] = {name: value for name, value in about.items() if name in collection.properties}
    given |= {"source": source.title, "source_url": source.url if source.is_remote else ""}
    if "authority" in collection.properties and source.authority:
        given["authority"] = source.authority
    if source.licence:
        given["licence"] = source.licence
    if source.source_date:
        given["source_date"] = source.source_date.isoformat()
    return Rules(source.fields, {**given, **source.fixed}, source.templates)


@dataclass(frozen=True)
class Row:
    """A feature in the words of the collection: GeoJSON properties and shape, and its id in the source."""

    source_id: str
    properties: dict[str, Any]
    shape: GEOSGeometry | None

    @property
    def body(self) -> dict[str, Any]:
        """The GeoJSON feature that the API would be sent."""
        shape = None if self.shape is None else json.loads(self.shape.geojson)
        return {"type": "Feature", "geometry": shape, "properties": self.properties}


def identifier(columns: Columns, id_field: str) -> str:
    """What names the row in its source. Raises Invalid: nothing does."""
    found = _column(columns, id_field)
    if found in (None, ""):
        raise Invalid({id_field: [_("Cette colonne nomme chaque objet : elle est vide ou absente.")]})
    return str(int(found) if isinstance(found, float) and found.is_integer() else found)[:MAX_ID]


def ask_no_stage(collection: Collection, source_id: str, id_field: str) -> None:
    """Raises Invalid where an identifier of the source reads as one that is given to a stage of a trail."""
    if _in_stages(collection) and NUMBERED.search(source_id):
        told = _("« %(id)s » finit comme le numéro d’une étape (# et des chiffres) : changez cet identifiant.")
        raise Invalid({id_field: [told % {"id": source_id}]})


def _in_stages(collection: Collection) -> bool:
    return collection.geometry.geom_type == "LINESTRING"


def properties(collection: Collection, columns: Columns, mapping: Rules) -> dict[str, Any]:
    """The properties of a row. Raises Invalid, with every column that says something unknown."""
    found: dict[str, Any] = dict(mapping.fixed)
    errors: dict[str, list[str]] = {}
    for name, wanted in mapping.fields.items():
        try:
            value = _value(columns, wanted)
        except KeyError as error:
            errors[name] = [_("« %(word)s » n’est pas dans la table des mots.") % {"word": error.args[0]}]
            continue
        if value not in (None, ""):
            found[name] = _typed(collection, name, value)
    texts = {key.lower(): "" if value is None else str(value) for key, value in columns.items()}
    for name, template in mapping.templates.items():
        found.setdefault(name, template.format_map(_Texts(texts)).strip())
    if errors:
        raise Invalid(errors)
    return {name: meant(collection.fields.get(name), value) for name, value in found.items()}


class _Texts(dict[str, str]):
    """Columns by name, whatever its case; one that is absent says nothing."""

    def __missing__(self, key: str) -> str:
        return self.get(key.lower(), "")


def rows(collection: Collection, source_id: str, said: dict[str, Any], shape: GEOSGeometry | None) -> Iterator[Row]:
    """The row, or one a stage: a trail is one line, so the parts of a line that do not join are numbered."""
    if _in_stages(collection) and isinstance(shape, MultiLineString):
        merged: Any = shape.merged
        parts = [merged] if isinstance(merged, LineString) else list(merged)
        if len(parts) > 1:
            for number, part in enumerate(parts, start=1):
                part.srid = shape.srid
                named = {
                    collection.label: _("%(name)s, étape %(number)d")
                    % {"name": said.get(collection.label, ""), "number": number}
                }
                yield Row(f"{source_id}{STAGE}{number}", said | named, part)
            return
        merged.srid = shape.srid
        shape = merged
    yield Row(source_id, said, shape)


def _value(columns: Columns, wanted: Any) -> Any:
    """What a rule finds: a column, the first of several that says something, or the code of a word."""
    if isinstance(wanted, str):
        return _column(columns, wanted)
    if isinstance(wanted, list):
        return next((found for name in wanted if (found := _column(columns, name)) not in (None, "")), None)
    found = _value(columns, wanted["from"])
    if found in (None, ""):
        return None
    codes = {_folded(word): code for word, code in wanted["codes"].items()}
    if _folded(found) not in codes:
        raise KeyError(str(found)[:80])
    return codes[_folded(found)]


def _folded(word: Any) -> str:
    """Words are compared without case, accents and signs."""
    return slugify(str(word)) or str(word)


def _column(columns: Columns, name: str) -> Any:
    if name in columns:
        return columns[name]
    return next((value for key, value in columns.items() if key.lower() == name.lower()), None)


def _typed(collection: Collection, name: str, value: Any) -> Any:
    """The value as the API takes it: sources give numbers as texts and texts as numbers."""
    column = collection.fields.get(name)
    if isinstance(value, str):
        value = value.strip()
        if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
            return _day(value)
        if isinstance(column, models.DateTimeField):
            return _instant(value)
        if isinstance(column, models.CharField) and not isinstance(column, models.TextField):
            return " ".join(value.split())
    if isinstance(column, (models.CharField, models.TextField)) and not isinstance(value, (list, dict)):
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else repr(value)
        return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    return value


def _instant(text: str) -> str:
    """An instant in any form of ISO 8601, as RFC 3339 has it."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _day(text: str) -> str:
    """The day of an instant, where one is told for a date: services keep midnight here as an hour of the evening in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = timezone.localtime(instant) if instant.tzinfo is not None else instant
    return local.date().isoformat()
