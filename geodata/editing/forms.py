"""The form of a collection, made from its properties; an app may subclass `FeatureForm`.

A form only reads what was typed: rules and rights are those of the actions, which every
caller shares. `values()` is what an action takes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from geodata.editing.fields import (
    AuthorsField,
    CodeField,
    LinesField,
    NumberField,
    ShapeField,
    SharesField,
    ThreeValued,
)
from geodata.editing.repetition import RepetitionField
from geodata.features import Feature
from geodata.params.reasons import MAX_LENGTH
from geodata.problems import Problem
from geodata.registry import Collection

NOT_TYPED = frozenset({
    "uuid", "revision", "status", "created_at", "updated_at", "deleted_at", "geom_quality", "overnight_allowed",
    "stated_communes", "stated_parks", "stated_commune", "elevations_m",
})  # fmt: skip
ADVANCED = frozenset({"slug", "wikidata", "osm_id", "osm_relation", "replaced_by"})
SOURCES = frozenset({
    "source", "source_url", "source_date", "source_note", "fact_confidence", "licence", "position_source", "position_accuracy_m",
})  # fmt: skip
SPECIAL: Mapping[str, type[forms.Field]] = {
    "authors": AuthorsField, "surface_mix": SharesField, "rrule": RepetitionField,
}  # fmt: skip


# What a form carries besides the record.
OWN = ("based_on", "reason", "uuid")


@dataclass(frozen=True)
class Group:
    """Fields that are shown together; `open` when shown without being asked for."""

    title: str | Promise
    names: tuple[str, ...]
    open: bool = False


class FeatureForm(forms.Form):
    """The base of every form of a feature; `essential` are the fields shown first."""

    collection: ClassVar[Collection]
    essential: ClassVar[tuple[str, ...]] = ()

    geom = ShapeField(geom_type="GEOMETRY", required=False)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Pourquoi ce changement ?"),
        max_length=MAX_LENGTH,
        required=False,
        help_text=_("Facultatif. Gardé dans l’historique, que tout le monde peut lire."),
    )

    def _clean_fields(self) -> None:
        # What was wrong before and is sent back as it was shown is not written: it does not stand in the way of the rest.
        super()._clean_fields()  # type: ignore[misc]
        if self.initial.get("based_on") is not None:
            for name in list(self.errors):
                if name not in self.changed_data or self[name].data == self[name].initial:
                    del self.errors[name]

    def values(self) -> dict[str, Any]:
        """The typed values by field name of the model, without the form's own fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in OWN}

    def changed_values(self) -> dict[str, Any]:
        """Only what was changed against the initial values: what an update sends."""
        return {name: value for name, value in self.values().items() if name in self.changed_data}

    def refuse(self, refusal: Problem) -> None:
        """Show what an action refused, beside the fields that it names."""
        errors: Mapping[str, Iterable[object]] = getattr(refusal, "errors", {})
        if not errors:
            self.add_error(None, str(refusal.detail or refusal.title))
        for name, sentences in errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))

    def groups(self) -> Iterator[tuple[Group, list[forms.BoundField]]]:
        """Groups in the order of the page with their fields."""
        for group in _groups(self):
            yield group, [self[name] for name in group.names]


def _groups(form: FeatureForm) -> Iterator[Group]:
    names = [name for name in form.fields if name not in ("geom", *OWN)]
    needed = tuple(name for name in names if name not in form.essential and form.fields[name].required)
    first = tuple(name for name in form.essential if name in names) + needed
    translated = tuple(name for name in names if name.endswith(("_en", "_nl")))
    sources = tuple(name for name in names if name in SOURCES)
    advanced = tuple(name for name in names if name in ADVANCED)
    placed = {*first, *translated, *sources, *advanced}
    rest = tuple(name for name in names if name not in placed)
    yield Group(_("L’essentiel"), first, open=True)
    if rest:
        yield Group(_("Décrire"), rest, open=True)
    if translated:
        yield Group(_("En anglais et en néerlandais"), translated)
    if sources:
        yield Group(_("Sources"), tuple(name for name in sources if name not in first))
    if advanced:
        yield Group(_("Réglages"), advanced)


def initial_of(feature: Feature, collection: Collection) -> dict[str, Any]:
    """The values of a feature as a form shows them."""
    names = [*form_of(collection).base_fields, "geom"]
    values = {name: _value(feature, name) for name in names}
    return values | {"based_on": feature.revision, "reason": "", "uuid": None}


def _value(feature: Feature, name: str) -> Any:
    try:
        field = feature._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if isinstance(field, models.ForeignKey):
        return getattr(feature, name)
    if isinstance(field, models.ManyToManyField):
        return list(getattr(feature, name).all())
    return getattr(feature, name, None)


@cache
def form_of(collection: Collection) -> type[FeatureForm]:
    """The form class of a collection: the app's own base, with a field for each typed property.

    Made once: labels and help stay lazy, they are said in the language of each request.
    """
    base: type[FeatureForm] = import_string(collection.form) if collection.form else FeatureForm
    fields: dict[str, Any] = {"collection": collection}
    if not base.essential:
        fields["essential"] = (collection.label, "authority")
    for name, column in collection.fields.items():
        if name in NOT_TYPED or not column.editable or isinstance(column, models.GeneratedField):
            continue
        if name not in base.declared_fields:
            fields[name] = form_field(name, column)
    geometry = collection.geometry
    fields["geom"] = ShapeField(
        geom_type=geometry.geom_type, label=capfirst(geometry.verbose_name), required=not geometry.blank
    )
    return type(f"{collection.model_class.__name__}Form", (base,), fields)


def form_field(name: str, column: "models.Field[Any, Any]") -> forms.Field:
    """The form field that reads a column, with its label and help."""
    common: dict[str, Any] = {
        "label": capfirst(column.verbose_name),
        "help_text": column.help_text,
        "required": not column.blank and not column.has_default() and name != "slug",
    }
    if name in SPECIAL:
        kind: Any = SPECIAL[name]
        return cast("forms.Field", kind(**common | {"help_text": kind.told}))
    if isinstance(column, ArrayField):
        element = column.base_field
        if element.choices:
            widget = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=element.choices, widget=widget, **common)
        return LinesField(
            item_length=element.max_length or 200, **common | {"help_text": column.help_text or LinesField.told}
        )
    if isinstance(column, models.BooleanField):
        return ThreeValued(**common) if column.null else forms.BooleanField(**common | {"required": False})
    if column.choices:
        if column.has_default():
            common["initial"] = column.get_default()
        return CodeField(codes=list(column.flatchoices), nullable=column.null, **common)
    return _plain(column, common)


def _plain(column: "models.Field[Any, Any]", common: dict[str, Any]) -> forms.Field:
    if isinstance(column, models.FloatField):
        return NumberField(**common)
    if isinstance(column, models.URLField):
        common["assume_scheme"] = "https"
    made = column.formfield(**common)
    if made is None:
        raise TypeError(f"no form field for {column}")
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    elif isinstance(column, models.DateTimeField):
        made.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    elif isinstance(column, models.TextField):
        made.widget = forms.Textarea(attrs={"rows": 5})
    return made
