"""The map of one thing on its page: its own shape or sign, and the places around it."""

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser

from carte.pages.near import PLACES, nearest
from geodata import registry

register = template.Library()
# Of each kind: more would take the page beyond 12 kB.
AROUND = 20
# Degrees around a point, so that its map shows a neighbourhood.
MARGIN = 0.004
# Degrees (30 m) that a vertex may move by where only the order of what is near is asked: a line of 220 vertices beside
# others of 220 takes four times as long as its outline.
OUTLINE = 0.0003


@register.simple_tag
def object_map(feature: Any) -> dict[str, Any] | None:
    """Bounds in degrees (south-west, north-east), uuid and signs; None for what has no position."""
    if feature.geom is None:
        return None
    west, south, east, north = feature.geom.extent
    outline = feature.geom.simplify(OUTLINE, preserve_topology=True)
    places = [
        _sign(kind, found.feature) for kind in PLACES for found in nearest(kind, outline, AnonymousUser(), limit=AROUND)
    ]
    own = registry.of_model(type(feature)).id
    if own in PLACES and str(feature.uuid) not in {place["id"] for place in places}:
        places.append(_sign(own, feature))
    return {
        "id": str(feature.uuid),
        "bounds": [[south - MARGIN, west - MARGIN], [north + MARGIN, east + MARGIN]],
        "places": places,
    }


def _sign(kind: str, feature: Any) -> dict[str, Any]:
    spot = feature.geom if feature.geom.geom_type == "Point" else feature.geom.point_on_surface
    return {
        "id": str(feature.uuid),
        "kind": kind,
        "lat": round(spot.y, 5),
        "lon": round(spot.x, 5),
        "name": feature.label,
        "closed": False,
    }
