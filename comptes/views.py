"""Signing in, also in the middle of a form whose session has expired."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import render

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
