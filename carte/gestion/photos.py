"""Photos of a record: add one with its alternative text, photographer and licence; take one away."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carte.gestion.access import collection_or_404, person, record_or_404, signed_in
from geodata.editing import photos
from geodata.problems import Invalid, Problem
from geodata.registry import Collection
from parcs import permissions

LICENCES = [
    ("etalab-2.0", "Licence Ouverte 2.0"),
    ("CC-BY-4.0", "CC BY 4.0"),
    ("CC-BY-SA-4.0", "CC BY-SA 4.0"),
    ("CC0-1.0", "CC0"),
]
UNPROCESSABLE = 422


class PhotoForm(forms.Form):
    """A photo and what must be known of it before anybody sees it."""

    file = forms.FileField(
        label=gettext_lazy("Photo"), widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"})
    )
    alt_fr = forms.CharField(
        label=gettext_lazy("Texte alternatif"),
        max_length=300,
        help_text=gettext_lazy("Ce que l’on voit, pour qui ne voit pas l’image."),
    )
    author = forms.CharField(label=gettext_lazy("Photographe"), max_length=200)
    rights_holder = forms.CharField(
        label=gettext_lazy("Ayant droit de l’œuvre montrée"), max_length=200, required=False,
        help_text=gettext_lazy("En France, montrer une œuvre récente demande l’accord de qui l’a faite."),
    )  # fmt: skip
    licence = forms.ChoiceField(label=gettext_lazy("Licence"), choices=LICENCES)
    uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)


@signed_in
def manage(request: HttpRequest, collection_id: str, uuid: UUID) -> HttpResponse:
    """The photos of a record; a POST adds one, or takes one away."""
    collection = collection_or_404(collection_id)
    feature = record_or_404(collection, uuid, person(request))
    if not hasattr(feature, "photos"):
        raise Http404
    may = permissions.may_edit(person(request), feature)
    if request.method == "POST" and (request.POST.get("remove") or not may):
        if may:
            _remove(request, collection, uuid)
        else:
            messages.error(request, permissions.who_can(feature.authority_id))
        return redirect("gestion:photos", collection_id=collection.id, uuid=uuid)
    form = PhotoForm(request.POST or None, request.FILES or None, initial={"author": person(request).get_full_name()})
    if form.is_valid() and _added(request, collection, uuid, form):
        return redirect("gestion:photos", collection_id=collection.id, uuid=uuid)
    context = {"collection": collection, "feature": feature, "form": form, "may_edit": may}
    return render(request, "gestion/photos.html", context, status=UNPROCESSABLE if form.errors else 200)


def _added(request: HttpRequest, collection: Collection, uuid: UUID, form: PhotoForm) -> bool:
    given = dict(form.cleaned_data)
    content, photo_uuid = given.pop("file").read(), given.pop("uuid")
    try:
        photos.add_photo(collection, uuid, content, given, by=person(request), photo_uuid=photo_uuid)
    except Invalid as refusal:
        for name, sentences in refusal.errors.items():
            form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])
    except Problem as refusal:
        form.add_error(None, str(refusal.detail or refusal.title))
    else:
        messages.success(request, _("Photo ajoutée."))
        return True
    return False


def _remove(request: HttpRequest, collection: Collection, uuid: UUID) -> None:
    try:
        photos.remove_photo(collection, uuid, UUID(request.POST["remove"]), by=person(request))
        messages.success(request, _("Photo retirée."))
    except Problem as refusal:
        messages.error(request, str(refusal.detail or refusal.title))
    except ValueError:
        messages.error(request, _("Cette photo n’existe pas."))
