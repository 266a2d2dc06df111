from django.apps import AppConfig


class CarteConfig(AppConfig):
    """Register the `carte` app."""

    name = "carte"
    verbose_name = "Carte"
    default_auto_field = "django.db.models.BigAutoField"
