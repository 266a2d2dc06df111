"""People and their keys in Django's administration."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from comptes.models import ApiKey, User

if TYPE_CHECKING:
    from django.http import HttpRequest

    KeyAdmin = admin.ModelAdmin[ApiKey]
else:
    KeyAdmin = admin.ModelAdmin

admin.site.register(User, UserAdmin)


@admin.register(ApiKey)
class ApiKeyAdmin(KeyAdmin):
    """Who has which key; a quota may be raised, a key revoked. Keys are made by their owners alone."""

    list_display = ("name", "owner", "hint", "quota", "created_at", "revoked_at")
    list_filter = ("revoked_at",)
    search_fields = ("name", "hint", "owner__username", "owner__email")
    fields = ("owner", "name", "hint", "quota", "created_at", "revoked_at")
    readonly_fields = ("owner", "hint", "created_at")

    def has_add_permission(self, request: "HttpRequest") -> bool:
        """Nobody: the text of a key is seen by its owner alone."""
        return False
