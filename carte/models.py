"""Maps that partners embed in their own pages."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.features import empty_array
from geodata.units import WGS84


class CartePartenaire(models.Model):
    """One embeddable map: which layers, where, in which colours, on which sites."""

    slug = models.SlugField(_("adresse"), max_length=80, unique=True)
    title_fr = models.CharField(_("titre"), max_length=200)
    title_en = models.CharField(_("titre en anglais"), max_length=200, blank=True, db_default="")
    title_nl = models.CharField(_("titre en néerlandais"), max_length=200, blank=True, db_default="")
    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    layers = models.JSONField(
        _("couches"),
        default=list,
        help_text=_("Liste de {collection, filter, colour} : paramètres de l’API et couleur #rrggbb."),
    )
    centre = models.PointField(_("centre"), srid=WGS84, null=True, blank=True)
    zoom = models.PositiveSmallIntegerField(_("zoom"), default=10, db_default=10)
    allowed_sites = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("sites autorisés"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
        help_text=_("Origines qui peuvent afficher la carte dans un cadre ; vide : toutes."),
    )
    published = models.BooleanField(_("en ligne"), default=True, db_default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("carte partenaire")
        verbose_name_plural = _("cartes partenaires")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(zoom__lte=18),
                name="carte_cartepartenaire_zoom",
                violation_error_message=_("Zoom entre 0 et 18."),
            )
        ]

    def __str__(self) -> str:
        return self.title_fr
