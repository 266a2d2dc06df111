"""Facts of a feature as rows of label and value; what nobody has checked has no value.

The screen says "Non renseigné" for a row without a value, never "no" (product.md §2). The generic
pages take their rows from the declaration of the collection.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, override

from carte import wording
from carte.pages import vocabulary
from carte.pages.addresses import address
from carte.pages.texts import FALLBACK, Text, is_told, link_name_of
from geodata import registry
from geodata.features import Feature
from geodata.problems import NotFound

# Shown elsewhere on every page: its name, its texts, and the box of sources.
COMMON = frozenset(
    [
        "slug",
        "status",
        "source",
        "source_url",
        "source_date",
        "source_note",
        "licence",
        "revision",
        "created_at",
        "updated_at",
        "fact_confidence",
        "geom_quality",
        "position_source",
        "position_accuracy_m",
        "completeness",
        "authority",
        "uuid",
    ]
)
LANGUAGES = ("_fr", "_en", "_nl")
CODES = frozenset(["phone", "siren", "insee_code", "postcodes", "code", "ref", "osm_id", "wikidata", "opening_hours"])
UNITS = {"_m": "m", "_ha": "ha", "_km": "km", "_m2": "m²", "_pct": "%", "_h": "h"}


@dataclass(frozen=True)
class Fact:
    """A labelled value in words; `url` where it leads to a page, `note` what qualifies it."""

    label: str
    value: str = ""
    url: str = ""
    lang: str = ""
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether anybody has stated it."""
        return bool(self.value)


def own_facts(feature: Feature) -> Iterator[Fact]:
    """A row for every published property that is not common to all features.

    Lists of identifiers are left out: they are relations, which a page shows as links.
    """
    collection = registry.of_model(type(feature))
    for name, field in collection.fields.items():
        if name in COMMON or name.endswith(LANGUAGES) or isinstance(field, models.UUIDField) or _is_uuid_list(field):
            continue
        yield fact(feature, name)


def fact(feature: Feature, name: str, label: str = "", note: str = "") -> Fact:
    """One property as a row, labelled by its field unless told otherwise."""
    field = feature._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is not a field")
    shown = label or capfirst(str(field.verbose_name).split(" (")[0])
    if isinstance(field, models.ForeignKey):
        return _link(shown, getattr(feature, name), note)
    value = getattr(feature, name)
    url = value if isinstance(field, models.URLField) and value else ""
    known = value not in (None, "", [])
    words = in_words(field, name, value)
    text = vocabulary.word(words) if _is_prose(field, name) else Text(words)
    return Fact(shown, text.value, url=url, lang=text.lang, note=note if known else "")


def facts(feature: Feature, names: Iterable[str]) -> list[Fact]:
    """These properties as rows, in this order."""
    return [fact(feature, name) for name in names]


def in_words(field: "models.Field[Any, Any]", name: str, value: Any) -> str:
    """A stored value as a person reads it; empty when it is not known."""
    if value is None or value in ("", []):
        return ""
    if isinstance(field, ArrayField):
        words = [in_words(field.base_field, name, each) for each in value]
        # French words are joined in French: both are marked as such.
        with override(FALLBACK if _is_prose(field, name) else get_language()):
            return wording.joined(words)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return wording.yes_no(value)
    if isinstance(value, datetime):
        return wording.moment(value)
    if isinstance(value, date):
        return wording.day(value)
    if isinstance(value, (int, float)):
        return _measure(name, value)
    return str(value) if not isinstance(value, (dict, list)) else ""


def by_source(feature: Feature) -> str:
    """Who states a figure that nobody computed, and when: "selon pasdecalais.fr, 3 mars 2023"."""
    source = (urlsplit(feature.source_url).hostname or "").removeprefix("www.") or feature.source
    if not source:
        return gettext("source non citée")
    told = gettext("selon %(source)s") % {"source": source}
    return f"{told}, {wording.day(feature.source_date)}" if feature.source_date else told


def _measure(name: str, value: float) -> str:
    for ending, unit in UNITS.items():
        if name.endswith(ending):
            return wording.distance(value) if unit == "m" else wording.with_unit(value, unit, 1)
    return str(value) if "year" in name else wording.number(value, 2)


def _link(label: str, target: models.Model | None, note: str) -> Fact:
    if target is None:
        return Fact(label)
    if not isinstance(target, Feature):
        return Fact(label, str(target), note=note)
    text = link_name_of(target)
    if not is_told(target):
        return Fact(label, text.value, note=note if text.value else "")
    try:
        return Fact(label, text.value, url=address(target), lang=text.lang, note=note)
    except NotFound:
        return Fact(label, text.value, lang=text.lang, note=note)


def _is_prose(field: "models.Field[Any, Any]", name: str) -> bool:
    """Whether the value is words of the source, kept in French only; codes and addresses are in no language."""
    inner = field.base_field if isinstance(field, ArrayField) else field
    if name in CODES or inner.choices or isinstance(inner, (models.URLField, models.EmailField, models.SlugField)):
        return False
    return isinstance(inner, (models.CharField, models.TextField))


def _is_uuid_list(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, ArrayField) and isinstance(field.base_field, models.UUIDField)
