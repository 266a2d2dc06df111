from django.apps import AppConfig


class GeodataConfig(AppConfig):
    """Register the `geodata` app."""

    name = "geodata"
    verbose_name = "Données géographiques"
    default_auto_field = "django.db.models.BigAutoField"
