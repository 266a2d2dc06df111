"""The filters of a list page, made from the declaration of its collection.

`q` reads the collection's searched texts and the names of communes, without case, accents or
hyphens; the others are exact, named as the properties of the API are.
"""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Exists, F, Field, Func, OuterRef, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from carte.pages.relations import holders, in_communes, named
from geodata import registry
from geodata.features import YesNo
from geodata.queries import letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import AnonymousUser
    from django.http import QueryDict

    from comptes.models import User
    from geodata.features import FeatureQuerySet
    from geodata.registry import Collection

# Codes that help to choose where to go; the other ones are read on the page.
CHOICES = ("kind", "practices", "difficulty", "category", "cause", "state")
REACHABLE = ("wheelchair", "pushchair")
CABINS = ("1", "2", "3", "5")
HOURS = ((1, "1 h"), (1.5, "1 h 30"), (2, "2 h"), (3, "3 h"))
ANY = ("", _("Indifférent"))
# What geodata_folded() turns into spaces, and spaces.
MOST_WORDS = 8
APART = re.compile(r"[\s\-’']+")
UNREADABLE = _("Choisissez une valeur de la liste.")


class ListFilter(forms.Form):
    """The filters that make sense for one collection; unknown query parameters are not its business.

    `codes` are those that the API takes as they are.
    """

    q = forms.CharField(label=_("Nom ou commune"), required=False, max_length=100)

    def __init__(self, collection: "Collection", user: "User | AnonymousUser", data: "QueryDict") -> None:
        super().__init__(data, auto_id="f-%s")
        self.collection = collection
        self.user = user
        for name in CHOICES:
            field = collection.fields.get(name)
            choices = _codes(field) if field is not None else []
            if field is not None and choices:
                self.fields[name] = _select(capfirst(str(field.verbose_name)), choices)
        if in_communes(collection, []) is not None:
            self.fields["commune"] = _select(_("Commune"), named("communes", "insee_code", user))
        held = holders(collection)
        authorities = named("autorites", "code", user) if held else []
        for name in held:
            label = capfirst(str(collection.fields[name].verbose_name))
            self.fields[name] = _select(label, authorities)
        self.codes = tuple(name for name in self.fields if name in (*CHOICES, *held))
        self.fields |= dict(self._measured())
        for name in REACHABLE:
            field = collection.fields.get(name)
            if field is not None:
                self.fields[name] = forms.BooleanField(label=capfirst(str(field.verbose_name)), required=False)

    def _measured(self) -> "Iterator[tuple[str, forms.Field]]":
        fields = self.collection.fields
        if "duration_h" in fields:
            yield "max_h", _select(_("Durée, au plus"), [(str(value), words) for value, words in HOURS])
        if "cabins" in fields:
            yield "min_cabanes", _select(_("Cabanes le long, au moins"), [(each, each) for each in CABINS])
        if self.collection.id == "parcs":
            yield "cabane", forms.BooleanField(label=_("Avec une cabane"), required=False)

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields beside the search."""
        return [self[name] for name in self.fields if name != "q"]

    def narrow(self, rows: "FeatureQuerySet") -> "FeatureQuerySet":
        """The rows that satisfy every filter. Call after `is_valid`."""
        return self._narrowed(rows, {name: value for name, value in self.cleaned_data.items() if value})

    def _narrowed(self, rows: "FeatureQuerySet", given: dict[str, Any]) -> "FeatureQuerySet":
        for name, value in given.items():
            narrowed: FeatureQuerySet = getattr(self, f"_by_{name}", self._by_code)(rows, name, value)
            rows = narrowed
        return rows

    def unstated(self, rows: "FeatureQuerySet") -> bool:
        """Whether something satisfies the other filters of which nobody has said who can go there."""
        asked = [name for name in REACHABLE if self.cleaned_data.get(name)]
        if not asked:
            return False
        others = {name: value for name, value in self.cleaned_data.items() if value and name not in asked}
        return self._narrowed(rows, others).filter(**{f"{name}__isnull": True for name in asked}).exists()

    def _by_code(self, rows: "FeatureQuerySet", name: str, value: Any) -> "FeatureQuerySet":
        if isinstance(self.collection.fields[name], ArrayField):
            return rows.filter(**{f"{name}__contains": [value]})
        return rows.filter(**{name: value})

    def _by_wheelchair(self, rows: "FeatureQuerySet", name: str, _value: Any) -> "FeatureQuerySet":
        return rows.filter(**{name: YesNo.YES})

    _by_pushchair = _by_wheelchair

    def _by_max_h(self, rows: "FeatureQuerySet", _name: str, value: str) -> "FeatureQuerySet":
        timed = rows.annotate(hours=Coalesce("stated_duration_h", "duration_h"))
        short: FeatureQuerySet = timed.filter(hours__lte=float(value))
        return short

    def _by_min_cabanes(self, rows: "FeatureQuerySet", _name: str, value: str) -> "FeatureQuerySet":
        linking: FeatureQuerySet = rows.filter(cabins__len__gte=int(value))
        return linking

    def _by_cabane(self, rows: "FeatureQuerySet", _name: str, _value: Any) -> "FeatureQuerySet":
        cabins = registry.get("cabanes").visible_to(self.user).filter(park=OuterRef("uuid"))
        return rows.filter(Exists(cabins))

    def _by_commune(self, rows: "FeatureQuerySet", _name: str, value: str) -> "FeatureQuerySet":
        return rows.filter(in_communes(self.collection, [value]) or Q())

    def _by_q(self, rows: "FeatureQuerySet", _name: str, value: str) -> "FeatureQuerySet":
        words = [word for word in APART.split(value) if word][:MOST_WORDS]
        if not words:
            return rows.none()
        towns = registry.get("communes").visible_to(self.user).alias(folded=_folded(F("name_fr")))
        texts = letters.texts(self.collection, self.collection.table).as_string()
        found: FeatureQuerySet = rows.alias(haystack=RawSQL(texts, [], output_field=TextField()))  # noqa: S611
        is_large = not all(map(letters.is_looked_up, words)) and letters.is_large(self.collection)
        for word in words:
            said = _said(word, is_large=is_large)
            codes = list(
                towns.filter(folded__contains=_folded(Value(word, CharField()))).values_list("insee_code", flat=True)[
                    :200
                ]
            )
            place = in_communes(self.collection, codes) if codes else None
            found = found.filter(said | place if place is not None else said)
        return found


def _codes(field: "Field[Any, Any]") -> list[tuple[str, str]]:
    inner = field.base_field if isinstance(field, ArrayField) else field
    return [(str(code), capfirst(str(words))) for code, words in inner.flatchoices if code]


def _select(label: Any, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label, required=False, choices=[ANY, *choices])
    field.error_messages["invalid_choice"] = UNREADABLE
    return field


def _folded(expression: Any) -> Func:
    """A text without case, accents and hyphens, on both sides of a comparison."""
    return Func(expression, function="geodata_folded", output_field=TextField())


def _said(word: str, *, is_large: bool) -> Q:
    """That a text holds this word; where that takes too long, that a word of it begins so."""
    folded = _folded(Value(word, CharField()))
    if letters.is_looked_up(word) or not is_large:
        return Q(haystack__contains=folded)
    if not letters.RUNS.search(word):
        return Q(pk__in=[])
    return Q(haystack__startswith=folded) | Q(haystack__contains=Concat(Value(" "), folded))
