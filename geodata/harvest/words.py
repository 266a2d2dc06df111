"""Sentences of a report, kept in every language of the site: who reads it chooses, long after it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from geodata.problems import Invalid, Problem, Text

Said = dict[str, str]


def in_languages(say: Callable[[], Text]) -> Said:
    """What `say` gives when each language of the site is spoken."""
    told = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            told[language] = str(say())
    return told


def translated(text: Text) -> Said:
    """A lazy sentence in each language of the site."""
    return in_languages(lambda: text)


def in_words(refusal: Problem, label: Callable[[str], str] = str) -> str:
    """A refusal as one line, with the fields that it names as people call them."""
    if isinstance(refusal, Invalid):
        return _(" ; ").join(_line(label(name), told) for name, told in refusal.errors.items())
    return str(refusal.detail or refusal.title)


def _line(label: str, told: Iterable[Text]) -> str:
    sentences = " ".join(map(str, told))
    return _("%(name)s : %(told)s") % {"name": label, "told": sentences} if label else sentences


def label_of(fields: Mapping[str, Any], name: str) -> str:
    """What people call a field of these; what is none of them is called as it is."""
    return str(getattr(fields.get(name), "verbose_name", name))


def refusal_of(attempt: Callable[[], object], label: Callable[[str], str]) -> str:
    """Why an attempt is refused; what it writes is undone. Empty when it is not refused."""
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except Problem as refusal:
        return in_words(refusal, label)
    return ""
