"""The bin: what was deleted in the last 90 days, and the way out of it."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from carte.gestion.access import actions_of, binned, collection_or_404, person, posted, signed_in
from geodata import registry
from geodata.params.reasons import MAX_LENGTH, REASON, parse_reason
from geodata.problems import Problem
from parcs import permissions

KEPT = timedelta(days=90)
MOST = 100


@signed_in
def binned_records(request: HttpRequest) -> HttpResponse:
    """What is in my bin, the latest first; who may publish may take it out."""
    user, since, found = person(request), timezone.now() - KEPT, []
    for collection in registry.collections():
        rows = binned(collection, user).filter(deleted_at__gte=since).order_by("-deleted_at", "id")[:MOST]
        found += [(collection, feature, permissions.may_publish(user, feature)) for feature in rows]
    found.sort(key=lambda each: each[1].deleted_at, reverse=True)
    return render(request, "gestion/bin.html", {"found": found[:MOST], "reason_length": MAX_LENGTH})


@signed_in
@posted("gestion:bin")
def take_out(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """Bring a record back as it was; a refusal is said in the bin."""
    collection = collection_or_404(collection_id)
    try:
        reason = parse_reason(request.POST.get(REASON, ""))
        back = actions_of(collection).undelete(uuid, by=person(request), reason=reason)
    except Problem as refusal:
        messages.error(request, str(refusal.detail or refusal.title))
        return redirect("gestion:bin")
    messages.success(request, _("« %(name)s » est sortie de la corbeille.") % {"name": back.label})
    return redirect("gestion:edit", collection_id=collection.id, uuid=uuid)
