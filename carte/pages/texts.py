"""Texts kept in three languages, read in the visitor's with French as the fallback.

A fallback keeps its language, so that a screen reader pronounces it right (WCAG 3.1.2).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.utils.translation import get_language, override

FALLBACK = "fr"


@dataclass(frozen=True)
class Text:
    """A text; `lang` is its language where that is not the page's, else empty."""

    value: str
    lang: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return self.value


def page_language() -> str:
    """The language of the page: fr, en or nl."""
    return (get_language() or FALLBACK).split("-")[0]


def text_of(thing: Any, stem: str, language: str = "") -> Text:
    """The text `<stem>_<language>` of a thing, else its French one; empty when it has neither.

    The language is that of the page; who asks thousands of times gives it, as finding it takes longer than the text.
    """
    language = language or page_language()
    own = getattr(thing, f"{stem}_{language}", "") or ""
    if own:
        return Text(own)
    french = getattr(thing, f"{stem}_{FALLBACK}", "") or ""
    return Text(french, FALLBACK if french and language != FALLBACK else "")


def value_of(thing: Any, stem: str, language: str) -> str:
    """The same without its language, for who asks thousands of times."""
    return getattr(thing, f"{stem}_{language}", "") or getattr(thing, f"{stem}_{FALLBACK}", "") or ""


def choice_of(feature: Any, name: str, language: str = "") -> str:
    """What the value of a field with choices is called; empty for none."""
    return _called(feature._meta.label, name, getattr(feature, name), language or page_language())


@lru_cache(1_000)
def _called(model: str, name: str, value: Any, language: str) -> str:
    """Kept, as Django goes through all choices for each of them."""
    field: Any = apps.get_model(model)._meta.get_field(name)
    called = dict(field.flatchoices).get(value, value)
    with override(language):
        return "" if called is None else str(called)


def name_of(feature: Any, language: str = "") -> Text:
    """What a feature is called."""
    return text_of(feature, feature.label_stem, language)


def is_told(linked: Any) -> bool:
    """Whether the name and the page of a feature that another one names are told: to everybody, or to who reads (`finding.find`)."""
    return linked is not None and (linked.is_public or getattr(linked, "is_seen", False))


def link_name_of(linked: Any, language: str = "") -> Text:
    """What a feature is called that another one names: where who reads may not see it, its code if it has one, else nothing.

    Decision 0212: the record that names it tells as much in its own row.
    """
    return name_of(linked, language) if is_told(linked) else Text(getattr(linked, "code", ""))
