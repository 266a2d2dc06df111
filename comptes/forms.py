"""What people type about their account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comptes.models import User


class AddressForm(forms.Form):
    """A new address and the password; whether another account has the address is not looked up."""

    email = forms.EmailField(
        label=_("Nouvelle adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        """Another address than the one the account has."""
        email = str(self.cleaned_data["email"])
        if email == self.user.email:
            raise forms.ValidationError(_("C’est déjà l’adresse de votre compte."))
        return email

    def clean_password(self) -> str:
        """The password of the account."""
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise forms.ValidationError(_("Ce n’est pas votre mot de passe."))
        return password
