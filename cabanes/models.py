"""Cabins: a small work of architecture or art, a reason to come. Nobody sleeps there."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from cabanes.codes import CabaneActivity, CabaneCondition, CabaneKind, CabaneState
from geodata.features import Described, Feature, Named, YesNo, all_of, completeness_of, empty_array, in_metres, one_of
from geodata.photos.models import FeaturePhoto
from geodata.units import WGS84


class Cabane(Named, Described, Feature):
    """A cabin at a point, usually in a park."""

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    name_pending = models.BooleanField(
        _("nom recherché"), default=False, db_default=False, help_text=_("Le nom affiché est provisoire.")
    )
    kind = models.CharField(
        _("nature"),
        max_length=16,
        choices=CabaneKind,
        default=CabaneKind.CABANE_DESIGN,
        db_default=CabaneKind.CABANE_DESIGN,
    )
    geom = models.PointField(_("position"), srid=WGS84)
    geom_l93 = in_metres(models.PointField)
    park = models.ForeignKey(
        "parcs.Parc",
        verbose_name=_("parc"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cabins",
        help_text=_("Proposé d’après la position."),
    )
    park_reason = models.CharField(
        _("raison de l’éloignement"),
        max_length=200,
        blank=True,
        db_default="",
        help_text=_("Nécessaire si la cabane est à plus de 500 m de son parc."),
    )
    park_distance_m = models.FloatField(_("distance au parc (m)"), null=True, editable=False)
    parks_containing = ArrayField(
        models.UUIDField(),
        verbose_name=_("parcs qui la contiennent"),
        default=list,
        editable=False,
        db_default=empty_array("uuid"),
    )
    commune = models.ForeignKey(
        "parcs.Commune",
        verbose_name=_("commune"),
        to_field="insee_code",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="cabins",
    )
    stated_commune = models.CharField(
        _("commune citée par la source"),
        max_length=5,
        blank=True,
        db_default="",
        help_text=_("Code INSEE ; elle l’emporte sur le calcul."),
    )
    commissioned_by = models.CharField(_("commanditaire"), max_length=200, blank=True, db_default="")
    edition = models.CharField(_("édition de l’Odyssée des cabanes"), max_length=60, blank=True, db_default="")
    year_built = models.PositiveSmallIntegerField(_("année de construction"), null=True, blank=True)
    opened_on = models.DateField(_("ouverte le"), null=True, blank=True)
    dismantled_on = models.DateField(_("démontée le"), null=True, blank=True)
    state = models.CharField(_("état d’ouverture"), max_length=20, choices=CabaneState, null=True, blank=True)
    state_as_of = models.CharField(
        _("état constaté en"),
        max_length=10,
        blank=True,
        db_default="",
        help_text=_("Année, mois ou jour : 2021, 2021-05 ou 2021-05-19."),
    )
    condition = models.CharField(_("état matériel"), max_length=8, choices=CabaneCondition, null=True, blank=True)
    inspected_on = models.DateField(_("inspectée le"), null=True, blank=True)
    materials = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("matériaux"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    reclaimed_materials = models.BooleanField(_("matériaux de réemploi"), null=True, blank=True)
    activities = ArrayField(
        models.CharField(max_length=20, choices=CabaneActivity),
        verbose_name=_("que peut-on y faire"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    sheltered = models.BooleanField(_("abrite de la pluie"), null=True, blank=True)
    capacity_people = models.PositiveSmallIntegerField(_("personnes à la fois"), null=True, blank=True)
    area_m2 = models.FloatField(_("surface (m²)"), null=True, blank=True)
    height_m = models.FloatField(_("hauteur (m)"), null=True, blank=True)
    overnight_allowed = models.BooleanField(_("nuit permise"), default=False, db_default=False)
    access_fr = models.TextField(_("accès"), blank=True, db_default="")
    access_en = models.TextField(_("accès en anglais"), blank=True, db_default="")
    access_nl = models.TextField(_("accès en néerlandais"), blank=True, db_default="")
    step_free = models.BooleanField(_("sans marche"), null=True, blank=True)
    wheelchair = models.CharField(_("accessible en fauteuil"), max_length=8, choices=YesNo, null=True, blank=True)
    lit = models.BooleanField(_("éclairée"), null=True, blank=True)
    story_fr = models.TextField(_("histoire"), blank=True, db_default="")
    story_en = models.TextField(_("histoire en anglais"), blank=True, db_default="")
    story_nl = models.TextField(_("histoire en néerlandais"), blank=True, db_default="")
    authors = models.JSONField(
        _("auteurs"),
        default=list,
        blank=True,
        db_default=Func(template="'[]'::jsonb", function="JSON"),
        help_text=_("Liste de {name, role, country}."),
    )
    no_photo_reason = models.CharField(
        _("pourquoi sans photo"),
        max_length=200,
        blank=True,
        db_default="",
        help_text=_("Nécessaire pour publier une cabane sans photo libre."),
    )
    completeness = completeness_of(
        ("description_fr", "access_fr"),
        ("year_built", "state", "condition", "inspected_on", "sheltered", "step_free", "wheelchair", "lit"),
    )

    class Meta(Feature.Meta):
        verbose_name = _("cabane")
        verbose_name_plural = _("cabanes")
        constraints = [
            *Feature.Meta.constraints,
            one_of("kind", CabaneKind),
            one_of("state", CabaneState),
            one_of("condition", CabaneCondition),
            one_of("wheelchair", YesNo),
            all_of("activities", CabaneActivity),
            models.CheckConstraint(
                condition=Q(overnight_allowed=False),
                name="cabanes_cabane_no_night",
                violation_error_message=_("On ne dort pas dans une cabane de la Chaîne des parcs."),
            ),
            models.CheckConstraint(
                condition=Q(year_built__range=(1700, 2100)),
                name="cabanes_cabane_year",
                violation_error_message=_("Année entre 1700 et 2100."),
            ),
            models.CheckConstraint(
                condition=Q(dismantled_on__gte=F("opened_on")),
                name="cabanes_cabane_dates",
                violation_error_message=_("Elle ne peut pas être démontée avant d’être ouverte."),
            ),
            models.CheckConstraint(
                condition=Q(state_as_of="") | Q(state_as_of__regex=r"^\d{4}(-\d{2}(-\d{2})?)?$"),
                name="cabanes_cabane_state_as_of",
                violation_error_message=_("Année, mois ou jour : 2021, 2021-05 ou 2021-05-19."),
            ),
            models.CheckConstraint(
                condition=(Q(height_m__isnull=True) | Q(height_m__gt=0)) & (Q(area_m2__isnull=True) | Q(area_m2__gt=0)),
                name="cabanes_cabane_sizes",
                violation_error_message=_("Hauteur et surface sont positives."),
            ),
        ]
        indexes = [
            GistIndex(fields=["geom_l93"], name="cabanes_cabane_l93"),
            # Lists by name, sorted as a French dictionary does; pages of what a park or trail holds.
            models.Index(Collate("name_fr", "fr-x-icu"), F("id"), name="cabanes_cabane_by_name"),
            GinIndex(fields=["parks_containing"], name="cabanes_cabane_parks"),
            # A commune is looked for among those that sources state, then among those computed.
            models.Index(fields=["stated_commune"], name="cabanes_cabane_stated"),
        ]


class PhotoCabane(FeaturePhoto):
    """A photo of a cabin."""

    feature = models.ForeignKey(Cabane, on_delete=models.CASCADE, related_name="photos")

    class Meta(FeaturePhoto.Meta):
        verbose_name = _("photo de cabane")
        verbose_name_plural = _("photos de cabanes")


class FermetureCabane(models.Model):
    """A cabin that a closure names; a link belongs to the higher app."""

    id = models.BigAutoField(primary_key=True)
    fermeture = models.ForeignKey("alertes.Fermeture", on_delete=models.CASCADE, related_name="cabin_links")
    cabane = models.ForeignKey(Cabane, on_delete=models.CASCADE, related_name="closure_links")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["fermeture", "cabane"], name="cabanes_fermeturecabane_once")
        ]

    def __str__(self) -> str:
        return f"{self.fermeture_id} · {self.cabane_id}"
