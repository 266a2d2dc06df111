from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class GeodataConfig(AppConfig):
    """Register the `geodata` app."""

    name = "geodata"
    verbose_name = _("Données géographiques")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Feature texts follow the code: whenever the schema was migrated, their triggers are made to agree."""
        from geodata.checks import ended_properties  # noqa: PLC0415  (models are not ready when this module is read)

        checks.register(ended_properties)
        pre_migrate.connect(free_tables, dispatch_uid="geodata.free_tables")
        post_migrate.connect(keep_texts, dispatch_uid="geodata.keep_texts")


def free_tables(sender: AppConfig, plan: Any = (), **_options: Any) -> None:
    """Before the first app is migrated: a column that a view reads can be neither dropped nor changed."""
    from geodata.queries import past  # noqa: PLC0415

    if plan and sender is next(config for config in apps.get_app_configs() if config.models_module):
        past.drop()


def keep_texts(sender: AppConfig, **_options: Any) -> None:
    """After the last app was migrated (its tables are there), install what is absent."""
    from geodata import upkeep  # noqa: PLC0415  (models are not ready when this module is read)

    if sender is [config for config in apps.get_app_configs() if config.models_module][-1]:
        upkeep.ensure()
