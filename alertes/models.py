"""Closures and alerts (categories of the US National Park Service)."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alertes.codes import FermetureCategory, FermetureCause
from geodata.features import Described, Feature, Titled, one_of
from geodata.units import WGS84


class Fermeture(Titled, Described, Feature):
    """A closure or alert: where (a shape, objects, or both), from when to when, and why."""

    label_stem: ClassVar[str] = "title"

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    category = models.CharField(
        _("catégorie"),
        max_length=12,
        choices=FermetureCategory,
        default=FermetureCategory.CLOSURE,
        db_default=FermetureCategory.CLOSURE,
    )
    cause = models.CharField(_("cause"), max_length=16, choices=FermetureCause)
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(
        _("fin"), null=True, blank=True, help_text=_("Vide : fin inconnue ; indiquez alors quand revoir.")
    )
    review_by = models.DateField(
        _("à revoir avant le"),
        null=True,
        blank=True,
        help_text=_("Au plus 90 jours après le début quand la fin est inconnue."),
    )
    checked_at = models.DateTimeField(_("vérifiée le"), null=True, blank=True)
    rrule = models.CharField(
        _("répétition"), max_length=300, blank=True, db_default="", help_text=_("RRULE de la RFC 5545.")
    )
    detour_fr = models.TextField(_("déviation"), blank=True, db_default="")
    detour_en = models.TextField(_("déviation en anglais"), blank=True, db_default="")
    detour_nl = models.TextField(_("déviation en néerlandais"), blank=True, db_default="")
    geom = models.GeometryField(_("zone fermée"), srid=WGS84, null=True, blank=True)
    parks = models.ManyToManyField(
        "parcs.Parc",
        verbose_name=_("parcs concernés"),
        through="alertes.FermetureParc",
        related_name="closures",
        blank=True,
    )

    class Meta(Feature.Meta):
        verbose_name = _("fermeture")
        verbose_name_plural = _("fermetures")
        constraints = [
            *Feature.Meta.constraints,
            one_of("category", FermetureCategory),
            one_of("cause", FermetureCause),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="alertes_fermeture_period",
                violation_error_message=_("La fin vient après le début."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=False) | Q(review_by__isnull=False),
                name="alertes_fermeture_review",
                violation_error_message=_("Sans date de fin, indiquez quand revoir cette fermeture."),
            ),
        ]


class FermetureParc(models.Model):
    """A park that a closure names."""

    id = models.BigAutoField(primary_key=True)
    fermeture = models.ForeignKey(Fermeture, on_delete=models.CASCADE, related_name="park_links")
    parc = models.ForeignKey("parcs.Parc", on_delete=models.CASCADE, related_name="closure_links")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["fermeture", "parc"], name="alertes_fermetureparc_once")
        ]

    def __str__(self) -> str:
        return f"{self.fermeture_id} · {self.parc_id}"
