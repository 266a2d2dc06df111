"""What was harvested for my authorities: each source, its last run, and what a person should look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from carte.gestion.access import person, signed_in
from geodata import registry
from geodata.harvest.sources import Source, read
from geodata.models import HarvestRun
from geodata.problems import Problem
from parcs import permissions

if TYPE_CHECKING:
    from comptes.models import User

RUNS = 10


@dataclass(frozen=True)
class Entry:
    """A source with the collection that it feeds and its last run, if there was one."""

    source: Source
    collection: registry.Collection
    run: HarvestRun | None


def _mine(user: "User") -> dict[str, Source]:
    """The sources of the authorities this person may write for; none where the file cannot be read."""
    try:
        found = read()
    except (OSError, ValueError, Problem):
        return {}
    return {name: each for name, each in found.items() if permissions.may_write_for(user, each.authority)}


@signed_in
def sources(request: HttpRequest) -> HttpResponse:
    """Each source with the numbers of its last run."""
    known = _mine(person(request))
    rows = HarvestRun.objects.filter(source__in=known).order_by("source", "-started_at").distinct("source")
    last = {run.source: run for run in rows}
    entries = [Entry(each, registry.get(each.collection), last.get(name)) for name, each in known.items()]
    return render(request, "gestion/moissons.html", {"entries": entries})


@signed_in
def source(request: HttpRequest, name: str) -> HttpResponse:
    """The report of the last run of a source, and the numbers of those before."""
    found = _mine(person(request)).get(name)
    if found is None:
        raise Http404
    runs = list(HarvestRun.objects.filter(source=name).order_by("-started_at")[:RUNS])
    context = {"source": found, "collection": registry.get(found.collection), "runs": runs, "groups": _groups(runs)}
    return render(request, "gestion/moisson.html", context)


def _groups(runs: list[HarvestRun]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The rows of the last report by what became of them; what asks for a person comes first."""
    if not runs:
        return []
    order = ("vanished", "kept", "refused", "proposed", "updated", "new")
    found = [(HarvestRun.OUTCOMES[name], [row for row in runs[0].report if row["outcome"] == name]) for name in order]
    return [(words, rows) for words, rows in found if rows]
