"""Memberships in Django's administration: who may do what for whom."""

from typing import TYPE_CHECKING

from django.contrib import admin

from parcs.models import Adhesion

if TYPE_CHECKING:
    MembershipAdmin = admin.ModelAdmin[Adhesion]
else:
    MembershipAdmin = admin.ModelAdmin


@admin.register(Adhesion)
class AdhesionAdmin(MembershipAdmin):
    """A person, an authority, a role, and the parks it is limited to."""

    list_display = ("user", "authority", "role")
    list_filter = ("authority", "role")
    search_fields = ("user__username", "user__email", "authority__name_fr")
    autocomplete_fields = ("user",)
    filter_horizontal = ("parks",)
