from django.apps import AppConfig


class CabanesConfig(AppConfig):
    """Register the `cabanes` app."""

    name = "cabanes"
    verbose_name = "Cabanes"
    default_auto_field = "django.db.models.BigAutoField"
