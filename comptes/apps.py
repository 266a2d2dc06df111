from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComptesConfig(AppConfig):
    """Register the `comptes` app."""

    name = "comptes"
    verbose_name = _("Comptes")
    default_auto_field = "django.db.models.BigAutoField"
