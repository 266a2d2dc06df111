"""Where one gets in, and what one finds in a park: points with a kind."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geodata.features import Feature, Named, YesNo, one_of
from geodata.units import WGS84
from parcs.codes import EquipementKind, PointAccesKind


class PointAcces(Named, Feature):
    """An entrance, a car park, a stop or a station from which a park is reached."""

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("nature"), max_length=12, choices=PointAccesKind)
    park = models.ForeignKey(
        "parcs.Parc",
        verbose_name=_("parc"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="access_points",
    )
    wheelchair = models.CharField(_("accessible en fauteuil"), max_length=8, choices=YesNo, null=True, blank=True)
    step_free = models.BooleanField(_("sans marche"), null=True, blank=True)
    fee = models.BooleanField(_("payant"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    geom = models.PointField(_("position"), srid=WGS84)

    class Meta(Feature.Meta):
        verbose_name = _("point d’accès")
        verbose_name_plural = _("points d’accès")
        constraints = [*Feature.Meta.constraints, one_of("kind", PointAccesKind), one_of("wheelchair", YesNo)]


class Equipement(Named, Feature):
    """A thing of use in a park, by its OpenStreetMap `amenity` value."""

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("nature"), max_length=16, choices=EquipementKind)
    park = models.ForeignKey(
        "parcs.Parc",
        verbose_name=_("parc"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="amenities",
    )
    working = models.BooleanField(_("en service"), null=True, blank=True)
    wheelchair = models.CharField(_("accessible en fauteuil"), max_length=8, choices=YesNo, null=True, blank=True)
    fee = models.BooleanField(_("payant"), null=True, blank=True)
    inspected_on = models.DateField(_("vérifié le"), null=True, blank=True)
    geom = models.PointField(_("position"), srid=WGS84)

    class Meta(Feature.Meta):
        verbose_name = _("équipement")
        verbose_name_plural = _("équipements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Feature.Meta.constraints,
            one_of("kind", EquipementKind),
            one_of("wheelchair", YesNo),
        ]
