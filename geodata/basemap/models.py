"""Ground of the map: no collection, no history; replaced as a whole by `load_basemap`."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from geodata.units import WGS84


class GroundKind(models.TextChoices):
    """What a piece of ground is; also the name of its layer in tiles."""

    BUILT = "built", _("bâti")
    WATER = "water", _("eau")
    WOOD = "wood", _("bois")
    ROAD = "road", _("route")
    RAIL = "rail", _("voie ferrée")
    PLACE = "place", _("lieu")


class Ground(models.Model):
    """One piece of ground; a low `rank` is drawn from afar."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=GroundKind)
    rank = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=200, blank=True)
    geom = models.GeometryField(srid=WGS84)

    class Meta:
        verbose_name = _("fond de carte")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["kind", "rank"], name="geodata_ground_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class GroundSource(models.Model):
    """The file that the ground was loaded from, and whom to credit for it."""

    file = models.CharField(max_length=200)
    attribution = models.CharField(max_length=200)
    features = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now_add=True, db_default=Func(function="now"))

    class Meta:
        verbose_name = _("source du fond de carte")

    def __str__(self) -> str:
        return self.file
