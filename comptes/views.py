"""Signing in, also in the middle of a form whose session has expired; changing one's password or address; a forgotten password."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from comptes import address
from comptes.forms import AddressForm

if TYPE_CHECKING:
    from comptes.models import User

KEPT = "kept:"


class SignIn(LoginView):
    """Django's sign-in under the frame of the site; a form that was being sent is offered again."""

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """To the page asked for, or to what was typed before the session expired."""
        kept = self._kept()
        if not kept:
            return super().form_valid(form)
        login(self.request, form.get_user())
        # `get_success_url` refuses an address of another host.
        context = {"kept": kept, "next": self.get_success_url()}
        return render(self.request, "registration/resume.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without Django's `site` (the host), which would hide ours: name, menu, languages."""
        context = super().get_context_data(**kwargs) | {"kept": self._kept()}
        return {name: value for name, value in context.items() if name not in ("site", "site_name")}

    def _kept(self) -> list[tuple[str, str]]:
        sent = self.request.POST
        return [
            (name.removeprefix(KEPT), str(text))
            for name, texts in sent.lists()
            if name.startswith(KEPT)
            for text in texts
        ]


class ChangePassword(PasswordChangeView):
    """A new password for who is signed in; other sessions of this person end."""

    template_name = "registration/password.html"
    success_url = reverse_lazy(settings.LOGIN_REDIRECT_URL)

    def form_valid(self, form: Any) -> HttpResponse:
        """Back to the managers' space, with a word."""
        messages.success(self.request, _("Votre mot de passe est changé."))
        return super().form_valid(form)


class ForgottenPassword(FormView):  # type: ignore[type-arg]
    """Has a way to a new password mailed; neither answer nor work tells whether an account has this address.

    Without a mail server (`EMAIL_URL`) the page says whom to ask (decision 0190).
    """

    form_class = PasswordResetForm
    template_name = "registration/forgotten.html"
    success_url = reverse_lazy("login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is sent where no mail can be."""
        if not settings.EMAIL_URL:
            return render(request, self.template_name)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """To the sign-in, with a word."""
        self.queue(email=form.cleaned_data["email"], language=get_language(), root=_root(self.request))
        told = _("Si un compte a cette adresse, un message y arrive dans quelques minutes : suivez son lien.")
        messages.success(self.request, told)
        return super().form_valid(form)

    def queue(self, *, email: str, language: str, root: str) -> None:
        """Has the worker call `mailing.mail_resets`; `as_view` is told how, since the queue is not this app's."""
        raise NotImplementedError


class NewPassword(PasswordResetConfirmView):
    """The end of the way that was mailed; a link works once, for three days."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        """To the sign-in, with a word."""
        messages.success(self.request, _("Votre mot de passe est changé. Connectez-vous."))
        return super().form_valid(form)


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class ChangeAddress(LoginRequiredMixin, FormView):  # type: ignore[type-arg]
    """Has a link mailed to the new address; the page and its work are the same whoever has that address (decision 0209).

    Without a mail server (`EMAIL_URL`) the page says whom to ask.
    """

    form_class = AddressForm
    template_name = "registration/address.html"
    success_url = reverse_lazy(settings.LOGIN_REDIRECT_URL)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is asked where no mail can be."""
        if request.user.is_authenticated and not settings.EMAIL_URL:
            return render(request, self.template_name)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """With whose address it is."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        """To the managers' space, with a word."""
        user, email = form.user, form.cleaned_data["email"]
        if not address.take_turn(user):
            form.add_error(None, _("Cinq demandes par jour au plus : attendez quelques heures."))
            return self.form_invalid(form)
        root = _root(self.request)
        self.queue(pk=user.pk, email=email, state=address.state(user), language=get_language(), root=root)
        told = _("Un message part à %(email)s : suivez son lien dans les trois jours. Jusque-là, rien ne change.")
        messages.success(self.request, told % {"email": email})
        return super().form_valid(form)

    def queue(self, *, pk: int, email: str, state: str, language: str, root: str) -> None:
        """Has the worker call `mailing.mail_address_link` and `mail_address_asked`; `as_view` is told how, since the queue is not this app's."""
        raise NotImplementedError


@method_decorator(never_cache, name="dispatch")
class ConfirmAddress(LoginRequiredMixin, TemplateView):
    """Where the link leads: a button, since programs that read mail follow links; sessions go on."""

    template_name = "registration/address_confirm.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the address of the link; without, where it is refused."""
        with suppress(address.LinkRefused):
            kwargs["email"] = address.read(kwargs["token"], cast("User", self.request.user))
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """To the managers' space, with a word; the same page for whatever is refused."""
        user = cast("User", request.user)
        try:
            with transaction.atomic():
                before = address.take(token, user)
                if before:
                    self.queue(pk=user.pk, email=before, language=get_language())
        except address.LinkRefused:
            return self.render_to_response(super().get_context_data(), status=409)
        messages.success(request, _("L’adresse de votre compte est changée."))
        return redirect(settings.LOGIN_REDIRECT_URL)

    def queue(self, *, pk: int, email: str, language: str) -> None:
        """Has the worker call `mailing.mail_address_changed`; `as_view` is told how."""
        raise NotImplementedError


def _root(request: HttpRequest) -> str:
    """What links in mails begin with."""
    return (settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/")
