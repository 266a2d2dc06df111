"""Authorities, communes and memberships in Django's administration: who there is, who may do what for whom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from geodata.editing.administration import FeatureAdmin, NamesInOrder
from parcs.models import Adhesion, Autorite, Commune


@admin.register(Adhesion)
class AdhesionAdmin(NamesInOrder):
    """A person, an authority, a role, and the parks it is limited to."""

    list_display = ("user", "authority", "role")
    list_filter = ("authority", "role")
    search_fields = ("user__username", "user__email", "authority__name_fr")
    autocomplete_fields = ("user",)
    filter_horizontal = ("parks",)


@admin.register(Autorite)
class AutoriteAdmin(FeatureAdmin):
    """A body that looks after features, and its territory."""

    list_filter = ("kind", "status")


@admin.register(Commune)
class CommuneAdmin(FeatureAdmin):
    """A commune, as INSEE and IGN have it: read, never typed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: communes come with `load_network`."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
