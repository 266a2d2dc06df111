"""Signing in, also in the middle of a form whose session has expired; changing one's password, and a forgotten one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView, PasswordResetView
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from comptes.models import User

KEPT = "kept:"
# Who asks again and again for a new password does not fill somebody's mailbox.
AGAIN_S = 600


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


class ForgottenForm(PasswordResetForm):
    """Writes to each account of an address, at most once in AGAIN_S from each process."""

    def get_users(self, email: str) -> Iterator[User]:
        """Those to write to now."""
        return (user for user in super().get_users(email) if cache.add(f"reset-{user.pk}", True, AGAIN_S))


class ForgottenPassword(PasswordResetView):
    """Mails a way to a new password; what is answered does not tell whether an account has this address.

    Without a mail server (`EMAIL_URL`) the page says whom to ask (decision 0190).
    """

    form_class = ForgottenForm
    template_name = "registration/forgotten.html"
    email_template_name = "registration/forgotten_mail.txt"
    subject_template_name = "registration/forgotten_subject.txt"
    success_url = reverse_lazy("login")
    extra_email_context = {"name": settings.SITE_NAME}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is sent where no mail can be."""
        if not settings.EMAIL_URL:
            return render(request, self.template_name)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """To the sign-in, with a word."""
        told = _("Si un compte a cette adresse, un message y arrive dans quelques minutes : suivez son lien.")
        messages.success(self.request, told)
        return super().form_valid(form)


class NewPassword(PasswordResetConfirmView):
    """The end of the way that was mailed; a link works once, for three days."""

    template_name = "registration/password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        """To the sign-in, with a word."""
        messages.success(self.request, _("Votre mot de passe est changé. Connectez-vous."))
        return super().form_valid(form)
