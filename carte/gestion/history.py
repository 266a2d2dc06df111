"""Who changed what, when and why; any version restored in two clicks."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from carte.gestion.access import actions_of, collection_or_404, person, posted, record_or_404, signed_in
from carte.gestion.told import in_words, moved
from geodata.changes.models import Revision
from geodata.changes.versions import stored_fields
from geodata.features import Feature
from geodata.params.paging import whole_number
from geodata.problems import Problem
from parcs import permissions

MOST = 50


@dataclass(frozen=True)
class Change:
    """A field that a version changed: before and after, as text."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """A revision with what it changed; `restorable` unless it is the present one."""

    revision: Revision
    changes: list[Change]
    restorable: bool


@signed_in
def versions(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """The history of a record, newest first."""
    collection = collection_or_404(collection_id)
    feature = record_or_404(collection, uuid, person(request))
    context = {
        "collection": collection,
        "feature": feature,
        "versions": list(_versions(feature)),
        "may_edit": permissions.may_edit(person(request), feature),
    }
    return render(request, "gestion/history.html", context)


def _versions(feature: Feature) -> Any:
    rows = list(Revision.objects.filter(uuid=feature.uuid).select_related("actor").order_by("-id")[:MOST])
    after = {field.name: getattr(feature, field.attname) for field in stored_fields(type(feature))}
    after |= {"status": feature.status}
    for place, row in enumerate(rows):
        before = _before(feature, row)
        yield Version(row, _changes(feature, before, after) if before else [], restorable=place > 0)
        after = before or after


def _before(feature: Feature, row: Revision) -> dict[str, Any] | None:
    if row.before is None:
        return None
    values = {field.name: row.before.get(field.column) for field in stored_fields(type(feature))}
    return values | {"status": row.before.get("status")}


def _changes(feature: Feature, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    found = []
    for name, old in before.items():
        field = feature._meta.get_field(name)
        new = after.get(name)
        label = str(field.verbose_name) if isinstance(field, models.Field) else name
        if name == "geom":
            if told := moved(old, new):
                found.append(Change(label, "", told))
        elif (before_text := in_words(field, old)) != (after_text := in_words(field, new)):
            found.append(Change(label, before_text, after_text))
    return found


@signed_in
@posted("gestion:edit", "collection_id", "uuid")
def restore(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """Bring back the values of an older version; the present one stays in the history."""
    collection = collection_or_404(collection_id)
    record_or_404(collection, uuid, person(request))
    wanted = whole_number(request.POST.get("revision", ""), sys.maxsize)
    try:
        done = actions_of(collection).restore_version(uuid, to_revision=wanted, by=person(request))
        messages.success(
            request, _("Version restaurée.") if isinstance(done, Feature) else _("Proposition envoyée à la relecture.")
        )
    except Problem as refusal:
        messages.error(request, str(refusal.detail or refusal.title))
        return redirect("gestion:history", collection_id=collection.id, uuid=uuid)
    return redirect("gestion:edit", collection_id=collection.id, uuid=uuid)
