"""What lies near: published features by distance, in metres of EPSG:2154.

Distances are only given between shapes that are not schematic (decisions 1); order may use any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models.functions import Distance, GeometryDistance, Transform
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q

from geodata import registry
from geodata.features import Feature, GeomQuality
from geodata.problems import NotFound
from geodata.units import LAMBERT93

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

PLACES = ("parcs", "cabanes", "sentiers")


@dataclass(frozen=True)
class Neighbour:
    """A feature and how far it is, as the crow flies; `about` when either position is approximate.

    `metres` is None where a shape is schematic.
    """

    feature: Feature
    metres: float | None
    about: bool


def nearest(
    collection_id: str,
    geom: GEOSGeometry,
    user: "User | AnonymousUser",
    *,
    quality: str = GeomQuality.SURVEYED,
    limit: int = 5,
    within_m: float | None = None,
    only: Q | None = None,
    related: Iterable[str] = (),
) -> list[Neighbour]:
    """The nearest visible features of a collection to a shape in EPSG:4326, nearest first.

    `quality` is that of the shape itself. The GiST index on `geom` gives the order; metres are
    computed for the rows that come back.
    """
    found = registry.get(collection_id).visible_to(user)
    if only is not None:
        found = found.filter(only)
    if related:
        found = found.select_related(*related)
    rows = found.filter(geom__isnull=False).annotate(
        away=GeometryDistance("geom", geom), metres=Distance(Transform("geom", LAMBERT93), Transform(geom, LAMBERT93))
    )
    # Ordered by the operator alone: a second key keeps PostgreSQL from the GiST index (0.3 ms or 160 ms with
    # 200 000 cabins). Twice as many as asked are read and then ordered in metres.
    listed = [_neighbour(row, quality) for row in rows.order_by("away")[: limit * 2]]
    listed.sort(key=lambda neighbour: (neighbour.feature.metres.m, neighbour.feature.pk))  # type: ignore[attr-defined]
    if within_m is not None:
        listed = [each for each in listed if each.feature.metres.m <= within_m]  # type: ignore[attr-defined]
    return listed[:limit]


def places_near(geom: GEOSGeometry, user: "User | AnonymousUser", limit: int = 3) -> list[Neighbour]:
    """Parks, cabins and trails near a shape: what a page that is gone offers instead."""
    return [each for place in PLACES for each in _or_nothing(place, geom, user, limit)]


def _or_nothing(place: str, geom: GEOSGeometry, user: "User | AnonymousUser", limit: int) -> list[Neighbour]:
    try:
        return nearest(place, geom, user, limit=limit)
    except NotFound:
        return []


def _neighbour(row: Any, quality: str) -> Neighbour:
    qualities = {quality, row.geom_quality}
    if GeomQuality.SCHEMATIC in qualities:
        return Neighbour(row, None, True)
    return Neighbour(row, row.metres.m, qualities != {GeomQuality.SURVEYED})
