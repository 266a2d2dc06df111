"""Subscriptions in Django's administration: who is sent what, and how to stop it."""

from typing import TYPE_CHECKING

from django.contrib import admin

from geodata.models import Subscription
from geodata.webhooks import subscribing

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest

    SubscriptionModelAdmin = admin.ModelAdmin[Subscription]
else:
    SubscriptionModelAdmin = admin.ModelAdmin


@admin.register(Subscription)
class SubscriptionAdmin(SubscriptionModelAdmin):
    """Only the state is changed here; what secrets derive from is not shown."""

    list_display = ("name", "owner", "url", "state", "failures", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "url", "owner__username", "owner__email")
    fixed = ("name", "owner", "url", "collections", "box", "authority", "events", "with_features")
    standing = ("since_revision", "since_at", "failures", "next_at", "created_at", "rotated_at")
    fields = (*fixed, "state", *standing)
    readonly_fields = (*fixed, *standing)

    def has_add_permission(self, request: "HttpRequest") -> bool:
        """Nobody: a secret is seen by its owner alone."""
        return False

    def save_model(
        self, request: "HttpRequest", obj: Subscription, form: "forms.ModelForm[Subscription]", change: bool
    ) -> None:
        """Put in service again as its owner does, or stop it."""
        if "state" not in form.changed_data:
            return
        if obj.state == Subscription.State.ACTIVE:
            subscribing.resume(obj)
        else:
            obj.save(update_fields=["state"])
