"""A selection as objects, a few hundred at a time: for the formats that speak in sentences.

The rows flow from one transaction, as those of a table do; what they point at is looked up for each batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import models
from psycopg import sql

from geodata.features import is_shape
from geodata.queries import apart, instances, rows
from geodata.queries.flowing import Row
from geodata.queries.rows import Selection

AT_ONCE = 500
# Objects that features point at and that are kept for the next batch.
MOST_KNOWN = 2_000


@dataclass(frozen=True)
class Batch:
    """Features of a selection, and beside each the values that were asked for besides."""

    features: list[Any]
    values: list[Row]


def of(selection: Selection, names: Iterable[str], besides: Sequence[sql.Composable] = ()) -> Iterator[Batch]:
    """The selection in its order, with these fields (those that it has) and what they point at.

    `besides` are columns over the alias t.
    """
    fields = instances.fields(selection.collection, names)
    columns, made = instances.columns(selection.collection, fields), instances.maker(selection.collection, fields)
    links = [_Link(field) for field in fields if field.is_relation]
    found = rows.read(selection, sql.SQL(", ").join([*columns, *besides]))
    while some := list(islice(found, AT_ONCE)):
        features = [made(row) for row in some]
        for link in links:
            link.follow(features)
        apart.hand_back()
        yield Batch(features, [row[len(columns) :] for row in some])


class _Link:
    """A foreign key of features, with what it has led to; shapes are not read with it."""

    def __init__(self, field: Any) -> None:
        self._field: models.ForeignKey[Any, Any] = field
        model = field.related_model
        plain = [each.name for each in model._meta.concrete_fields if not is_shape(each)]
        self._rows = model._base_manager.only(*plain)
        self._known: dict[Any, Any] = {None: None}

    def follow(self, features: list[Any]) -> None:
        """Put what each feature points at beside it; None for what does not exist in the state that is read."""
        field, name = self._field, self._field.attname
        keys = [getattr(each, name) for each in features]
        if len(self._known) > MOST_KNOWN:
            self._known = {None: None}
        if wanted := set(keys) - self._known.keys():
            key = field.target_field.attname
            found = {getattr(each, key): each for each in self._rows.filter(**{f"{key}__in": wanted})}
            self._known |= {each: found.get(each) for each in wanted}
        for feature, each in zip(features, keys, strict=True):
            field.set_cached_value(feature, self._known[each])
