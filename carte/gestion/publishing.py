"""Publishing many drafts without opening each one; what cannot be published is named with its reason."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carte.gestion.access import actions_of, collection_or_404, mine, person, signed_in
from geodata.changes import together
from geodata.features import Feature, Status
from geodata.harvest.models import HarvestRecord
from geodata.harvest.words import in_words, label_of
from parcs import permissions

if TYPE_CHECKING:
    from comptes.models import User
    from geodata.features import FeatureQuerySet
    from geodata.registry import Collection

PAGE_SIZE = 60
REMEMBERED = timedelta(days=30)
BATCHES = 5
UNPUBLISHED = (Status.DRAFT, Status.IN_REVIEW)
UNPROCESSABLE = 422


def unpublished(collection: Collection, user: User, harvest: str = "") -> FeatureQuerySet:
    """What of mine is not published yet; with the name of a harvest only what that brought."""
    drafts = mine(collection, user).filter(status__in=UNPUBLISHED)
    if harvest:
        drafts = drafts.filter(uuid__in=HarvestRecord.objects.filter(source=harvest).values("object_uuid"))
    return drafts


@signed_in
def publish(request: HttpRequest, collection_id: str) -> HttpResponse:
    """My drafts with a box each; a POST publishes those that are ticked, or takes a batch back."""
    collection = collection_or_404(collection_id)
    if "batch" in request.POST:
        return _take_back(request, collection)
    if request.method == "POST":
        return _publish(request, collection)
    return _listed(request, collection)


def _publish(request: HttpRequest, collection: Collection) -> HttpResponse:
    chosen = _uuids(request.POST.getlist("fiche"))[:PAGE_SIZE]
    if not chosen:
        messages.error(request, _("Cochez au moins une fiche."))
        return _listed(request, collection, status=UNPROCESSABLE)
    told = ngettext("publication groupée (%(n)d fiche)", "publication groupée (%(n)d fiches)", len(chosen))
    refused = together.publish(
        actions_of(collection),
        chosen,
        by=person(request),
        batch=uuid4(),
        note=told % {"n": len(chosen)},
        no_photo_reason=request.POST.get("no_photo_reason", "").strip(),
    )
    if done := len(chosen) - len(refused):
        told = ngettext("%(n)d fiche publiée.", "%(n)d fiches publiées.", done)
        messages.success(request, told % {"n": done})
    if not refused:
        return redirect(_address(request, collection))
    told = ngettext(
        "%(n)d fiche n’a pas pu être publiée : la raison est dite sous son nom.",
        "%(n)d fiches n’ont pas pu être publiées : la raison est dite sous leur nom.",
        len(refused),
    )
    messages.error(request, told % {"n": len(refused)})
    fields = {each.name: each for each in collection.model_class._meta.get_fields()}
    reasons = {
        uuid: in_words(problem, lambda name: capfirst(label_of(fields, name))) for uuid, problem in refused.items()
    }
    return _listed(request, collection, reasons, status=UNPROCESSABLE)


def _take_back(request: HttpRequest, collection: Collection) -> HttpResponse:
    batch = _uuids([request.POST["batch"]])
    if not batch:
        raise Http404
    done, refused = together.take_back(
        actions_of(collection),
        batch[0],
        by=person(request),
        note=_("publication groupée annulée"),
        since=timezone.now() - REMEMBERED,
    )
    if done:
        told = ngettext(
            "%(n)d fiche est de nouveau un brouillon.", "%(n)d fiches sont de nouveau des brouillons.", done
        )
        messages.success(request, told % {"n": done})
    for reason in sorted({in_words(problem) for problem in refused.values()}):
        messages.error(request, reason)
    if not done and not refused:
        messages.error(request, _("Rien à annuler : ces fiches ont été modifiées depuis."))
    return redirect(_address(request, collection))


def _listed(
    request: HttpRequest, collection: Collection, reasons: dict[UUID, str] | None = None, status: int = 200
) -> HttpResponse:
    user, harvest = person(request), request.GET.get("moisson", "")
    found = mine(collection, user)
    drafts = unpublished(collection, user, harvest)
    if reasons:
        drafts = drafts.filter(uuid__in=reasons)
    page = Paginator(drafts.by_name(), PAGE_SIZE).get_page(request.GET.get("page"))
    ticked = {str(each) for each in reasons or _uuids(request.POST.getlist("fiche"))}
    may_publish = _remembering(user)
    rows = [
        {
            "feature": feature,
            "reason": (reasons or {}).get(feature.uuid, ""),
            "may": may_publish(feature),
            "ticked": "tout" in request.GET or str(feature.uuid) in ticked,
        }
        for feature in page
    ]
    since = timezone.now() - REMEMBERED
    context: dict[str, Any] = {
        "collection": collection,
        "harvest": harvest,
        "page": page,
        "rows": rows,
        "some": any(row["may"] for row in rows),
        "all": "tout" in request.GET,
        "only_refused": bool(reasons),
        "photo_length": _photo_length(collection),
        "no_photo_reason": request.POST.get("no_photo_reason", ""),
        "batches": together.published_together(found, collection=collection.id, since=since)[:BATCHES],
    }
    return render(request, "gestion/publish.html", context, status=status)


def _photo_length(collection: Collection) -> int | None:
    """How long the reason for having no photo may be; None where no photo is asked for."""
    fields = {each.name: each for each in collection.model_class._meta.concrete_fields}
    field = fields.get(together.PHOTO_REASON)
    return field.max_length if field else None


def _remembering(user: User) -> Callable[[Feature], bool]:
    """Whether a person may publish a record, asked once for an authority and a park."""
    known: dict[Hashable, bool] = {}

    def may(feature: Feature) -> bool:
        place = permissions.owner_of(feature), permissions.park_of(feature)
        if place not in known:
            known[place] = permissions.may_publish(user, feature)
        return known[place]

    return may


def _address(request: HttpRequest, collection: Collection) -> str:
    harvest = request.GET.get("moisson", "")
    query = "?" + urlencode({"moisson": harvest}) if harvest else ""
    return reverse("gestion:publish", args=[collection.id]) + query


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
