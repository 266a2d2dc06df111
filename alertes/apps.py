from django.apps import AppConfig


class AlertesConfig(AppConfig):
    """Register the `alertes` app."""

    name = "alertes"
    verbose_name = "Alertes"
    default_auto_field = "django.db.models.BigAutoField"
