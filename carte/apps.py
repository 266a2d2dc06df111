from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CarteConfig(AppConfig):
    """Register the `carte` app."""

    name = "carte"
    verbose_name = _("Carte")
    default_auto_field = "django.db.models.BigAutoField"
