"""What was harvested for my authorities: start it, see how far it is, decide on what it lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.gis.geos import GEOSGeometry
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carte.gestion import publishing
from carte.gestion.access import person, signed_in
from carte.gestion.told import in_words, moved
from geodata import registry
from geodata.features import Feature, Status
from geodata.harvest import asking, deciding
from geodata.harvest.models import HarvestRecord, in_reader_language
from geodata.harvest.running import is_at_work
from geodata.harvest.sources import Source, read
from geodata.harvest.words import in_words as refusal_in_words
from geodata.models import HarvestRun, Proposition
from geodata.problems import Problem
from parcs import permissions

if TYPE_CHECKING:
    from comptes.models import User

RUNS = 10
MOST = 100
REFRESH_S = 5
State = HarvestRun.State
# What a person may do about a listed record, and what is said once it is done.
DONE = {
    "theirs": gettext_lazy("« %(name)s » a maintenant les valeurs de la source."),
    "ours": gettext_lazy("« %(name)s » garde vos valeurs."),
    "let_be": gettext_lazy("« %(name)s » reste, bien que la source ne l’ait plus."),
    "bin": gettext_lazy("« %(name)s » est dans la corbeille pour 90 jours."),
    "archive": gettext_lazy("« %(name)s » est retirée du site."),
}


@dataclass(frozen=True)
class Entry:
    """A source with the collection that it feeds and its last run, if there was one."""

    source: Source
    collection: registry.Collection
    run: HarvestRun | None


@dataclass(frozen=True)
class Group:
    """Features of the last report of which the same became: in words, how many, the first of them."""

    words: Any
    count: int
    rows: list[dict[str, Any]]


def _mine(user: User) -> dict[str, Source]:
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
    """A source: how far its harvest is, or what became of the last one. A POST starts one, or decides on a record."""
    found = _mine(person(request)).get(name)
    if found is None:
        raise Http404
    if request.method == "POST":
        _do(request, found)
        return redirect("gestion:moisson", name)
    runs = list(HarvestRun.objects.filter(source=name).select_related("asked_by").order_by("-started_at")[:RUNS])
    active = runs[0] if runs and _is_active(found, runs[0]) else None
    context: dict[str, Any] = {
        "source": found,
        "collection": registry.get(found.collection),
        "runs": runs,
        "active": active,
    }
    if active is None:
        clashing = deciding.conflicts(found, MOST)
        context |= {
            "last": runs[0] if runs else None,
            "drafts": publishing.unpublished(registry.get(found.collection), person(request), found.id).count(),
            "broken": bool(runs) and runs[0].state != State.ENDED,
            "conflicts": [_conflict(*each) for each in clashing],
            "vanished": [(*each, each[1].status == Status.PUBLISHED) for each in deciding.vanished(found, MOST)],
            "groups": _groups(runs, {each.source_id for each, _ours in clashing}),
        }
    response = render(request, "gestion/moisson.html", context)
    if active is not None:
        response["Refresh"] = str(REFRESH_S)
    return response


def _is_active(found: Source, run: HarvestRun) -> bool:
    """Whether it waits or is at work; one that was cut off says so too, but nobody works on it."""
    return run.state == State.WAITING or (run.state != State.ENDED and is_at_work(found.id))


def _do(request: HttpRequest, found: Source) -> None:
    verb = request.POST.get("verb", "")
    try:
        if verb in ("start", "trust"):
            asking.ask(found, by=person(request), trusting=verb == "trust")
            messages.success(request, _("La moisson est demandée."))
        elif verb in DONE:
            feature = deciding.decide(found, request.POST.get("source_id", ""), verb, by=person(request))
            messages.success(request, str(DONE[verb]) % {"name": feature.label})
        else:
            raise Http404
    except Problem as refusal:
        messages.error(request, refusal_in_words(refusal))


def _conflict(record: HarvestRecord, feature: Feature) -> dict[str, Any]:
    """What the source would change, beside ours."""
    fields = {each.name: each for each in feature._meta.concrete_fields}
    rows = [
        _difference(fields[name], getattr(feature, name), offered)
        for name, offered in record.offered.items()
        if name in fields
    ]
    return {"record": record, "feature": feature, "rows": rows}


def _difference(field: Any, ours: Any, theirs: Any) -> dict[str, Any]:
    if isinstance(ours, GEOSGeometry):
        offered = GEOSGeometry(json.dumps(theirs)) if theirs else None
        return {"label": field.verbose_name, "ours": "", "theirs": moved(ours, offered)}
    return {"label": field.verbose_name, "ours": in_words(field, ours), "theirs": in_words(field, theirs)}


def _groups(runs: list[HarvestRun], elsewhere: set[str]) -> list[Group]:
    """The rows of the last report by what became of them; what has buttons of its own is not repeated."""
    if not runs:
        return []
    run = runs[0]
    found = []
    for name in ("kept", "refused", "proposed", "updated", "new"):
        rows = [row for row in run.report if row["outcome"] == name and row["source_id"] not in elsewhere]
        if rows:
            told = [row | {"reason": in_reader_language(row["reason"])} for row in rows[:MOST]]
            found.append(
                Group(
                    HarvestRun.OUTCOMES[name],
                    run.counts.get(name, 0) if len(rows) >= MOST else len(rows),
                    _linked(name, told),
                )
            )
    return found


def _linked(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows; those that wait for a decision lead to it."""
    if name != "proposed":
        return rows
    pending = Proposition.objects.filter(
        object_uuid__in=[row["uuid"] for row in rows], state=Proposition.State.PENDING
    ).order_by("created_at")
    waiting = {str(each.object_uuid): each.uuid for each in pending}
    return [row | {"proposition": waiting.get(row["uuid"])} for row in rows]
