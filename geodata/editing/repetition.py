"""A repetition rule (RRULE, RFC 5545 §3.3.10) typed as words: how often, on which days, until when.

What the words cannot say stays a rule that is typed; nothing of a stored rule is lost by opening its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from geodata.editing.periods import WEEK
from geodata.editing.recurrence import is_rrule

OTHER = "OTHER"
EVERY = [
    ("", _("Une seule fois")),
    ("DAILY", _("Chaque jour")),
    ("WEEKLY", _("Chaque semaine")),
    ("MONTHLY", _("Chaque mois")),
    ("YEARLY", _("Chaque année")),
    (OTHER, _("Autre règle")),
]
SAID = {"FREQ", "BYDAY"}


class RepetitionWidget(forms.MultiWidget):
    """How often (a list), on which days (boxes), any other rule (a text)."""

    template_name = "gestion/widgets/repetition.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        days = [(code, capfirst(WEEKDAYS[place])) for place, code in enumerate(WEEK)]
        super().__init__(
            {
                "every": forms.Select(choices=EVERY),
                "days": forms.CheckboxSelectMultiple(choices=days),
                "rule": forms.TextInput(attrs={"placeholder": "FREQ=MONTHLY;BYDAY=1SU", "spellcheck": "false"}),
            },
            attrs,
        )

    def decompress(self, value: str | None) -> list[Any]:
        """How often, days and rule of a stored rule."""
        parts = dict(part.partition("=")[::2] for part in (value or "").split(";") if part)
        days = [day for day in parts.get("BYDAY", "").split(",") if day]
        every = parts.get("FREQ", "")
        plain = set(parts) <= SAID and set(days) <= set(WEEK) and (every == "WEEKLY" or not days)
        return [every, days, ""] if plain else [OTHER, [], value]

    def value_from_datadict(  # type: ignore[override]
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> str:
        """The rule that the three inputs say; the text of a plain input of this name, for who sends one."""
        if name in data:
            return str(data[name])
        every, days, rule = super().value_from_datadict(data, files, name)
        if every == OTHER:
            return (rule or "").strip()
        if not every:
            return ""
        return f"FREQ={every}" + (f";BYDAY={','.join(days)}" if every == "WEEKLY" and days else "")

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and super().value_omitted_from_data(data, files, name)


class RepetitionField(forms.CharField):
    """A rule as its text, typed through `RepetitionWidget`; empty for what does not repeat."""

    told = _("Le début et la fin sont ceux de la première fois.")
    widget = RepetitionWidget

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text and not is_rrule(text):
            raise ValidationError(_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH"))
        return text
