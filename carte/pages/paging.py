"""Pages of a list whose cost does not grow with it: what is counted is bounded, and so is how far pages go."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator

from geodata.queries import counting

if TYPE_CHECKING:
    from geodata.features import FeatureQuerySet

# Telling whether one row holds a word costs 16 µs: a selection is counted up to so many.
MOST_COUNTED = 1_000
# A page is found by reading those before it.
MOST_REACHED = counting.COUNT_LIMIT


class Pages(Paginator):  # type: ignore[type-arg]
    """Pages of ordered rows; `whole` is how many there are where that is known.

    `count` is how many the pages reach, `told` the number to say.
    """

    def __init__(self, rows: FeatureQuerySet, per_page: int, whole: int | None) -> None:
        super().__init__(rows, per_page)
        self._whole = whole

    @cached_property
    def _found(self) -> int:
        if self._whole is not None:
            return self._whole
        rows: Any = self.object_list
        found: int = rows.order_by()[: MOST_COUNTED + 1].count()
        return found

    @cached_property
    def count(self) -> int:
        """How many rows the pages reach."""
        return min(self._found, MOST_COUNTED if self._whole is None else MOST_REACHED)

    @property
    def told(self) -> int:
        """The number to say: of all, or MOST_COUNTED of a selection that holds more."""
        return self.count if self._whole is None else self._whole

    @property
    def at_least(self) -> bool:
        """Whether there are more than `told`."""
        return self._whole is None and self._found > MOST_COUNTED

    @property
    def beyond(self) -> bool:
        """Whether there are rows that no page reaches."""
        return self._found > self.count
