"""People who sign in, and the keys of their programs. What people may do follows from their memberships (`parcs.Adhesion`)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person, or the account of a machine; declared before the first migration."""

    email = models.EmailField(_("adresse électronique"), blank=True)
    email_changed_at = models.DateTimeField(_("adresse changée le"), null=True, editable=False)
    address_turns_at = models.DateTimeField(_("demandes d’adresse toutes rendues le"), null=True, editable=False)
    language = models.CharField(
        _("langue"), max_length=2, default="fr", choices=[("fr", "Français"), ("en", "English"), ("nl", "Nederlands")]
    )

    is_demo = models.BooleanField(_("compte de démonstration"), default=False, editable=False)

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")


class ApiKey(models.Model):
    """A key that a person's programs show in `X-API-Key` to have a larger quota; it gives no right.

    Only its hash is kept; `hint` is its beginning, to tell keys apart.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("titulaire"), on_delete=models.CASCADE)
    name = models.CharField(_("nom"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("début"), max_length=12, editable=False)
    quota = models.PositiveIntegerField(
        _("quota propre"),
        null=True,
        blank=True,
        help_text=_("Nombre de requêtes par fenêtre ; vide : celui de toutes les clés."),
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("révoquée le"), null=True, blank=True)

    class Meta:
        verbose_name = _("clé d’API")
        verbose_name_plural = _("clés d’API")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(quota__isnull=True) | models.Q(quota__gte=1),
                name="comptes_apikey_quota",
                violation_error_message=_("Au moins une requête."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class ApiUsage(models.Model):
    """What a key asked on a day at one kind of address; `bytes` are those sent, compressed."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    kind = models.CharField(max_length=16)
    requests = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "day", "kind"], name="comptes_apiusage_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
