"""My subscriptions to changes: what is sent where, what became of it, try it, pause it, take it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carte.gestion.access import person, signed_in
from geodata import registry
from geodata.models import Subscription
from geodata.problems import Conflict, Invalid
from geodata.webhooks import signing, subscribing

if TYPE_CHECKING:
    from collections.abc import Callable

LOGGED = 50
UNPROCESSABLE = 422
# Where the session keeps whose secret is shown next; the secret itself derives from the key of the instance.
SHOWN = "webhook_secret"
OPS = [
    ("upsert", gettext_lazy("publiée ou modifiée")),
    ("unpublish", gettext_lazy("retirée de la publication")),
    ("delete", gettext_lazy("supprimée")),
    ("merge", gettext_lazy("fusionnée dans une autre")),
]


class SubscriptionForm(forms.Form):
    """What is asked of a subscription; the rules are those of the API."""

    name = forms.CharField(label=gettext_lazy("Nom"), help_text=gettext_lazy("Pour le reconnaître dans la liste."))
    url = forms.CharField(
        label=gettext_lazy("Adresse qui reçoit"),
        help_text=gettext_lazy("Une adresse https:// de votre serveur."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    collections = forms.MultipleChoiceField(
        label=gettext_lazy("Collections"),
        help_text=gettext_lazy("Aucune cochée : toutes."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Quand une fiche est"),
        choices=OPS,
        required=False,
        initial=[code for code, _label in OPS],
        widget=forms.CheckboxSelectMultiple,
    )
    authority = forms.ChoiceField(label=gettext_lazy("D’une seule autorité"), required=False)
    bbox = forms.CharField(
        label=gettext_lazy("Dans un cadre"),
        help_text=gettext_lazy("Ouest, sud, est, nord en degrés, par exemple 2.7, 50.3, 2.9, 50.5. Vide : partout."),
        required=False,
    )
    features = forms.BooleanField(
        label=gettext_lazy("Envoyer la fiche entière avec chaque changement"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = registry.get("autorites").model_class.objects.published().by_name()
        authorities = dict(published.values_list("code", "name_fr"))
        # Without its own authority among the choices, a subscription would be shown, and saved, as one of all.
        if kept := self.get_initial_for_field(self.fields["authority"], "authority"):
            authorities.setdefault(kept, kept)
        self.fields["collections"].choices = [(each.id, each.title) for each in registry.collections()]  # type: ignore[attr-defined]
        self.fields["authority"].choices = [("", _("Toutes")), *authorities.items()]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, subscription: Subscription, data: QueryDict | None) -> SubscriptionForm:
        """The form of a subscription as it is."""
        initial = {name: getattr(subscription, name) for name in ("name", "url", "collections", "events", "authority")}
        box = ", ".join(str(degrees).removesuffix(".0") for degrees in subscription.box or ())
        return cls(data, initial=initial | {"bbox": box, "features": subscription.with_features})

    def given(self) -> dict[str, Any]:
        """The same as a client of the API sends."""
        typed = dict(self.cleaned_data)
        try:
            numbers = [float(part) for part in typed["bbox"].replace(";", ",").split(",")] if typed["bbox"] else None
        except ValueError:
            numbers = []
        return typed | {"bbox": numbers}

    def changed(self) -> dict[str, Any]:
        """What differs from the subscription, as a client of the API sends it."""
        return {name: value for name, value in self.given().items() if name in self.changed_data}

    def refuse(self, refusal: Invalid) -> None:
        """Show what the rules say beside the fields."""
        for name, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))


@signed_in
def listed(request: HttpRequest) -> HttpResponse:
    """My subscriptions, and the form for one more."""
    user, form = person(request), SubscriptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, _secret = subscribing.subscribe(form.given(), by=user)
            return _show_secret(request, made)
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            form.add_error(None, str(refusal.detail))
    context = {"form": form, "subscriptions": Subscription.objects.filter(owner=user)}
    return render(request, "gestion/webhooks.html", context, status=UNPROCESSABLE if form.errors else 200)


def _mine(request: HttpRequest, uuid: UUID) -> Subscription:
    found = Subscription.objects.filter(pk=uuid, owner=person(request)).first()
    if found is None:
        raise Http404
    return found


@signed_in
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change what one of mine asks for; its place in the feed stays."""
    found = _mine(request, uuid)
    form = SubscriptionForm.of(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            subscribing.change(found, form.changed())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("L’abonnement est changé. Ce qui attend part selon le nouveau choix."))
            return redirect("gestion:webhook", uuid)
    context = {"form": form, "subscription": found}
    return render(request, "gestion/webhook_edit.html", context, status=UNPROCESSABLE if form.errors else 200)


@signed_in
def one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of mine with its log; a POST does what its button says."""
    found = _mine(request, uuid)
    if request.method != "POST":
        is_new = request.method == "GET" and request.session.pop(SHOWN, "") == str(uuid)
        return _one(request, found, secret=signing.secret(found.salt) if is_new else "")
    verb = request.POST.get("verb", "")
    if verb == "secret":
        subscribing.renew_secret(found)
        return _show_secret(request, found)
    if verb == "delete":
        found.delete()
        messages.success(request, _("L’abonnement « %(name)s » est supprimé.") % {"name": found.name})
        return redirect("gestion:webhooks")
    if verb == "again":
        _send_again(request, found)
    elif verb in VERBS:
        act, told = VERBS[verb]
        act(found)
        messages.success(request, str(told))
    return redirect("gestion:webhook", uuid)


VERBS: dict[str, tuple[Callable[[Subscription], Any], Any]] = {
    "test": (subscribing.try_out, gettext_lazy("Un message d’essai part. Actualisez la page pour voir la réponse.")),
    "pause": (subscribing.pause, gettext_lazy("En pause : rien n’est envoyé, rien n’est perdu.")),
    "resume": (subscribing.resume, gettext_lazy("L’envoi reprend là où il s’était arrêté.")),
}


def _send_again(request: HttpRequest, found: Subscription) -> None:
    message = found.deliveries.filter(pk=_uuid(request.POST.get("message", ""))).first()
    if message is None:
        raise Http404
    subscribing.send_again(message)
    messages.success(request, _("Le message part encore une fois. Actualisez la page pour voir la réponse."))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _show_secret(request: HttpRequest, found: Subscription) -> HttpResponse:
    """Lead to its page, which shows the secret this once: reloading makes no second one."""
    request.session[SHOWN] = str(found.pk)
    return redirect("gestion:webhook", found.pk)


def _one(request: HttpRequest, found: Subscription, *, secret: str) -> HttpResponse:
    titles = {each.id: each.title for each in registry.collections()}
    context = {
        "subscription": found,
        "collections": [titles[name] for name in found.collections if name in titles],
        "events": [label for code, label in OPS if code in found.events],
        "log": found.deliveries.all()[:LOGGED],
        "secret": secret,
    }
    response = render(request, "gestion/webhook.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
