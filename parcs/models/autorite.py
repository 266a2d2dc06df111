"""Authorities and who may act for them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geodata.features import Feature, Named, one_of
from geodata.units import WGS84
from parcs.codes import AutoriteKind, Role

SIREN_LENGTH = 9


def check_siren(text: str) -> None:
    """Refuse what is not nine digits with a Luhn key. Raises ValidationError."""
    if len(text) != SIREN_LENGTH or not text.isdigit():
        raise ValidationError(_("Un SIREN a neuf chiffres."))
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(text))
    if sum(value - 9 if value > SIREN_LENGTH else value for value in doubled) % 10:
        raise ValidationError(_("Ce SIREN n’est pas valide : vérifiez les chiffres."))


class Autorite(Named, Feature):
    """A public body or partner that looks after features."""

    code = models.CharField(
        _("code"), max_length=20, unique=True, help_text=_("En capitales ; il est dans l’adresse de la page.")
    )
    kind = models.CharField(_("nature"), max_length=16, choices=AutoriteKind)
    siren = models.CharField(_("SIREN"), max_length=9, null=True, blank=True, unique=True, validators=[check_siren])
    email = models.EmailField(_("courriel"), blank=True, db_default="")
    phone = models.CharField(_("téléphone"), max_length=30, blank=True, db_default="")
    website = models.URLField(_("site"), max_length=500, blank=True, db_default="")
    parent = models.ForeignKey(
        "self",
        verbose_name=_("membre de"),
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="members",
    )
    geom = models.MultiPolygonField(_("territoire"), srid=WGS84, null=True, blank=True)

    class Meta(Feature.Meta):
        verbose_name = _("autorité")
        verbose_name_plural = _("autorités")
        constraints = [
            *Feature.Meta.constraints,
            one_of("kind", AutoriteKind),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9-]+$"),
                name="parcs_autorite_code_form",
                violation_error_message=_("Capitales, chiffres et tirets seulement."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("code")),
                name="parcs_autorite_not_its_parent",
                violation_error_message=_("Une autorité n’est pas membre d’elle-même."),
            ),
        ]


class Adhesion(models.Model):
    """What a person may do for an authority, optionally for some parks only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("personne"), on_delete=models.CASCADE, related_name="adhesions"
    )
    authority = models.ForeignKey(
        Autorite, verbose_name=_("autorité"), to_field="code", on_delete=models.CASCADE, related_name="adhesions"
    )
    role = models.CharField(_("rôle"), max_length=10, choices=Role)
    parks = models.ManyToManyField(
        "parcs.Parc",
        verbose_name=_("limité aux parcs"),
        blank=True,
        related_name="+",
        help_text=_("Vide : tous les parcs de l’autorité."),
    )

    class Meta:
        verbose_name = _("adhésion")
        verbose_name_plural = _("adhésions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "authority"], name="parcs_adhesion_once"),
            one_of("role", Role),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.authority} · {self.get_role_display()}"
