"""Parks and what derives from their outline."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from geodata.features import Described, Feature, Named, YesNo, completeness_of, empty_array, in_metres, one_of
from geodata.photos.models import FeaturePhoto
from geodata.units import WGS84
from parcs.codes import ParcDogs, ParcKind, ParcNetworkStatus

AREA_HA = (
    "CASE WHEN geom_quality <> 'schematic'"
    " THEN round((ST_Area(ST_Transform(%(expressions)s, 2154)) / 10000)::numeric, 2)::float8 END"
)


class Parc(Named, Described, Feature):
    """A park or natural site of the network."""

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("nature"), max_length=20, choices=ParcKind)
    network_status = models.CharField(
        _("place dans le réseau"),
        max_length=12,
        choices=ParcNetworkStatus,
        default=ParcNetworkStatus.CONFIRMED,
        db_default=ParcNetworkStatus.CONFIRMED,
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("fait partie de"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    ensemble = models.CharField(_("grand ensemble"), max_length=120, blank=True, db_default="")
    summary_fr = models.CharField(
        _("résumé"), max_length=280, blank=True, db_default="", help_text=_("Deux phrases, 280 signes au plus.")
    )
    summary_en = models.CharField(_("résumé en anglais"), max_length=280, blank=True, db_default="")
    summary_nl = models.CharField(_("résumé en néerlandais"), max_length=280, blank=True, db_default="")
    manager = models.CharField(_("gestionnaire"), max_length=200, blank=True, db_default="")
    owner = models.CharField(_("propriétaire"), max_length=200, blank=True, db_default="")
    opening_hours = models.CharField(
        _("horaires"),
        max_length=300,
        blank=True,
        db_default="",
        help_text=_("Syntaxe OpenStreetMap, par exemple « Apr-Sep 07:00-21:00; Oct-Mar 08:00-18:00 »."),
    )
    free_access = models.BooleanField(_("accès libre"), null=True, blank=True)
    dogs = models.CharField(_("chiens"), max_length=8, choices=ParcDogs, null=True, blank=True)
    wheelchair = models.CharField(_("accessible en fauteuil"), max_length=8, choices=YesNo, null=True, blank=True)
    toilets = models.BooleanField(_("toilettes"), null=True, blank=True)
    water = models.BooleanField(_("eau potable"), null=True, blank=True)
    playground = models.BooleanField(_("aire de jeux"), null=True, blank=True)
    picnic = models.BooleanField(_("pique-nique"), null=True, blank=True)
    parking = models.BooleanField(_("parking"), null=True, blank=True)
    bike_parking = models.BooleanField(_("range-vélos"), null=True, blank=True)
    bus_stop = models.BooleanField(_("arrêt de bus"), null=True, blank=True)
    services = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("autres services"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    unesco = models.BooleanField(_("bien inscrit au patrimoine mondial"), null=True, blank=True)
    protection = models.CharField(_("protection"), max_length=200, blank=True, db_default="")
    website = models.URLField(_("site"), max_length=500, blank=True, db_default="")
    phone = models.CharField(_("téléphone"), max_length=30, blank=True, db_default="")
    wikidata = models.CharField("Wikidata", max_length=20, blank=True, db_default="")
    osm_id = models.CharField("OpenStreetMap", max_length=30, blank=True, db_default="")
    opened_on = models.DateField(_("ouvert au public le"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        verbose_name=_("remplacé par"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
    )
    stated_area_ha = models.FloatField(
        _("surface annoncée (ha)"), null=True, blank=True, help_text=_("Chiffre d’une source, non calculé.")
    )
    geom = models.MultiPolygonField(_("contour"), srid=WGS84)
    geom_l93 = in_metres(models.MultiPolygonField)
    area_ha = models.GeneratedField(
        verbose_name=_("surface (ha)"),
        expression=Func(F("geom"), template=AREA_HA),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    communes = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("communes"),
        default=list,
        editable=False,
        db_default=empty_array("varchar"),
        help_text=_("Codes INSEE, par part décroissante ; calculées."),
    )
    stated_communes = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("communes citées par la source"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    completeness = completeness_of(
        ("summary_fr", "description_fr", "opening_hours", "website"),
        ("free_access", "dogs", "wheelchair", "toilets", "parking", "unesco"),
    )

    class Meta(Feature.Meta):
        verbose_name = _("parc")
        verbose_name_plural = _("parcs")
        constraints = [
            *Feature.Meta.constraints,
            one_of("kind", ParcKind),
            one_of("network_status", ParcNetworkStatus),
            one_of("dogs", ParcDogs),
            one_of("wheelchair", YesNo),
            models.CheckConstraint(
                condition=~Q(parent=F("uuid")) & ~Q(replaced_by=F("uuid")),
                name="parcs_parc_not_itself",
                violation_error_message=_("Un parc ne fait pas partie de lui-même."),
            ),
            models.CheckConstraint(
                condition=Q(stated_area_ha__gt=0),
                name="parcs_parc_stated_area",
                violation_error_message=_("La surface doit être positive."),
            ),
        ]
        indexes = [
            GistIndex(fields=["geom_l93"], name="parcs_parc_l93"),
            models.Index(Collate("name_fr", "fr-x-icu"), F("id"), name="parcs_parc_by_name"),
            GinIndex(fields=["communes", "stated_communes"], name="parcs_parc_communes"),
        ]


class ParcCommune(models.Model):
    """The share of a park's outline in a commune; kept by trigger."""

    id = models.BigAutoField(primary_key=True)
    parc = models.ForeignKey(Parc, on_delete=models.CASCADE, db_constraint=False, related_name="commune_shares")
    commune = models.ForeignKey(
        "parcs.Commune",
        to_field="insee_code",
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="park_shares",
    )
    share = models.FloatField(help_text=_("De 0 à 1."))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["parc", "commune"], name="parcs_parccommune_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="parcs_parccommune_share"),
        ]

    def __str__(self) -> str:
        return f"{self.parc_id} · {self.commune_id}"


class PhotoParc(FeaturePhoto):
    """A photo of a park."""

    feature = models.ForeignKey(Parc, on_delete=models.CASCADE, related_name="photos")

    class Meta(FeaturePhoto.Meta):
        verbose_name = _("photo de parc")
        verbose_name_plural = _("photos de parcs")
