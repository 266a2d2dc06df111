"""The manager's form of a closure."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from geodata.editing.forms import FeatureForm
from geodata.editing.repetition import RepetitionField


class FermetureForm(FeatureForm):
    """What is closed (a shape, parks, or both), why, and until when, before anything else."""

    essential = ("title_fr", "category", "cause", "starts_at", "ends_at", "review_by", "parks", "authority")

    parks: Any = forms.ModelMultipleChoiceField(
        queryset=None, required=False, label=_("Parcs concernés"), widget=forms.CheckboxSelectMultiple,
        help_text=_("En plus de la zone dessinée, ou à sa place : tout le parc est concerné."),
    )  # fmt: skip
    rrule = RepetitionField(
        label=_("Répétition"), required=False,
        help_text=_("Quels jours de la période, de l’heure du début à l’heure de la fin. Une seule fois : toute la période."),
    )  # fmt: skip
