"""Adding and correcting a record."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from carte.gestion.access import actions_of, collection_or_404, mine, person, record_or_404, shape_of, signed_in
from carte.gestion.offer import limited, offered_authorities, steps, territory
from geodata import registry
from geodata.editing.forms import OWN, FeatureForm, form_of, initial_of
from geodata.features import Feature
from geodata.params.reasons import MAX_LENGTH
from geodata.problems import Problem, StaleRevision
from geodata.registry import Collection
from parcs import permissions

UNPROCESSABLE = 422
FORBIDDEN = 403
STALE = 412
# Collections whose records lead to a closure of them, by the name of the parameter.
CLOSED = {"parc": "parcs", "sentier": "sentiers"}
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@signed_in
def create(request: HttpRequest, collection_id: str) -> HttpResponse:
    """An empty form; a POST saves a draft and goes to it (303)."""
    collection = collection_or_404(collection_id)
    user = person(request)
    initial = {
        "authority": next(iter(offered_authorities(user)), None), "geom": request.GET.get("position", ""),
        "uuid": uuid4(), "starts_at": timezone.localtime().replace(second=0, microsecond=0),
    } | _closing(request, collection)  # fmt: skip
    form = _form(request, collection, initial=initial)
    if request.method != "POST":
        return _show(request, collection, form)
    if not form.is_valid():
        return _show(request, collection, form, status=UNPROCESSABLE)
    values = {name: value for name, value in form.values().items() if value not in (None, "", [])}
    try:
        told = form.cleaned_data
        feature = actions_of(collection).create(values, by=user, reason=told["reason"], uuid=told["uuid"])
    except Problem as refusal:
        known = mine(collection, user).filter(uuid=form.cleaned_data["uuid"]).first()
        if known is None:
            form.refuse(refusal)
        return _show(request, collection, form, status=refusal.status, known=known)
    messages.success(request, _("Brouillon enregistré : « %(name)s ».") % {"name": feature.label})
    return redirect("gestion:edit", collection_id=collection.id, uuid=feature.uuid)


def _closing(request: HttpRequest, collection: Collection) -> dict[str, Any]:
    """What a closure of `?parc=<uuid>` or `?sentier=<uuid>` begins with: the park ticked, or the line of the trail."""
    if collection.id != "fermetures":
        return {}
    for name, kind in CLOSED.items():
        text = request.GET.get(name, "")
        if UUID_TEXT.fullmatch(text):
            of = record_or_404(registry.get(kind), UUID(text), person(request))
            if name == "parc":
                return {"parks": [of.pk]}
            shape = shape_of(of)
            return {"geom": json.dumps(shape) if shape else ""}
    return {}


@signed_in
def edit(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """The form of a record; a POST saves what was changed, and only that."""
    collection = collection_or_404(collection_id)
    feature = record_or_404(collection, uuid, person(request))
    form = _form(request, collection, initial=initial_of(feature, collection), feature=feature)
    if request.method != "POST":
        return _show(request, collection, form, feature)
    if not permissions.may_edit(person(request), feature):
        form.add_error(None, permissions.who_can(feature.authority_id))
        return _show(request, collection, form, feature, status=FORBIDDEN)
    if not form.is_valid():
        return _show(request, collection, form, feature, status=UNPROCESSABLE)
    if not form.changed_values():
        messages.info(request, _("Rien n’a changé."))
        return redirect("gestion:edit", collection_id=collection.id, uuid=uuid)
    return _save(request, collection, feature, form)


def _save(request: HttpRequest, collection: Collection, feature: Feature, form: FeatureForm) -> HttpResponse:
    update = actions_of(collection).update
    changes, based_on = form.changed_values(), form.cleaned_data["based_on"]
    who_and_why: dict[str, Any] = {"by": person(request), "reason": form.cleaned_data["reason"]}
    try:
        try:
            saved = update(feature.uuid, changes, revision=based_on, **who_and_why)
        except StaleRevision:
            clashes = list(_clashes(form, feature))
            if clashes:
                return _show(request, collection, form, feature, status=STALE, clashes=clashes)
            saved = update(feature.uuid, changes, revision=feature.revision, **who_and_why)
    except Problem as refusal:
        form.refuse(refusal)
        return _show(request, collection, form, feature, status=refusal.status)
    if isinstance(saved, Feature):
        messages.success(request, _("Enregistré."))
    else:
        messages.success(request, _("Proposition envoyée : une personne qui publie doit la relire."))
    return redirect("gestion:edit", collection_id=collection.id, uuid=feature.uuid)


def _clashes(form: FeatureForm, feature: Feature) -> Any:
    """Fields that this person and somebody else both changed: name, mine, theirs."""
    for name in form.changed_data:
        if name in OWN:
            continue
        bound = form[name]
        seen = bound.field.prepare_value(form.data.get(form.add_initial_prefix(name), ""))
        now = bound.field.prepare_value(bound.initial)
        if bound.field.has_changed(_typed(bound.field, seen), now):
            yield {"label": bound.label, "mine": form.data.get(form.add_prefix(name), ""), "theirs": now}


def _typed(field: Any, text: Any) -> Any:
    return field.to_python(text) if text else None


def _form(
    request: HttpRequest, collection: Collection, *, initial: dict[str, Any], feature: Feature | None = None
) -> FeatureForm:
    form = form_of(collection)(request.POST or None, initial=initial)
    limited(form, person(request), feature)
    if feature is not None:
        if not collection.is_point:
            del form.fields["geom"]
        for field in form.fields.values():
            field.show_hidden_initial = True
        for name in OWN:
            form.fields[name].show_hidden_initial = False
    return form


def _show(
    request: HttpRequest,
    collection: Collection,
    form: FeatureForm,
    feature: Feature | None = None,
    *,
    status: int = 200,
    clashes: list[dict[str, Any]] | None = None,
    known: Feature | None = None,
) -> HttpResponse:
    if clashes and feature is not None:
        form.data = request.POST.copy()
        form.data["based_on"] = str(feature.revision)
    may_edit = feature is None or permissions.may_edit(person(request), feature)
    for field in form.fields.values():
        field.disabled = field.disabled or not may_edit
    context = {
        "collection": collection,
        "form": form,
        "feature": feature,
        "clashes": clashes or [],
        "known": known,
        "territory": territory(offered_authorities(person(request))),
        "steps": steps(person(request), feature) if feature else [],
        "reason_length": MAX_LENGTH,
        "may_edit": may_edit,
        "closes": next((name for name, kind in CLOSED.items() if kind == collection.id), ""),
        "proposes": feature is not None and feature.is_public and not permissions.may_publish(person(request), feature),
        "who_can": "" if may_edit or feature is None else permissions.who_can(permissions.owner_of(feature)),
        "geom_type": collection.geometry.geom_type,
        "shape": shape_of(feature) if feature is not None and "geom" not in form.fields else None,
    }
    return render(request, "gestion/edit.html", context, status=status)
