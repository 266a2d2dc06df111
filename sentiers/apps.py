from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SentiersConfig(AppConfig):
    """Register the `sentiers` app."""

    name = "sentiers"
    verbose_name = _("Sentiers")
    default_auto_field = "django.db.models.BigAutoField"
