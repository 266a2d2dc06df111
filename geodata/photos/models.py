"""The abstract photo of a feature.

The position stays private; the published derivatives carry no EXIF. There is no general
freedom of panorama in France: `rights_holder` is who holds the rights of the work shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.features import Feature, UuidV7
from geodata.photos.files import MEDIA_TYPES, path_of, stem_of
from geodata.units import WGS84


@dataclass(frozen=True)
class Source:
    """The copies of a photo in one format: width in pixels and address, the narrowest first."""

    media_type: str
    copies: tuple[tuple[int, str], ...]

    @property
    def srcset(self) -> str:
        """All of them as HTML writes it."""
        return ", ".join(f"{url} {width}w" for width, url in self.copies)

    @property
    def url(self) -> str:
        """The address of the widest."""
        return self.copies[-1][1]


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

    @classmethod
    def collection_id(cls) -> str:
        """The collection whose features these photos show."""
        field = cls._meta.get_field("feature")
        model = field.related_model
        if not isinstance(model, type) or not issubclass(model, Feature):
            raise TypeError(f"{cls.__name__}.feature does not point at a Feature")
        return registry.of_model(model).id

    @property
    def sources(self) -> list[Source]:
        """The published copies, the smallest format first, JPEG last."""
        root, stem = str(settings.MEDIA_URL), stem_of(self.uuid, self.sha256)

        def address(width: int, ending: str) -> str:
            return root + path_of(self.collection_id(), self.uuid, f"{stem}-{width}.{ending}")

        return [
            Source(media_type, tuple((width, address(width, ending)) for width in self.widths))
            for ending, media_type in MEDIA_TYPES.items()
        ]

    @property
    def shown_width_px(self) -> int:
        """The width of the largest published copy."""
        return int(max(self.widths))

    @property
    def shown_height_px(self) -> int:
        """The height of the largest published copy, so that a page keeps its place."""
        return round(self.shown_width_px * self.height_px / self.width_px)
