"""The abstract photo of a feature.

The position stays private; the published derivatives carry no EXIF. There is no general
freedom of panorama in France: `rights_holder` is who holds the rights of the work shown.
"""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from geodata.features import UuidV7
from geodata.units import WGS84


class FeaturePhoto(models.Model):
    """A photo; a subclass adds the foreign key to its feature."""

    uuid = models.UUIDField(
        _("identifiant"),
        unique=True,
        db_default=UuidV7(),
        help_text=_("Donné par l’appareil : un renvoi n’ajoute pas de doublon."),
    )
    sha256 = models.CharField(max_length=64, editable=False)
    original = models.FileField(upload_to="photos/originals/", max_length=200, editable=False)
    width_px = models.PositiveIntegerField(editable=False)
    height_px = models.PositiveIntegerField(editable=False)
    widths = models.JSONField(default=list, editable=False, help_text=_("Largeurs des copies publiées, en pixels."))
    alt_fr = models.CharField(
        _("texte alternatif"), max_length=300, help_text=_("Ce que l’on voit, pour qui ne voit pas l’image.")
    )
    alt_en = models.CharField(_("texte alternatif en anglais"), max_length=300, blank=True, db_default="")
    alt_nl = models.CharField(_("texte alternatif en néerlandais"), max_length=300, blank=True, db_default="")
    author = models.CharField(_("photographe"), max_length=200)
    rights_holder = models.CharField(_("ayant droit de l’œuvre montrée"), max_length=200, blank=True, db_default="")
    licence = models.CharField(_("licence"), max_length=60, default="etalab-2.0", db_default="etalab-2.0")
    taken_at = models.DateTimeField(_("prise le"), null=True, blank=True)
    position = models.PointField(srid=WGS84, null=True, blank=True, editable=False)
    focal_x = models.FloatField(_("point d’intérêt, horizontal"), default=0.5, db_default=0.5)
    focal_y = models.FloatField(_("point d’intérêt, vertical"), default=0.5, db_default=0.5)
    rank = models.PositiveSmallIntegerField(_("ordre"), default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_default=Func(function="now"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["rank", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(alt_fr="") & ~Q(author=""),
                name="%(app_label)s_%(class)s_described",
                violation_error_message=_("Le texte alternatif et le nom du photographe sont nécessaires."),
            ),
            models.CheckConstraint(
                condition=Q(focal_x__range=(0, 1)) & Q(focal_y__range=(0, 1)),
                name="%(app_label)s_%(class)s_focal",
            ),
        ]

    def __str__(self) -> str:
        return self.alt_fr
