from django.apps import AppConfig


class ComptesConfig(AppConfig):
    """Register the `comptes` app."""

    name = "comptes"
    verbose_name = "Comptes"
    default_auto_field = "django.db.models.BigAutoField"
