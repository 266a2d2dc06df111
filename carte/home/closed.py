"""Which of many places are closed: all standing closures read once, asked for each place in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carte.pages import closures
from carte.pages.closures import Notice

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


class Closures:
    """Standing closures with the parks, cabins and trails they name or cover: four statements."""

    def __init__(self, user: User | AnonymousUser) -> None:
        rows = closures.standing(user).prefetch_related("park_links__parc", "cabin_links", "trail_links")
        self.rows = [(row, closures.notice(row)) for row in rows]
        self._on_trails: dict[int, list[tuple[Any, Any]]] = {}
        for row, _told in self.rows:
            for link in row.trail_links.all():
                self._on_trails.setdefault(link.sentier_id, []).append((row, link))

    def of(self, kind: str, row: Any) -> Notice | None:
        """The notice that matters most for this place, or None."""
        found = self._along(row) if kind == "sentiers" else self._around(kind, row)
        return closures.foremost(found) if found else None

    def _along(self, row: Any) -> list[Notice]:
        return [closures.notice(closure, link) for closure, link in self._on_trails.get(row.pk, [])]

    def _around(self, kind: str, row: Any) -> list[Notice]:
        return [told for closure, told in self.rows if self._concerns(closure, kind, row)]

    def all(self) -> list[Notice]:
        """Every standing closure."""
        return [told for _row, told in self.rows]

    def _concerns(self, closure: Any, kind: str, row: Any) -> bool:
        parks = {link.parc_id: link.parc.uuid for link in closure.park_links.all()}
        if kind == "parcs":
            return row.pk in parks or self._covers(closure, row)
        named = row.pk in {link.cabane_id for link in closure.cabin_links.all()}
        return named or row.park_id in parks.values() or self._covers(closure, row)

    def _covers(self, closure: Any, row: Any) -> bool:
        return closure.geom is not None and bool(closure.geom.intersects(row.geom))
