"""Replacing the drawing of a record by a better shape: drawn, typed or from a file (decision 2).

Two steps, both plain forms: the shape is read and shown, then confirmed with its source and date.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.gis.geos import GEOSGeometry, LineString, Point
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carte.gestion.access import actions_of, collection_or_404, person, record_or_404, shape_of, signed_in
from geodata.editing.fields import ShapeField
from geodata.editing.position import as_type, in_text, read_geometry
from geodata.features import Feature, GeomQuality
from geodata.geometry import check_geometry
from geodata.problems import Invalid, Problem
from geodata.registry import Collection
from geodata.units import LAMBERT93
from geodata.vectorfile import MAX_BYTES, Shape, Unreadable, read_shapes

UNPROCESSABLE = 422
POINT = "POINT"
QUALITIES = [(code, label) for code, label in GeomQuality.choices if code != GeomQuality.SCHEMATIC]


class ShapeForm(forms.Form):
    """The shape, how good it is, and where it comes from."""

    geom = forms.CharField(
        label=gettext_lazy("Tracé"), required=False, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Dessinez sur la carte, ou tapez une position par ligne : latitude, longitude."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("ou un fichier GPX, GeoJSON, GeoPackage ou KML"), required=False,
        widget=forms.FileInput(attrs={"accept": ".gpx,.geojson,.json,.gpkg,.kml"}),
    )  # fmt: skip
    elevations = forms.CharField(required=False, widget=forms.HiddenInput)
    quality = forms.ChoiceField(label=gettext_lazy("Qualité"), choices=QUALITIES, initial=GeomQuality.SURVEYED)
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=200, help_text=gettext_lazy("Par exemple : relevé GPS du service.")
    )
    source_date = forms.DateField(
        label=gettext_lazy("Date du relevé"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    instructions_fr = forms.CharField(
        label=gettext_lazy("Pas à pas"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Nécessaire pour publier un tracé relevé."),
    )  # fmt: skip
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, collection: Collection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not hasattr(collection.model_class, "instructions_fr"):
            del self.fields["instructions_fr"]
        if collection.geometry.geom_type == POINT:
            geom = self.fields["geom"]
            geom.label, geom.help_text, geom.widget = capfirst(_("position")), ShapeField.told[POINT], forms.TextInput()


@signed_in
def replace(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """Read a shape and show it; once confirmed, it is the record's shape."""
    collection = collection_or_404(collection_id)
    feature = record_or_404(collection, uuid, person(request))
    instructions = getattr(feature, "instructions_fr", None)
    initial = {
        "source": feature.source if not feature.is_schematic else "", "source_date": timezone.localdate(),
        "based_on": feature.revision, "instructions_fr": instructions or "",
        "geom": "" if feature.is_schematic or feature.geom is None else in_text(feature.geom),
    }  # fmt: skip
    form = ShapeForm(request.POST or None, request.FILES or None, initial=initial, collection=collection)
    if request.method == "POST" and not form.is_valid() and request.FILES and "file" not in form.errors:
        form.add_error("file", _("Choisissez de nouveau ce fichier : un navigateur ne le garde pas."))
    if request.method != "POST" or not form.is_valid():
        return _show(request, collection, feature, form, status=UNPROCESSABLE if form.errors else 200)
    try:
        shape, heights = _shape(form, collection)
        check_geometry(shape)
    except (ValidationError, Unreadable) as error:
        told = error.messages if isinstance(error, ValidationError) else [str(error.detail)]
        form.add_error("file" if form.cleaned_data["file"] else "geom", ValidationError(told))
        return _show(request, collection, feature, form, status=UNPROCESSABLE)
    if request.POST.get("confirm") != "1":
        return _preview(request, collection, feature, form, shape, heights)
    return _replace(request, collection, feature, form, shape, heights)


def _shape(form: ShapeForm, collection: Collection) -> tuple[GEOSGeometry, list[float] | None]:
    geom_type = collection.geometry.geom_type
    upload = form.cleaned_data["file"]
    if upload is not None:
        if upload.size > MAX_BYTES:
            raise Unreadable(_("Ce fichier est trop gros : 30 Mo au plus."))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"upload{Path(upload.name).suffix.lower()}"
            path.write_bytes(upload.read())
            chosen = _only(read_shapes(path), geom_type)
        return as_type(chosen.geometry, geom_type), chosen.elevations_m
    if not form.cleaned_data["geom"].strip():
        raise ValidationError(
            _("Touchez la carte, tapez une position ou choisissez un fichier.")
            if geom_type == POINT
            else _("Dessinez un tracé, tapez des positions ou choisissez un fichier.")
        )
    shape = read_geometry(form.cleaned_data["geom"], geom_type)
    return shape, _heights(form.cleaned_data["elevations"], shape)


def _only(shapes: list[Shape], geom_type: str) -> Shape:
    kinds = {
        "LINESTRING": ("LineString", "MultiLineString"),
        "MULTIPOLYGON": ("Polygon", "MultiPolygon", "LineString"),
        "POINT": ("Point",),
    }
    fitting = [
        shape for shape in shapes if shape.geometry.geom_type in kinds.get(geom_type, (shape.geometry.geom_type,))
    ]
    if not fitting:
        absent = {"POINT": _("point"), "LINESTRING": _("ligne"), "MULTIPOLYGON": _("contour")}.get(
            geom_type, _("tracé")
        )
        raise Unreadable(_("Le fichier ne contient pas de %(absent)s.") % {"absent": absent})
    if len(fitting) != 1:
        names = ", ".join(shape.name or shape.layer for shape in fitting[:5])
        told = _("Le fichier contient %(count)d tracés possibles. Gardez-en un seul.") % {"count": len(fitting)}
        raise Unreadable(f"{told} {names}".strip())
    return fitting[0]


def _heights(text: str, shape: GEOSGeometry) -> list[float] | None:
    try:
        heights = [float(height) for height in json.loads(text or "null") or []]
    except (ValueError, TypeError):
        return None
    return heights if isinstance(shape, LineString) and len(heights) == len(shape.coords) else None


def _preview(
    request: HttpRequest,
    collection: Collection,
    feature: Feature,
    form: ShapeForm,
    shape: GEOSGeometry,
    heights: list[float] | None,
) -> HttpResponse:
    shown = {**form.data.dict()} if isinstance(form.data, QueryDict) else dict(form.data)
    shown |= {"geom": in_text(shape), "elevations": json.dumps(heights) if heights else ""}
    again = ShapeForm(shown, collection=collection)
    metres = shape.transform(LAMBERT93, clone=True)
    about = {
        "points": shape.num_coords,
        "length_m": round(metres.length) if collection.geometry.geom_type == "LINESTRING" else None,
        "area_ha": round(metres.area / 10_000, 1) if collection.geometry.geom_type == "MULTIPOLYGON" else None,
        "heights": heights is not None,
    }
    return _show(request, collection, feature, again, preview=about)


def _replace(
    request: HttpRequest,
    collection: Collection,
    feature: Feature,
    form: ShapeForm,
    shape: GEOSGeometry,
    heights: list[float] | None,
) -> HttpResponse:
    given = form.cleaned_data
    more = {"instructions_fr": given["instructions_fr"]} if given.get("instructions_fr") else {}
    try:
        done = actions_of(collection).replace_geometry(
            feature.uuid, shape, by=person(request), source=given["source"], source_date=given["source_date"],
            quality=given["quality"], elevations_m=heights, more=more, revision=given["based_on"],
        )  # fmt: skip
    except Invalid as refusal:
        for name, sentences in refusal.errors.items():
            form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])
        return _show(request, collection, feature, form, status=UNPROCESSABLE)
    except Problem as refusal:
        form.add_error(None, str(refusal.detail or refusal.title))
        return _show(request, collection, feature, form, status=refusal.status)
    in_place = _("Nouvelle position en place.") if isinstance(shape, Point) else _("Nouveau tracé en place.")
    messages.success(request, in_place if isinstance(done, Feature) else _("Proposition envoyée à la relecture."))
    return redirect("gestion:edit", collection_id=collection.id, uuid=feature.uuid)


def _show(
    request: HttpRequest,
    collection: Collection,
    feature: Feature,
    form: ShapeForm,
    *,
    preview: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "collection": collection, "feature": feature, "form": form, "preview": preview,
        "geom_type": collection.geometry.geom_type, "shape": shape_of(feature),
    }  # fmt: skip
    return render(request, "gestion/shape.html", context, status=status)
