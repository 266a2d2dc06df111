"""Values of a record as a manager reads them in a comparison: words, not codes; metres, not coordinates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from geodata.changes.values import SAME_PLACE_DEGREES
from geodata.units import LAMBERT93

SHOWN = 300


def in_words(field: Any, value: Any) -> str:
    """A value of this field, at most `SHOWN` signs; empty for what is not known."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, (list, tuple)):
        element = getattr(field, "base_field", field)
        return ", ".join(in_words(element, item) for item in value)[:SHOWN]
    if isinstance(value, dict):
        return ", ".join(_("%(name)s : %(told)s") % {"name": name, "told": part} for name, part in value.items())[
            :SHOWN
        ]
    if isinstance(field, (models.ForeignKey, models.ManyToManyField)):
        return _named(field, value)
    words = dict(getattr(field, "flatchoices", None) or ())
    return str(words.get(value) or _dated(field, value))[:SHOWN]


def moved(old: Any, new: Any) -> str:
    """How far a shape moved, in metres; empty when it did not."""
    if not old or not new:
        return "" if not old and not new else _("géométrie ajoutée ou retirée")
    shapes = [shape if isinstance(shape, GEOSGeometry) else GEOSGeometry(shape) for shape in (old, new)]
    if shapes[0].equals_exact(shapes[1], SAME_PLACE_DEGREES):
        return ""
    metres = [shape.transform(LAMBERT93, clone=True) for shape in shapes]
    are_points = all(isinstance(shape, Point) for shape in shapes)
    sentence = _("déplacée de %(metres)d m") if are_points else _("géométrie changée, centre déplacé de %(metres)d m")
    return sentence % {"metres": round(metres[0].centroid.distance(metres[1].centroid))}


def _named(field: Any, value: Any) -> str:
    key = field.target_field.attname if isinstance(field, models.ForeignKey) else "pk"
    found = field.related_model._default_manager.filter(**{key: value}).first()
    return str(found or value)


def _dated(field: Any, value: Any) -> Any:
    """Dates as people write them; the history keeps them as text."""
    if isinstance(field, (models.DateTimeField, models.DateField)) and isinstance(value, str):
        value = field.to_python(value)
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "j F Y H:i")
    return formats.date_format(value, "j F Y") if isinstance(value, date) else value
