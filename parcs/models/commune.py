"""Communes, by their INSEE code."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.features import Feature, Named, in_metres
from geodata.units import WGS84


class Commune(Named, Feature):
    """A commune; its contour is generalised (IGN Admin Express), never surveyed."""

    insee_code = models.CharField(_("code INSEE"), max_length=5, unique=True)
    epci = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("agglomération"),
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="communes",
    )
    population = models.PositiveIntegerField(_("population municipale"), null=True, blank=True)
    postcodes = models.CharField(_("codes postaux"), max_length=100, blank=True, db_default="")
    centre = models.PointField(_("centre"), srid=WGS84, null=True, blank=True)
    geom = models.MultiPolygonField(_("contour"), srid=WGS84, null=True, blank=True)
    geom_l93 = in_metres(models.MultiPolygonField)

    class Meta(Feature.Meta):
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        constraints = [
            *Feature.Meta.constraints,
            models.CheckConstraint(
                condition=Q(insee_code__regex=r"^[0-9][0-9AB][0-9]{3}$"),
                name="parcs_commune_insee_form",
                violation_error_message=_("Un code INSEE a cinq caractères."),
            ),
        ]
        indexes = [GistIndex(fields=["geom_l93"], name="parcs_commune_l93")]
