"""A selection as objects, a few hundred at a time: for the formats that speak in sentences.

Which features belong to it is settled in one transaction at the beginning; each batch is read as it is when its turn
comes, through the collection's own rule: what was withdrawn in the meantime is not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from psycopg import sql

from geodata.queries import apart, rows
from geodata.queries.rows import Selection

AT_ONCE = 500


def of(selection: Selection, related: tuple[str, ...] = ()) -> Iterator[list[Any]]:
    """Visible features of the selection in its order, `related` read in the same query."""
    collection = selection.collection
    numbers = rows.read(selection, sql.SQL("t.id"))
    while ids := [int(number or 0) for (number,) in islice(numbers, AT_ONCE)]:
        found = collection.visible_to(selection.user).filter(pk__in=ids).select_related(*related)
        known = {feature.pk: feature for feature in found.order_by()}
        apart.hand_back()
        yield [known[number] for number in ids if number in known]
