"""What the worker could not do, for administrators: why, and try it again."""

import sys
from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carte.gestion.access import person, signed_in
from geodata.jobs import standing
from geodata.params.paging import whole_number

SHOWN = 100


@signed_in
def failed(request: HttpRequest) -> HttpResponse:
    """The jobs that failed for good, the latest first; a POST tries one of them again, or all."""
    if not person(request).is_superuser:
        raise PermissionDenied(_("Cette page est réservée aux personnes qui tiennent le serveur."))
    if request.method == "POST":
        _try_again(request)
        return redirect("gestion:jobs")
    context = {"counts": standing.counts(), "jobs": list(standing.dead(SHOWN))}
    return render(request, "gestion/jobs.html", context)


def _try_again(request: HttpRequest) -> None:
    number = request.POST.get("job", "")
    became: Counter[standing.Again] = Counter()
    if number == "all":
        became = standing.try_all_again(SHOWN)
    elif wanted := whole_number(number, sys.maxsize):
        became[standing.try_again(wanted)] += 1
    queued, waits = became[standing.Again.QUEUED], became[standing.Again.WAITS]
    if queued:
        told = ngettext("%(n)d travail attend de nouveau.", "%(n)d travaux attendent de nouveau.", queued)
        messages.success(request, told % {"n": queued})
    if waits:
        told = ngettext(
            "%(n)d travail attendait déjà sous un autre numéro : celui qui avait échoué est retiré.",
            "%(n)d travaux attendaient déjà sous un autre numéro : ceux qui avaient échoué sont retirés.",
            waits,
        )
        messages.success(request, told % {"n": waits})
    if not queued and not waits:
        messages.error(request, _("Ce travail n’est plus parmi ceux qui ont échoué."))
