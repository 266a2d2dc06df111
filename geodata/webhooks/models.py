"""Subscriptions and what was sent to them."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from geodata.features import UuidV7
from geodata.params.changes import Anchor

SALT = 16


def new_salt() -> str:
    """What a secret is derived from, beside the key of the instance."""
    return secrets.token_hex(SALT)


class Subscription(models.Model):
    """An address that is told of changes; `since_revision` and `since_at` are its place in the feed.

    `box` is west, south, east, north in degrees. Empty `collections` means all of them. The secret is not
    kept: it derives from `salt` (decision 0144), the one before it from `former_salt` until `rotated_at` + 1 day.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("en service")
        PAUSED = "paused", _("en pause")
        STOPPED = "stopped", _("arrêté après des échecs")

    uuid = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("titulaire"), on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(_("nom"), max_length=100)
    url = models.CharField(_("adresse qui reçoit"), max_length=1000)
    collections: Any = ArrayField(models.TextField(), verbose_name=_("collections"), default=list)
    box: Any = ArrayField(models.FloatField(), verbose_name=_("cadre"), size=4, null=True)
    authority = models.TextField(_("autorité"), blank=True, default="")
    events: Any = ArrayField(models.TextField(), verbose_name=_("événements"), default=list)
    with_features = models.BooleanField(_("avec la fiche entière"), default=True)
    salt = models.CharField(max_length=64, default=new_salt)
    former_salt = models.CharField(max_length=64, blank=True, default="")
    rotated_at = models.DateTimeField(_("secret changé le"), null=True)
    state = models.CharField(_("état"), max_length=7, choices=State, default=State.ACTIVE)
    since_revision = models.BigIntegerField(_("reçu jusqu’à la révision"))
    since_at = models.DateTimeField(_("reçu jusqu’à l’instant"), null=True)
    failures = models.IntegerField(_("échecs de suite"), default=0)
    next_at = models.DateTimeField(_("prochain essai"), null=True)
    created_at = models.DateTimeField(_("créé"), auto_now_add=True)

    class Meta:
        verbose_name = _("envoi automatique")
        verbose_name_plural = _("envois automatiques")
        ordering: ClassVar[list[str]] = ["created_at", "uuid"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["owner"], name="geodata_subscription_owner")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_service(cls) -> models.QuerySet[Subscription]:
        """Those that are sent to: active ones of accounts that may sign in."""
        return cls.objects.filter(state=cls.State.ACTIVE, owner__is_active=True)

    @property
    def since(self) -> Anchor:
        """Its place in the feed."""
        return Anchor(self.since_revision, self.since_at)


class Delivery(models.Model):
    """One message; `uuid` is its `webhook-id`, the same at every attempt.

    The body is not kept: it is made again from the feed after `since`, up to `last`. When the subscription was
    widened meanwhile and the body no longer holds all of it, `last` comes nearer; the rest is the next message.
    """

    class Kind(models.TextChoices):
        CHANGES = "changes", _("changements")
        TEST = "test", _("essai")
        RESYNC = "resync", _("reprise")

    class State(models.TextChoices):
        PENDING = "pending", _("en attente")
        DELIVERED = "delivered", _("reçu")
        DEAD = "dead", _("abandonné")

    uuid = models.UUIDField(primary_key=True, db_default=UuidV7(), editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=7, choices=Kind)
    since_revision = models.BigIntegerField(default=0)
    since_at = models.DateTimeField(null=True)
    last_revision = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    entries = models.IntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    attempts = models.IntegerField(default=0)
    status = models.IntegerField(null=True)
    error = models.TextField(blank=True, default="")
    excerpt = models.TextField(blank=True, default="")
    duration_ms = models.IntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-uuid"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subscription", "-created_at"], name="geodata_delivery_log"),
            models.Index(fields=["created_at"], name="geodata_delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
