"""What lies at a position: the park and commune to suggest, look-alikes within 50 m."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db.models.functions import Area, Distance, Transform
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from carte.gestion.access import signed_in
from geodata import registry
from geodata.editing.position import read_geometry
from geodata.geometry import check_geometry
from geodata.units import LAMBERT93

ALIKE_M = 50


@signed_in
@require_GET
def around(request: HttpRequest) -> JsonResponse:
    """JSON: the `position` read (latitude first), `park` and `commune` that contain it, `alike` within 50 m.

    400 with a sentence in `error` for what is no position.
    """
    try:
        spot = read_geometry(request.GET.get("position", ""), "POINT")
        check_geometry(spot)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    if not isinstance(spot, Point):
        return JsonResponse({"error": "?"}, status=400)
    return JsonResponse(situation(request.user, spot, request.GET.get("collection", "cabanes")))


def situation(user: Any, spot: Point, collection_id: str) -> dict[str, Any]:
    """The smallest park and the commune at a position, and records of the collection within 50 m."""
    parks = registry.get("parcs").visible_to(user).filter(geom__covers=spot)
    park = parks.annotate(size=Area("geom_l93")).order_by("size", "id").first()
    commune = registry.get("communes").visible_to(user).filter(geom__covers=spot).order_by("insee_code").first()
    metres = spot.transform(LAMBERT93, clone=True)
    alike = (
        registry.get(collection_id)
        .visible_to(user)
        .annotate(away=Distance(Transform("geom", LAMBERT93), metres))
        .filter(geom__dwithin=(spot, 0.001), away__lte=ALIKE_M)
        .order_by("away", "id")[:5]
    )
    return {
        "position": [round(spot.y, 7), round(spot.x, 7)],
        "park": {"id": park.pk, "name": park.name_fr, "uuid": str(park.uuid), "slug": park.slug} if park else None,
        "commune": commune.name_fr if commune else None,
        "alike": [{"name": each.label, "metres": round(each.away.m)} for each in alike],
    }
