from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CabanesConfig(AppConfig):
    """Register the `cabanes` app."""

    name = "cabanes"
    verbose_name = _("Cabanes")
    default_auto_field = "django.db.models.BigAutoField"
