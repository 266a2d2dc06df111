"""Maps that partners embed in their own pages."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carte.layers import validate_layers, validate_origin
from geodata.features import empty_array
from geodata.units import WGS84

# Each ends up in a `frame-ancestors` header: nothing that could end the list or the header.
ORIGINS_ONLY = "array_to_string(%(expressions)s, ' ') ~ '^(https?://[a-z0-9.*:-]+( |$))*$'"


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
        validators=[validate_layers],
        help_text=_(
            "Liste de {collection, filter, colour} dans l’ordre du dessin : paramètres de l’API et couleur #rrggbb ;"
            " title_fr, title_en, title_nl pour un autre titre, ground pour un fond sans clic."
        ),
    )
    centre = models.PointField(
        _("centre"), srid=WGS84, null=True, blank=True, help_text=_("Vide : la carte s’ouvre sur toutes ses données.")
    )
    zoom = models.PositiveSmallIntegerField(_("zoom"), default=10, db_default=10, validators=[MaxValueValidator(18)])
    allowed_sites = ArrayField(
        models.CharField(max_length=200, validators=[validate_origin]),
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
            ),
            models.CheckConstraint(
                condition=Func(F("allowed_sites"), template=ORIGINS_ONLY, output_field=models.BooleanField()),
                name="carte_cartepartenaire_sites",
                violation_error_message=_("Un site autorisé s’écrit https://www.exemple.fr."),
            ),
            models.CheckConstraint(
                condition=Func(
                    F("layers"), template="jsonb_typeof(%(expressions)s) = 'array'", output_field=models.BooleanField()
                ),
                name="carte_cartepartenaire_layers",
                violation_error_message=_("Les couches sont une liste."),
            ),
        ]

    def __str__(self) -> str:
        return self.title_fr

    def get_absolute_url(self) -> str:
        """The page that other sites embed, in the active language."""
        return reverse("cartes:map", args=[self.slug])


class ControleFlux(models.Model):
    """What the last check of a feed found: `judged` of `features` against the schema, sizes in bytes, times in ms."""

    collection = models.CharField(max_length=40, unique=True)
    checked_at = models.DateTimeField()
    revision = models.BigIntegerField()
    features = models.BigIntegerField()
    judged = models.BigIntegerField()
    bytes = models.BigIntegerField()
    first_byte_ms = models.PositiveIntegerField()
    total_ms = models.PositiveIntegerField()
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = _("contrôle de flux")
        verbose_name_plural = _("contrôles de flux")

    def __str__(self) -> str:
        return f"{self.collection} {self.checked_at:%Y-%m-%d}"
