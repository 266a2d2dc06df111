from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParcsConfig(AppConfig):
    """Register the `parcs` app."""

    name = "parcs"
    verbose_name = _("Parcs")
    default_auto_field = "django.db.models.BigAutoField"
