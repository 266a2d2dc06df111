"""Texts kept in three languages, read in the visitor's with French as the fallback.

A fallback keeps its language, so that a screen reader pronounces it right (WCAG 3.1.2).
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

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


def text_of(thing: Any, stem: str) -> Text:
    """The text `<stem>_<language>` of a thing, else its French one; empty when it has neither."""
    language = page_language()
    own = getattr(thing, f"{stem}_{language}", "") or ""
    if own:
        return Text(own)
    french = getattr(thing, f"{stem}_{FALLBACK}", "") or ""
    return Text(french, FALLBACK if french and language != FALLBACK else "")


def name_of(feature: Any) -> Text:
    """What a feature is called."""
    return text_of(feature, feature.label_stem)
