"""The board: what is mine, on a map and in lists."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.db.models.functions import PointOnSurface
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from carte.gestion.access import collection_or_404, editable_collections, may_add, mine, person, signed_in
from carte.gestion.propositions import pending
from geodata import registry
from geodata.features import Status
from geodata.jobs import standing
from geodata.models import Subscription
from parcs import permissions
from parcs.queries import memberships

if TYPE_CHECKING:
    from comptes.models import User

PAGE_SIZE = 60
MOST_SIGNS = 300


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """How many records of each collection are mine, by status, and what I may add."""
    user = person(request)
    counts = []
    for collection in editable_collections(user):
        rows = mine(collection, user).order_by("status").values_list("status").annotate(count=Count("id"))
        by_status: dict[str, int] = dict(rows)
        numbers = [(by_status[code], label, code) for code, label in Status.choices if code in by_status]
        counts.append({"collection": collection, "numbers": numbers, "may_add": may_add(collection, user)})
    roles = memberships(user)
    context = {
        "counts": counts, "memberships": roles, "is_manager": bool(roles) or user.is_superuser, "signs": _signs(user),
        "may_add": permissions.may_create_any(user), "waiting": len(pending(user)),
        "stopped": Subscription.objects.filter(owner=user, state=Subscription.State.STOPPED),
        "failed_jobs": standing.counts()["failed"] if user.is_superuser else 0,
    }  # fmt: skip
    return render(request, "gestion/home.html", context)


def _signs(user: "User") -> dict[str, Any]:
    """My parks, cabins and trails as signs of a map, at most MOST_SIGNS of each."""
    places = []
    for kind in ("parcs", "cabanes", "sentiers"):
        collection = registry.get(kind)
        rows = mine(collection, user).annotate(spot=PointOnSurface("geom")).order_by("id")[:MOST_SIGNS]
        for row in rows.only("uuid", collection.label, "geom"):
            place = {"id": str(row.uuid), "kind": kind, "lat": row.spot.y, "lon": row.spot.x, "name": row.label}
            places.append(place | {"closed": False})
    west, south, east, north = settings.GEODATA_EXTENT
    lons, lats = (
        [place["lon"] for place in places] or [west, east],
        [place["lat"] for place in places] or [south, north],
    )
    return {"id": "", "bounds": [[min(lats), min(lons)], [max(lats), max(lons)]], "places": places}


@signed_in
def records(request: HttpRequest, collection_id: str) -> HttpResponse:
    """My records of one collection, by status and words, sixty a page."""
    collection = collection_or_404(collection_id)
    query = request.GET.get("q", "").strip()
    status = request.GET.get("statut", "")
    found = mine(collection, person(request)).by_name()
    if status in Status.values:
        found = found.filter(status=status)
    if query:
        found = found.filter(Q(**{f"{collection.label}__icontains": query}) | Q(slug__icontains=query))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "collection": collection, "page": page, "q": query, "status": status, "statuses": Status.choices,
        "may_add": may_add(collection, person(request)),
    }  # fmt: skip
    return render(request, "gestion/list.html", context)
