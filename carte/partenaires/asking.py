"""The form that composes an address of the API: collection, format, words, place, dates, codes, filter."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from carte.integrer.selection import NOBODY, PAST, Shown
from carte.pages.relations import holders, named
from geodata import registry
from geodata.formats import offered
from geodata.formats.choice import HTML, Format
from geodata.params.instants import in_utc
from geodata.params.items import parse_items
from geodata.params.properties import filterable, plain
from geodata.problems import BadParameter, NotFound

if TYPE_CHECKING:
    from django.http import QueryDict

    from geodata.registry import Collection

ANY = ("", _("Indifférent"))
YES_NO = (ANY, ("true", _("oui")), ("false", _("non")))
FIRST, SAMPLE = "cabanes", 8
# Codes that say how a record is kept, not what the thing is.
KEPT = ("status", "licence")
# Names of the form's own fields, and the parameter that each becomes.
OWN = {"q": "q", "bbox": "bbox", "filter": "filter", "commune": "bbox", "depuis": "datetime", "jusqua": "datetime"}


class Asking(forms.Form):
    """What a partner asks for; `collection` and `format` always hold a value, `shown` what was understood."""

    q = forms.CharField(label=_("Mots"), required=False, max_length=200)
    commune = forms.ChoiceField(label=_("Commune"), required=False)
    bbox = forms.CharField(
        label=_("Zone : ouest, sud, est, nord"),
        required=False,
        max_length=200,
        help_text=_("En degrés, par exemple 2.7,50.35,2.95,50.5 ; ou dessinée sur la carte."),
    )
    filter = forms.CharField(
        label=_("Filtre CQL2"), required=False, help_text=_("Par exemple : year_built >= 2020 AND kind LIKE 'cabane%'")
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="p-%s", label_suffix="")
        self.collection_choices = [(each.id, each.title) for each in registry.collections()]
        self.collection = _collection(data.get("collection", ""))
        self.format = _format(self.collection, data.get("format", ""))
        self.fields["commune"].choices = [ANY, *named("communes", "insee_code", NOBODY)]  # type: ignore[attr-defined]
        if self.collection.datetime:
            for name, label in (("depuis", _("Depuis le")), ("jusqua", _("Jusqu’au"))):
                widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                self.fields[name] = forms.DateField(label=label, required=False, widget=widget)
        self.holders = holders(self.collection)
        self.authorities = named("autorites", "code", NOBODY) if self.holders else []
        self.codes = [name for name, field in filterable(self.collection).items() if self._add(name, field)]
        self.shown: Shown | None = None

    @property
    def formats(self) -> list[Format]:
        """The formats that the collection has for programs."""
        return [each for each in offered.of(self.collection) if each is not HTML]

    @property
    def places(self) -> list[forms.BoundField]:
        """The fields about where and when."""
        names = ("q", "commune", *self.holders, "bbox", "depuis", "jusqua")
        return [self[name] for name in names if name in self.fields]

    @property
    def properties(self) -> list[forms.BoundField]:
        """The other fields of codes, and the filter."""
        return [self[name] for name in (*self.codes, "filter") if name not in self.holders]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the API, without `f`; call after `is_valid`."""
        return self.shown.filters if self.shown else {}

    @property
    def narrowed(self) -> bool:
        """Whether a code or a filter was asked for, or could not be read."""
        return any(self.data.get(field.name) or field.errors for field in self.properties)

    def clean(self) -> dict[str, Any]:
        """Read the parameters as the API does; what it refuses is said beside its field."""
        cleaned = self.cleaned_data
        if cleaned.get("commune") and cleaned.get("bbox") and not self._commune:
            told = _("Ces fiches ne disent pas leur commune : choisissez la commune ou une zone.")
            self.add_error("commune", told)
            return cleaned
        filters = self._filters(cleaned)
        try:
            query = parse_items(MultiValueDict({name: [value] for name, value in filters.items()}), self.collection)
            self.shown = Shown(self.collection, filters, query, SAMPLE, asked=filters | {PAST: "oui"})
        except BadParameter as error:
            name = next((own for own, parameter in OWN.items() if parameter == error.parameter), error.parameter)
            self.add_error(name if name in self.fields else None, str(error.detail))
        return cleaned

    @property
    def _commune(self) -> str:
        """The property that holds communes; empty where their box stands for it."""
        return next((name for name in ("communes", "commune") if name in self.collection.fields), "")

    def _filters(self, cleaned: dict[str, Any]) -> dict[str, str]:
        found = {name: cleaned[name] for name in self.codes if cleaned.get(name)}
        found |= {name: cleaned[name].strip() for name in ("q", "bbox", "filter") if cleaned.get(name)}
        if code := cleaned.get("commune"):
            found |= {self._commune: code} if self._commune else {"bbox": _box_of(code)}
        first, last = cleaned.get("depuis"), cleaned.get("jusqua")
        if first or last:
            found["datetime"] = f"{_instant(first, time.min)}/{_instant(last, time.max)}"
        return found

    def _add(self, name: str, field: models.Field[Any, Any]) -> bool:
        """Whether this property is chosen from a list, which is then a field of the form."""
        element = plain(field)
        if isinstance(element, ArrayField):
            element = element.base_field
        if name in KEPT or name in self.fields:
            return False
        label = capfirst(str(field.verbose_name))
        if name in self.holders:
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[ANY, *self.authorities])
        elif isinstance(element, models.BooleanField):
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=YES_NO)
        elif element.choices:
            choices = [(str(code), capfirst(str(words))) for code, words in element.flatchoices if code]
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[ANY, *choices])
        return name in self.fields


def _collection(text: str) -> Collection:
    try:
        return registry.get(text or FIRST)
    except NotFound:
        return registry.get(FIRST)


def _format(collection: Collection, name: str) -> Format:
    formats = [each for each in offered.of(collection) if each is not HTML]
    return next((each for each in formats if each.name == name), formats[0])


def _box_of(code: str) -> str:
    """The box of a commune, outwards to three decimals."""
    town = registry.get("communes").visible_to(NOBODY).filter(insee_code=code, geom__isnull=False).first()
    if town is None:
        return ""
    west, south, east, north = town.geom.extent
    return f"{west - 0.0005:.3f},{south - 0.0005:.3f},{east + 0.0005:.3f},{north + 0.0005:.3f}"


def _instant(day: date | None, hour: time) -> str:
    if day is None:
        return ".."
    local = datetime.combine(day, hour.replace(microsecond=0), timezone.get_default_timezone())
    return in_utc(local).isoformat().replace("+00:00", "Z")
