"""Features in Django's administration: the rare tables, with the same rules, history and map as everywhere.

Django's own map widget loads OpenLayers from another host and writes inline scripts; ours is the
editor of the managers' space in a template of its own (decision 20).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.gis.db.models import GeometryField
from django.db import DatabaseError, models
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geodata import registry
from geodata.changes.actions import Actions
from geodata.changes.constraints import problem_of
from geodata.changes.judging import wrong_with
from geodata.changes.recording import recording
from geodata.editing.fields import ShapeField
from geodata.features import Feature, order_by_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    FeatureModelForm = forms.ModelForm[Feature]
    AnyAdmin = admin.ModelAdmin[Any]
else:
    FeatureModelForm, AnyAdmin = forms.ModelForm, admin.ModelAdmin

SIMPLE_DEGREES = 0.0001
COMPUTED = frozenset({"uuid", "revision", "created_at", "updated_at", "deleted_at"})


class MapWidget(forms.Textarea):
    """The text of a geometry with the map that draws it; works as text alone without JavaScript."""

    template_name = "gestion/widgets/map.html"

    def __init__(self, *, geom_type: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 3, "spellcheck": "false", **(attrs or {})})
        self.geom_type = geom_type

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context of the template, with the type of geometry that is drawn."""
        return super().get_context(name, value, attrs) | {"geom_type": self.geom_type}

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["dist/administration.css"]}
        js: ClassVar[list[Script]] = [Script("dist/gestion.js", type="module")]


def shape_field(column: GeometryField[Any, Any]) -> ShapeField:
    """The form field of a geometry column, with its map."""
    return ShapeField(
        geom_type=column.geom_type, label=capfirst(column.verbose_name), required=not column.blank,
        help_text=column.help_text or ShapeField.told[column.geom_type], widget=MapWidget(geom_type=column.geom_type),
    )  # fmt: skip


class NamesInOrder(AnyAdmin):
    """An administration that offers features by name, also those of a table that it does not keep."""

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """What a link chooses from."""
        rows = super().get_field_queryset(db, db_field, request)
        linked = db_field.remote_field.model
        if rows is not None or not issubclass(linked, Feature):
            return rows
        return linked._default_manager.using(db).by_name()


class WithMaps(NamesInOrder):
    """An administration whose geometries are drawn on our map."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A map for geometries, Django's own field for the rest."""
        if isinstance(db_field, GeometryField):
            return shape_field(db_field)
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page of one row, with the map also where it is only read."""
        context["media"] += MapWidget(geom_type="").media
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("géométrie"))
    def shape(self, obj: Any) -> str:
        """The shape on a map, for who may only read it."""
        light = json.loads(obj.geom.simplify(SIMPLE_DEGREES, preserve_topology=True).geojson) if obj.geom else None
        return render_to_string("gestion/widgets/shape.html", {"shape": light})


class FeatureForm(FeatureModelForm):
    """Judged by the rules that every other way of writing obeys."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        model = type(self.instance)
        was = model._base_manager.filter(pk=self.instance.pk).first() if self.instance.pk else None
        actions = _actions(model)
        found = wrong_with(self.instance, was, actions.broken_rules, actions.between)
        for name, sentences in found.items():
            self.add_error(name if name in self.fields else None, [str(sentence) for sentence in sentences])


class FeatureAdmin(WithMaps):
    """A table of features: every typed property, its map, its history; deleting is the bin's business."""

    form: Any = FeatureForm
    list_per_page = 60
    search_help_text = ""

    def get_list_display(self, request: HttpRequest) -> Any:
        """The name, then what says whose it is and whether it is public."""
        return ("__str__", "slug", "status", "updated_at")

    def get_ordering(self, request: HttpRequest) -> Any:
        """By name."""
        return order_by_name(cast("type[Feature]", self.model))

    def get_search_fields(self, request: HttpRequest) -> Any:
        """The texts that `q` reads."""
        return registry.of_model(cast("type[Feature]", self.model)).search

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Properties in the order of publication; what is computed is left out."""
        collection = registry.of_model(cast("type[Feature]", self.model))
        typed = [
            name
            for name, column in collection.fields.items()
            if column.editable and name not in COMPUTED and not isinstance(column, models.GeneratedField)
        ]
        return [*typed, "geom" if self.has_change_permission(request, obj) else "shape"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The drawn shape, which is no field."""
        return ("shape",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A slug from the name, for a new row."""
        label = registry.of_model(cast("type[Feature]", self.model)).label
        return {} if obj or not self.has_change_permission(request) else {"slug": (label,)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What is not in the bin."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(deleted_at__isnull=True)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never here: a deleted row could not be given back."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """In `recording()`, so that the history names the person."""
        with recording(by=cast("Any", request.user), note=_("administration")):
            super().save_model(request, obj, form, change)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Django's page; what only the database can refuse is said in a sentence."""
        try:
            page: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            told = problem_of(error, self.model)
            if told is None:
                raise
            sentences = [str(each) for texts in getattr(told, "errors", {}).values() for each in texts]
            messages.error(request, " ".join(sentences) or str(told.detail))
            return HttpResponseRedirect(request.get_full_path())
        return page


def _actions(model: type[Feature]) -> Actions:
    found: Actions = import_string(registry.of_model(model).actions)
    return found
