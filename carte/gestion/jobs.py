"""What the worker could not do, for administrators: why, and try it again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carte.gestion.access import person, signed_in
from geodata.jobs import standing

SHOWN = 100


@signed_in
def failed(request: HttpRequest) -> HttpResponse:
    """The jobs that failed for good, the latest first; a POST tries one of them again, or all."""
    if not person(request).is_superuser:
        raise PermissionDenied
    if request.method == "POST":
        _try_again(request)
        return redirect("gestion:jobs")
    context = {"counts": standing.counts(), "jobs": list(standing.dead(SHOWN))}
    return render(request, "gestion/jobs.html", context)


def _try_again(request: HttpRequest) -> None:
    number = request.POST.get("job", "")
    # As many digits as a bigint surely holds.
    if number.isascii() and number.isdigit() and len(number) <= 18:  # noqa: PLR2004
        again = int(standing.try_again(int(number)))
    else:
        again = sum(standing.try_again(each.id) for each in standing.dead(SHOWN)) if number == "all" else 0
    if again:
        told = ngettext("%(n)d travail attend de nouveau.", "%(n)d travaux attendent de nouveau.", again)
        messages.success(request, told % {"n": again})
    else:
        messages.error(request, _("Ce travail n’est plus parmi ceux qui ont échoué."))
