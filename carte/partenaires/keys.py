"""Keys of a signed-in partner: made, named, revoked, and what they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from carte.gestion.access import person, posted, signed_in
from carte.partenaires import copying
from comptes import keys
from geodata.limits.policies import read_policy
from geodata.limits.usage import usage

if TYPE_CHECKING:
    from django.http import HttpRequest

DAYS = 30
# Where the session keeps what the text of a new key derives from, until it is shown.
NEW = "new_key"


class KeyForm(forms.Form):
    """The name of a new key."""

    name = forms.CharField(
        label=_("Nom de la clé"),
        max_length=80,
        help_text=_("Par exemple le programme qui s’en sert : « copie de nuit »."),
    )


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """My keys and their usage; POST makes a key and leads to this page, which shows its text once: reloading makes no second one."""
    owner = person(request)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if keys.in_use(owner).count() < keys.MOST_IN_USE:
            request.session[NEW] = keys.new_seed()
            keys.make(owner, form.cleaned_data["name"], request.session[NEW])
            return cast("HttpResponse", redirect("partenaires:keys"))
        form.add_error(None, _("Dix clés au plus : révoquez-en une."))
    seed = request.session.pop(NEW, "") if request.method == "GET" else ""
    usage.flush()
    totals = keys.totals_of(owner, DAYS)
    context = {
        "form": form,
        "made": keys.text_of(seed) if seed else "",
        "keys": [{"key": key, "totals": totals.get(key.pk)} for key in keys.of(owner)],
        "usage": list(keys.usage_of(owner, DAYS)),
        "days": DAYS,
        "words": copying.words(),
        "policy": read_policy("key", settings.GEODATA_LIMIT_KEY),
    }
    return render(request, "partenaires/keys.html", context, status=422 if form.errors else 200)


@signed_in
@posted("partenaires:keys")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my keys."""
    key = keys.in_use(person(request)).filter(pk=pk).first()
    if key is None:
        raise Http404
    keys.revoke(key)
    return cast("HttpResponse", redirect("partenaires:keys"))
