"""Changes that wait for a decision: mine to make, mine to hear of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carte.gestion.access import person, shape_of, signed_in
from carte.gestion.told import in_words, moved
from geodata import registry
from geodata.changes import propositions
from geodata.features import Feature
from geodata.models import Proposition
from geodata.params.paging import whole_number
from geodata.problems import Conflict, Invalid, Problem
from parcs.queries import publishable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comptes.models import User

MOST = 100
CONFLICT = 409


@signed_in
def waiting(request: HttpRequest) -> HttpResponse:
    """What I may decide, the oldest first, and what became of what I proposed, the latest first."""
    user = person(request)
    mine = Proposition.objects.filter(author=user).order_by("-created_at", "uuid")[:MOST]
    context = {"to_decide": _with_records(pending(user)), "mine": _with_records(mine)}
    return render(request, "gestion/propositions.html", context)


def pending(user: User) -> list[Proposition]:
    """Propositions that this person may decide, at most `MOST`."""
    mine = Q()
    for collection in registry.collections():
        about = publishable(collection.model_class.objects.all(), user).values("uuid")
        mine |= Q(collection=collection.id, object_uuid__in=about)
    rows = Proposition.objects.filter(mine, state=Proposition.State.PENDING).select_related("author")
    return list(rows.order_by("created_at", "uuid")[:MOST])


def _with_records(found: Iterable[Proposition]) -> list[tuple[Proposition, Any]]:
    """Each with its record, None for one in the bin: one statement for each collection that is met."""
    by_collection: dict[str, list[Proposition]] = {}
    for each in (rows := list(found)):
        by_collection.setdefault(each.collection, []).append(each)
    records: dict[UUID, Any] = {}
    for name, some in by_collection.items():
        alive = registry.get(name).model_class.objects.alive()
        records |= {row.uuid: row for row in alive.filter(uuid__in=[each.object_uuid for each in some])}
    return [(each, records.get(each.object_uuid)) for each in rows]


@signed_in
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One proposition beside the record as it is now; a POST accepts or refuses it."""
    user = person(request)
    proposition = Proposition.objects.select_related("author", "decided_by").filter(uuid=uuid).first()
    if proposition is None or not (proposition.author_id == user.pk or propositions.may_decide(proposition, user)):
        raise Http404
    if request.method != "POST":
        return _show(request, proposition)
    note, seen = request.POST.get("note", ""), request.POST.get("seen", "")
    try:
        if request.POST.get("verdict") == "accept":
            done = propositions.accept(uuid, by=user, seen=whole_number(seen, sys.maxsize) or None, note=note)
            messages.success(request, _("Proposition acceptée : « %(name)s » est à jour.") % {"name": done.label})
        else:
            propositions.refuse(uuid, by=user, note=note)
            messages.success(request, _("Proposition refusée ; la personne qui l’a faite lira pourquoi."))
    except Conflict as refusal:
        # Compared again: what is shown now is what the next answer decides on.
        proposition.refresh_from_db()
        return _show(request, proposition, errors=[refusal.detail], status=CONFLICT)
    except Invalid as refusal:
        told = [sentence for sentences in refusal.errors.values() for sentence in sentences]
        return _show(request, proposition, errors=told, status=refusal.status)
    except Problem as refusal:
        return _show(request, proposition, errors=[refusal.detail or refusal.title], status=refusal.status)
    return redirect("gestion:propositions")


def _show(
    request: HttpRequest, proposition: Proposition, *, errors: list[Any] | None = None, status: int = 200
) -> HttpResponse:
    feature = propositions.feature_of(proposition)
    waits = proposition.state == Proposition.State.PENDING
    differences = propositions.differences(proposition, feature) if feature is not None and waits else []
    context = {
        "proposition": proposition,
        "collection": registry.get(proposition.collection),
        "feature": feature,
        "rows": [_row(each) for each in differences],
        "clash": any(each.clash for each in differences),
        "shape": _shapes(feature, differences),
        "decides": waits and propositions.may_decide(proposition, person(request)),
        "errors": errors or [],
        "note": request.POST.get("note", ""),
    }
    return render(request, "gestion/proposition.html", context, status=status)


def _row(difference: propositions.Difference) -> dict[str, Any]:
    field, present, proposed = difference.field, difference.present, difference.proposed
    words = [in_words(field, present), in_words(field, proposed)]
    if isinstance(present or proposed, GEOSGeometry):
        words = ["", moved(present, proposed)]
    return {"label": field.verbose_name, "present": words[0], "proposed": words[1], "clash": difference.clash}


def _shapes(feature: Feature | None, differences: list[propositions.Difference]) -> dict[str, Any] | None:
    """The present and the proposed shape for the map, when the shape is what changes."""
    proposed = next((each.proposed for each in differences if isinstance(each.proposed, GEOSGeometry)), None)
    if feature is None or proposed is None:
        return None
    return {"present": shape_of(feature), "proposed": shape_of(proposed)}
