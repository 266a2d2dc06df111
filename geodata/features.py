"""The abstract `Feature`: what every published entity has in common (product.md §2).

A feature's published representation is a function of its own row: foreign keys that are
published point at the public identifier (`to_field` uuid, code or INSEE code), derived
relations are kept beside the geometry by triggers. So one row is one feature, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Collate, NullIf
from django.utils.translation import gettext_lazy as _

from geodata.units import LAMBERT93

# Names sort as in a French dictionary, whatever the collation of the cluster.
DICTIONARY = "fr-x-icu"


class Status(models.TextChoices):
    """Life of a record; `draft` and `in_review` exist only before the first publication."""

    DRAFT = "draft", _("brouillon")
    IN_REVIEW = "in_review", _("en relecture")
    PUBLISHED = "published", _("publié")
    ARCHIVED = "archived", _("archivé")


class GeomQuality(models.TextChoices):
    """How far a shape can be trusted; nothing in metres derives from a schematic one."""

    SURVEYED = "surveyed", _("relevée")
    APPROXIMATE = "approximate", _("approximative")
    SCHEMATIC = "schematic", _("schématique")


class PositionSource(models.TextChoices):
    """How the position was obtained."""

    GPS = "gps", _("GPS")
    MAP = "map", _("placée sur la carte")
    IMPORT = "import", _("fichier importé")
    SURVEY = "survey", _("relevé")
    SCHEMATIC = "schematic", _("dessin schématique")


class Confidence(models.TextChoices):
    """How sure the facts of a record are."""

    HIGH = "high", _("donné par une source")
    MEDIUM = "medium", _("en partie déduit")
    LOW = "low", _("mince, à vérifier")


class YesNo(models.TextChoices):
    """A fact with three values; null means that nobody has checked."""

    YES = "yes", _("oui")
    LIMITED = "limited", _("en partie")
    NO = "no", _("non")


def one_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """A constraint that `field` holds a code of `choices` (or null)."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_code",
        violation_error_message=_("Valeur inconnue."),
    )


def all_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """A constraint that every element of the array `field` is a code of `choices`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__contained_by": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_codes",
        violation_error_message=_("Valeur inconnue dans la liste."),
    )


def empty_array(element: str) -> Func:
    """The database default of an array column: empty, of this SQL element type."""
    return Func(template=f"'{{}}'::{element}[]", function="ARRAY")


def in_metres(geometry: type[models.GeometryField[Any, Any]]) -> models.GeneratedField:
    """The generated column that holds `geom` in EPSG:2154, for distances in metres."""
    return models.GeneratedField(
        expression=Func(F("geom"), Value(LAMBERT93), function="ST_Transform"),
        output_field=geometry(srid=LAMBERT93),
        db_persist=True,
    )


def completeness_of(texts: Iterable[str], others: Iterable[str] = ()) -> models.GeneratedField:
    """The generated column that gives the share of known facts, 0 to 100 percent.

    An empty text counts as unknown.
    """
    known = [NullIf(F(name), Value("")) for name in texts] + [F(name) for name in others]
    return models.GeneratedField(
        verbose_name=_("complétude (%)"),
        expression=Func(*known, function="num_nonnulls") * Value(100) / Value(len(known)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )


class Spot(NamedTuple):
    """The middle of a shape in degrees, and whether that is the whole of it."""

    lon: float
    lat: float
    is_point: bool


def is_shape(field: Any) -> bool:
    """Whether a field of a model holds a geometry, given or generated."""
    return isinstance(getattr(field, "output_field", field), models.GeometryField)


class UuidV7(Func):
    """The plpgsql function of the first migration, so that SQL inserts get a uuid too."""

    function = "uuid_v7"
    output_field = models.UUIDField()


def order_by_name(model: type[Feature]) -> tuple[Collate, str]:
    """The order of every list of names, to look at or to choose from."""
    return Collate(f"{model.label_stem}_fr", DICTIONARY), "id"


class FeatureQuerySet(models.QuerySet[Any]):
    """Sets of features, asked for in the words of the domain."""

    def alive(self) -> Self:
        """What is not in the bin."""
        return self.filter(deleted_at__isnull=True)

    def published(self) -> Self:
        """What everybody may see."""
        return self.alive().filter(status=Status.PUBLISHED)

    def visible_with(self, *, everything: bool, authorities: Iterable[str]) -> Self:
        """What is published, and what is alive of these authorities (or of all)."""
        if everything:
            return self.alive()
        codes = list(authorities)
        if not codes:
            return self.published()
        return self.alive().filter(Q(status=Status.PUBLISHED) | Q(authority__in=codes))

    def by_name(self) -> Self:
        """By name, as a person looks for one."""
        return self.order_by(*order_by_name(self.model))


class Feature(models.Model):
    """One thing of a collection, kept in one row; geometry is EPSG:4326."""

    label_stem: ClassVar[str] = "name"
    # Of the kind that each model says.
    geom: Any

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(_("identifiant public"), unique=True, db_default=UuidV7(), editable=False)
    slug = models.SlugField(
        _("adresse"),
        max_length=120,
        unique=True,
        help_text=_("Dernier segment de l’adresse de la page ; l’ancienne adresse reste valable."),
    )
    status = models.CharField(_("statut"), max_length=12, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    revision = models.BigIntegerField(_("révision"), default=0, db_default=0, editable=False)
    authority = models.ForeignKey(
        "parcs.Autorite",
        verbose_name=_("autorité responsable"),
        to_field="code",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("La collectivité qui tient cette fiche à jour."),
    )
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True, db_default=Func(function="now"))
    updated_at = models.DateTimeField(_("modifié le"), auto_now=True, db_default=Func(function="now"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(_("mis à la corbeille le"), null=True, blank=True, editable=False)
    source = models.CharField(
        _("source"), max_length=200, blank=True, db_default="", help_text=_("Qui a fourni ces informations.")
    )
    source_id = models.CharField(_("identifiant dans la source"), max_length=200, null=True, blank=True)
    source_url = models.URLField(_("adresse de la source"), max_length=1000, blank=True, db_default="")
    source_date = models.DateField(_("date de la source"), null=True, blank=True)
    source_note = models.TextField(_("remarque sur les sources"), blank=True, db_default="")
    fact_confidence = models.CharField(_("sûreté des faits"), max_length=8, choices=Confidence, null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=60, default="etalab-2.0", db_default="etalab-2.0")
    geom_quality = models.CharField(
        _("qualité de la géométrie"),
        max_length=12,
        choices=GeomQuality,
        default=GeomQuality.APPROXIMATE,
        db_default=GeomQuality.APPROXIMATE,
    )
    position_source = models.CharField(
        _("origine de la position"), max_length=12, choices=PositionSource, null=True, blank=True
    )
    position_accuracy_m = models.FloatField(_("précision de la position (m)"), null=True, blank=True)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("status", Status),
            one_of("geom_quality", GeomQuality),
            one_of("position_source", PositionSource),
            one_of("fact_confidence", Confidence),
            models.CheckConstraint(
                condition=Q(position_accuracy_m__gte=0),
                name="%(app_label)s_%(class)s_accuracy",
                violation_error_message=_("La précision ne peut pas être négative."),
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="%(app_label)s_%(class)s_slug_form",
                violation_error_message=_("Lettres minuscules sans accent, chiffres et tirets seulement."),
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"],
                name="%(app_label)s_%(class)s_source_once",
                violation_error_message=_("Cette fiche de la même source existe déjà."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name or title in French."""
        return str(getattr(self, f"{self.label_stem}_fr"))

    @classmethod
    def unsaid(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the values of a whole record, new or replaced, for fields that they do not name."""
        return {}

    @cached_property
    def spot(self) -> Spot | None:
        """The middle of its shape, where it has one."""
        shape = self.geom
        if shape is None:
            return None
        is_point = shape.geom_type == "Point"
        middle = shape if is_point else shape.centroid
        return Spot(middle.x, middle.y, is_point)

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.status == Status.PUBLISHED and self.deleted_at is None

    @property
    def is_schematic(self) -> bool:
        """Whether its shape is a drawing that nothing in metres may derive from."""
        return self.geom_quality == GeomQuality.SCHEMATIC


class Named(models.Model):
    """A name in three languages, French required."""

    name_fr = models.CharField(_("nom"), max_length=200)
    name_en = models.CharField(_("nom en anglais"), max_length=200, blank=True, db_default="")
    name_nl = models.CharField(_("nom en néerlandais"), max_length=200, blank=True, db_default="")

    class Meta:
        abstract = True


class Titled(models.Model):
    """A title in three languages, French required."""

    title_fr = models.CharField(_("titre"), max_length=200)
    title_en = models.CharField(_("titre en anglais"), max_length=200, blank=True, db_default="")
    title_nl = models.CharField(_("titre en néerlandais"), max_length=200, blank=True, db_default="")

    class Meta:
        abstract = True


class Described(models.Model):
    """A description in three languages, in safe Markdown."""

    description_fr = models.TextField(
        _("description"), blank=True, db_default="", help_text=_("Markdown simple : **gras**, listes, liens.")
    )
    description_en = models.TextField(_("description en anglais"), blank=True, db_default="")
    description_nl = models.TextField(_("description en néerlandais"), blank=True, db_default="")

    class Meta:
        abstract = True
