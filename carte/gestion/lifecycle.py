"""Submitting, publishing, withdrawing, binning a record."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from carte.gestion.access import actions_of, collection_or_404, person, posted, record_or_404, signed_in
from carte.gestion.offer import MOVES
from geodata.params.reasons import REASON, parse_reason
from geodata.problems import Invalid, Problem

DELETE = "supprimer"


@signed_in
@posted("gestion:edit", "collection_id", "uuid")
def move(request: HttpRequest, collection_id: str, uuid: UUID, verb: str) -> HttpResponse:
    """One step; a refusal is said on the page of the record."""
    collection = collection_or_404(collection_id)
    feature = record_or_404(collection, uuid, person(request))
    if verb not in MOVES and verb != DELETE:
        raise Http404
    actions = actions_of(collection)
    try:
        reason = parse_reason(request.POST.get(REASON, ""))
        if verb == DELETE:
            actions.delete(uuid, by=person(request), reason=reason)
            messages.success(request, _("« %(name)s » est dans la corbeille pour 90 jours.") % {"name": feature.label})
            return redirect("gestion:list", collection_id=collection.id)
        moved = actions.move(uuid, MOVES[verb], by=person(request), reason=reason)
        messages.success(
            request, _("« %(name)s » : %(status)s.") % {"name": moved.label, "status": moved.get_status_display()}
        )
    except Invalid as refusal:
        for sentences in refusal.errors.values():
            for sentence in sentences:
                messages.error(request, str(sentence))
    except Problem as refusal:
        messages.error(request, str(refusal.detail or refusal.title))
    return redirect("gestion:edit", collection_id=collection.id, uuid=uuid)
