"""Trails: each owns its line; what lies along it is derived, moving one moves no other."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Func, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from geodata.features import (
    Described,
    Feature,
    GeomQuality,
    Named,
    Status,
    YesNo,
    all_of,
    completeness_of,
    empty_array,
    in_metres,
    one_of,
)
from geodata.photos.models import FeaturePhoto
from geodata.units import WGS84
from sentiers.codes import SentierDifficulty, SentierKind, SentierPractice, SentierState

LENGTH_M = (
    "CASE WHEN geom_quality <> 'schematic'"
    " THEN round(ST_Length(ST_Transform(%(expressions)s, 2154))::numeric, 1)::float8 END"
)


class Sentier(Named, Described, Feature):
    """A trail; the line runs in walking direction, elevations (metres) lie beside it."""

    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        related_name="+",
    )
    ref = models.CharField(_("numéro"), max_length=40, blank=True, db_default="")
    category = models.CharField(
        _("famille"),
        max_length=60,
        blank=True,
        db_default="",
        help_text=_("Mot de la source : voie verte, GR de Pays, cavalier…"),
    )
    kind = models.CharField(_("forme"), max_length=14, choices=SentierKind, null=True, blank=True)
    practices = ArrayField(
        models.CharField(max_length=10, choices=SentierPractice),
        verbose_name=_("pratiques"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    state = models.CharField(_("état"), max_length=12, choices=SentierState, null=True, blank=True)
    difficulty = models.CharField(_("difficulté"), max_length=12, choices=SentierDifficulty, null=True, blank=True)
    geom = models.LineStringField(_("tracé"), srid=WGS84)
    geom_l93 = in_metres(models.LineStringField)
    elevations_m = ArrayField(
        models.FloatField(),
        verbose_name=_("altitudes (m)"),
        null=True,
        blank=True,
        help_text=_("Une par point du tracé."),
    )
    length_m = models.GeneratedField(
        verbose_name=_("longueur (m)"),
        expression=Func(F("geom"), template=LENGTH_M),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    ascent_m = models.FloatField(_("montée (m)"), null=True, editable=False)
    descent_m = models.FloatField(_("descente (m)"), null=True, editable=False)
    ele_min_m = models.FloatField(_("altitude la plus basse (m)"), null=True, editable=False)
    ele_max_m = models.FloatField(_("altitude la plus haute (m)"), null=True, editable=False)
    max_slope_pct = models.FloatField(_("pente la plus forte (%)"), null=True, editable=False)
    duration_h = models.FloatField(_("durée calculée (h)"), null=True, editable=False)
    stated_length_m = models.FloatField(
        _("longueur annoncée (m)"), null=True, blank=True, help_text=_("Chiffre d’une source, non calculé.")
    )
    stated_duration_h = models.FloatField(_("durée annoncée (h)"), null=True, blank=True)
    duration_reason = models.CharField(_("raison de la durée annoncée"), max_length=200, blank=True, db_default="")
    surface_mix = models.JSONField(
        _("revêtements"), null=True, blank=True, help_text=_("Part de chaque revêtement, de 0 à 1.")
    )
    steps_count = models.PositiveIntegerField(_("marches"), null=True, blank=True)
    min_width_m = models.FloatField(_("largeur la plus faible (m)"), null=True, blank=True)
    wheelchair = models.CharField(_("praticable en fauteuil"), max_length=8, choices=YesNo, null=True, blank=True)
    pushchair = models.CharField(_("praticable en poussette"), max_length=8, choices=YesNo, null=True, blank=True)
    waymarks = models.CharField(_("balisage"), max_length=200, blank=True, db_default="")
    departure = models.CharField(_("départ"), max_length=200, blank=True, db_default="")
    arrival = models.CharField(_("arrivée"), max_length=200, blank=True, db_default="")
    instructions_fr = models.TextField(
        _("pas à pas"), blank=True, db_default="", help_text=_("Nécessaire pour publier un tracé relevé.")
    )
    instructions_en = models.TextField(_("pas à pas en anglais"), blank=True, db_default="")
    instructions_nl = models.TextField(_("pas à pas en néerlandais"), blank=True, db_default="")
    advice_fr = models.TextField(_("conseils"), blank=True, db_default="")
    advice_en = models.TextField(_("conseils en anglais"), blank=True, db_default="")
    advice_nl = models.TextField(_("conseils en néerlandais"), blank=True, db_default="")
    public_transport = models.TextField(_("transports en commun"), blank=True, db_default="")
    parking = models.TextField(_("stationnement"), blank=True, db_default="")
    themes = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("thèmes"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("étape de"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stages",
    )
    stage_rank = models.PositiveSmallIntegerField(_("rang de l’étape"), null=True, blank=True)
    pdipr = models.BooleanField(_("inscrit au PDIPR"), null=True, blank=True)
    osm_relation = models.BigIntegerField(_("relation OpenStreetMap"), null=True, blank=True)
    website = models.URLField(_("site"), max_length=500, blank=True, db_default="")
    communes = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("communes"),
        default=list,
        editable=False,
        db_default=empty_array("varchar"),
        help_text=_("Codes INSEE dans l’ordre du tracé ; calculées."),
    )
    stated_communes = ArrayField(
        models.CharField(max_length=5),
        verbose_name=_("communes citées par la source"),
        default=list,
        blank=True,
        db_default=empty_array("varchar"),
    )
    parks = ArrayField(
        models.UUIDField(),
        verbose_name=_("parcs traversés"),
        default=list,
        editable=False,
        db_default=empty_array("uuid"),
    )
    stated_parks = ArrayField(
        models.UUIDField(),
        verbose_name=_("parcs cités par la source"),
        default=list,
        blank=True,
        db_default=empty_array("uuid"),
    )
    cabins = ArrayField(
        models.UUIDField(),
        verbose_name=_("cabanes le long du tracé"),
        default=list,
        editable=False,
        db_default=empty_array("uuid"),
    )
    completeness = completeness_of(
        ("description_fr", "departure", "arrival", "instructions_fr", "public_transport", "parking", "waymarks"),
        ("kind", "difficulty", "surface_mix", "steps_count", "min_width_m", "wheelchair", "pushchair"),
    )

    class Meta(Feature.Meta):
        verbose_name = _("sentier")
        verbose_name_plural = _("sentiers")
        constraints = [
            *Feature.Meta.constraints,
            one_of("kind", SentierKind),
            one_of("state", SentierState),
            one_of("difficulty", SentierDifficulty),
            one_of("wheelchair", YesNo),
            one_of("pushchair", YesNo),
            all_of("practices", SentierPractice),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED) | Q(geom_quality=GeomQuality.SCHEMATIC) | ~Q(instructions_fr=""),
                name="sentiers_sentier_instructions",
                violation_error_message=_("Un tracé relevé a besoin d’un pas à pas pour être publié."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("uuid")),
                name="sentiers_sentier_not_its_stage",
                violation_error_message=_("Un sentier n’est pas une étape de lui-même."),
            ),
        ]
        indexes = [
            GistIndex(fields=["geom_l93"], name="sentiers_sentier_l93"),
            models.Index(Collate("name_fr", "fr-x-icu"), F("id"), name="sentiers_sentier_by_name"),
            GinIndex(
                fields=["parks", "stated_parks", "cabins", "communes", "stated_communes"], name="sentiers_sentier_along"
            ),
        ]


class SentierCabane(models.Model):
    """A cabin along a trail; `at_m` along the line is null where the line is schematic. Kept by trigger."""

    id = models.BigAutoField(primary_key=True)
    # The unique constraint's index serves it.
    sentier = models.ForeignKey(
        Sentier, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="cabin_positions"
    )
    cabane = models.ForeignKey("cabanes.Cabane", on_delete=models.CASCADE, db_constraint=False, related_name="+")
    at_m = models.FloatField(null=True)
    distance_m = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sentier", "cabane"], name="sentiers_sentiercabane_once")
        ]

    def __str__(self) -> str:
        return f"{self.sentier_id} · {self.cabane_id}"


class SentierParc(models.Model):
    """A park that a trail crosses, from–to in metres where the line is surveyed. Kept by trigger."""

    id = models.BigAutoField(primary_key=True)
    # The unique constraint's index serves it.
    sentier = models.ForeignKey(
        Sentier, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="park_positions"
    )
    parc = models.ForeignKey("parcs.Parc", on_delete=models.CASCADE, db_constraint=False, related_name="+")
    from_m = models.FloatField(null=True)
    to_m = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sentier", "parc"], name="sentiers_sentierparc_once")
        ]

    def __str__(self) -> str:
        return f"{self.sentier_id} · {self.parc_id}"


class FermetureSentier(models.Model):
    """A trail that a closure touches. Derived from its shape; `chosen` when somebody named the trail.

    `is_whole` when all of the trail is closed; else a part, from `from_m` to `to_m` where the line is surveyed.
    """

    id = models.BigAutoField(primary_key=True)
    fermeture = models.ForeignKey("alertes.Fermeture", on_delete=models.CASCADE, related_name="trail_links")
    sentier = models.ForeignKey(Sentier, on_delete=models.CASCADE, related_name="closure_links")
    chosen = models.BooleanField(default=False, db_default=False)
    is_whole = models.BooleanField(default=True, db_default=True)
    from_m = models.FloatField(null=True)
    to_m = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["fermeture", "sentier"], name="sentiers_fermeturesentier_once")
        ]

    def __str__(self) -> str:
        return f"{self.fermeture_id} · {self.sentier_id}"


class PhotoSentier(FeaturePhoto):
    """A photo of a trail."""

    feature = models.ForeignKey(Sentier, on_delete=models.CASCADE, related_name="photos")

    class Meta(FeaturePhoto.Meta):
        verbose_name = _("photo de sentier")
        verbose_name_plural = _("photos de sentiers")
