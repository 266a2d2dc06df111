from django.apps import AppConfig


class ParcsConfig(AppConfig):
    """Register the `parcs` app."""

    name = "parcs"
    verbose_name = "Parcs"
    default_auto_field = "django.db.models.BigAutoField"
