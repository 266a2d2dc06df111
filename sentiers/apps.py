from django.apps import AppConfig


class SentiersConfig(AppConfig):
    """Register the `sentiers` app."""

    name = "sentiers"
    verbose_name = "Sentiers"
    default_auto_field = "django.db.models.BigAutoField"
