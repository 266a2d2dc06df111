"""Values of writers that have only texts, or no yes and no: columns of a file, fields of a desktop program."""

from __future__ import annotations

import re
from typing import Any

from django.db import models

from geodata.params.properties import plain

WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d{1,3})?", re.ASCII)
SPACES = re.compile(r"[ \u00a0\u202f]")
SAID = {
    "true": True, "t": True, "yes": True, "y": True, "on": True, "1": True, "1.0": True,
    "false": False, "f": False, "no": False, "n": False, "off": False, "0": False, "0.0": False,
}  # fmt: skip


def meant(field: models.Field[Any, Any] | None, value: Any) -> Any:
    """The number, or yes or no, that a text (or 1 and 0) means in a column of such; anything else as it is."""
    column = plain(field) if field is not None else None
    if isinstance(column, models.BooleanField):
        return SAID.get(str(value).strip().lower(), value)
    if isinstance(value, str) and isinstance(column, (models.FloatField, models.IntegerField)):
        return _number(value)
    return value


def _number(text: str) -> Any:
    compact = SPACES.sub("", text).replace(",", ".")
    if WHOLE.fullmatch(compact):
        return int(compact)
    return float(compact) if NUMBER.fullmatch(compact) else text
