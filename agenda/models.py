"""What happens at parks, cabins and trails: events, label projects, key figures."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.codes import EvenementDatePrecision, EvenementKind, EvenementState
from geodata.features import Confidence, Described, Feature, Named, Titled, one_of
from geodata.units import WGS84

LAST_MINUTE = time(23, 59)


class Evenement(Titled, Described, Feature):
    """An event; dates are wall-clock time in Europe/Paris. Its point follows its place."""

    label_stem: ClassVar[str] = "title"

    kind = models.CharField(_("nature"), max_length=14, choices=EvenementKind)
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    date_precision = models.CharField(
        _("précision de la date"),
        max_length=6,
        choices=EvenementDatePrecision,
        default=EvenementDatePrecision.DAY,
        db_default=EvenementDatePrecision.DAY,
    )
    all_day = models.BooleanField(_("heure non connue"), default=True, db_default=True)
    yearly = models.BooleanField(_("revient chaque année"), default=False, db_default=False)
    rrule = models.CharField(
        _("répétition"), max_length=300, blank=True, db_default="", help_text=_("RRULE de la RFC 5545.")
    )
    last_ends_at = models.GeneratedField(
        verbose_name=_("fin de la dernière fois"),
        help_text=_("Celle de la seule fois, ou de la dernière ; vide quand la répétition n’a pas de fin."),
        expression=Func(F("rrule"), F("starts_at"), F("ends_at"), F("all_day"), function="agenda_last_end"),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    state = models.CharField(
        _("tenue"),
        max_length=10,
        choices=EvenementState,
        default=EvenementState.SCHEDULED,
        db_default=EvenementState.SCHEDULED,
    )
    place = models.CharField(_("lieu"), max_length=200, blank=True, db_default="")
    park = models.ForeignKey(
        "parcs.Parc",
        verbose_name=_("parc"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    cabin = models.ForeignKey(
        "cabanes.Cabane",
        verbose_name=_("cabane"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    trail = models.ForeignKey(
        "sentiers.Sentier",
        verbose_name=_("sentier"),
        to_field="uuid",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    commune = models.ForeignKey(
        "parcs.Commune",
        verbose_name=_("commune"),
        to_field="insee_code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    organiser = models.CharField(_("organisation"), max_length=200, blank=True, db_default="")
    price = models.CharField(_("tarif"), max_length=200, blank=True, db_default="")
    audience = models.CharField(_("public"), max_length=200, blank=True, db_default="")
    booking_url = models.URLField(_("réservation"), max_length=500, blank=True, db_default="")
    website = models.URLField(_("site"), max_length=500, blank=True, db_default="")
    geom = models.PointField(_("position"), srid=WGS84, null=True, blank=True)

    class Meta(Feature.Meta):
        verbose_name = _("événement")
        verbose_name_plural = _("événements")
        constraints = [
            *Feature.Meta.constraints,
            one_of("kind", EvenementKind),
            one_of("date_precision", EvenementDatePrecision),
            one_of("state", EvenementState),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="agenda_evenement_period",
                violation_error_message=_("La fin vient après le début."),
            ),
        ]

    @classmethod
    def unsaid(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """An event that does not say so is known to the day alone, unless it has an hour (decision 0238)."""
        starts, ends = values.get("starts_at"), values.get("ends_at")
        has_hours = (starts and _is_hour(starts, end=False)) or (ends and _is_hour(ends, end=True))
        return {"all_day": not has_hours}

    @property
    def first_start(self) -> datetime:
        """When its first time begins, on the wall clock of the instance: at midnight where no hour is known, as in `agenda_last_end`."""
        local = timezone.localtime(self.starts_at).replace(tzinfo=None, microsecond=0)
        return datetime.combine(local, time(0)) if self.all_day else local


def _is_hour(moment: datetime, *, end: bool) -> bool:
    """Whether an instant is more than a day: neither a midnight, here or in UTC, nor the last minute before it, nor of no year here."""
    try:
        clocks = {timezone.localtime(moment, zone).time() for zone in (None, UTC)}
    except OverflowError:
        return False
    return time(0) not in clocks and not (end and max(clocks) >= LAST_MINUTE)


class ProjetLabel(Named, Described, Feature):
    """A project that holds a label (Euralens and others)."""

    edition = models.CharField(_("promotion"), max_length=80, blank=True, db_default="")
    year = models.PositiveSmallIntegerField(_("année"), null=True, blank=True)
    label_status = models.CharField(_("label"), max_length=60, blank=True, db_default="")
    theme = models.CharField(_("thème"), max_length=120, blank=True, db_default="")
    holder = models.CharField(_("porteur"), max_length=200, blank=True, db_default="")
    commune = models.ForeignKey(
        "parcs.Commune",
        verbose_name=_("commune"),
        to_field="insee_code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    website = models.URLField(_("site"), max_length=500, blank=True, db_default="")
    geom = models.PointField(_("position"), srid=WGS84, null=True, blank=True)

    class Meta(Feature.Meta):
        verbose_name = _("projet labellisé")
        verbose_name_plural = _("projets labellisés")


class ChiffreCle(models.Model):
    """A sourced figure; computed ones (cabins, hectares, km) are never typed in."""

    slug = models.SlugField(max_length=80, unique=True)
    label_fr = models.CharField(_("intitulé"), max_length=200)
    label_en = models.CharField(_("intitulé en anglais"), max_length=200, blank=True, db_default="")
    label_nl = models.CharField(_("intitulé en néerlandais"), max_length=200, blank=True, db_default="")
    value = models.DecimalField(_("valeur"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unité"), max_length=40)
    date_text = models.CharField(
        _("date"), max_length=40, blank=True, db_default="", help_text=_("Comme la source la donne.")
    )
    source = models.CharField(_("source"), max_length=1000)
    fact_confidence = models.CharField(_("sûreté"), max_length=8, choices=Confidence, null=True, blank=True)
    note = models.TextField(_("remarque"), blank=True, db_default="")
    rank = models.PositiveSmallIntegerField(_("ordre"), default=0, db_default=0)
    updated_at = models.DateTimeField(auto_now=True, db_default=Func(function="now"))

    class Meta:
        verbose_name = _("chiffre clé")
        verbose_name_plural = _("chiffres clés")
        ordering: ClassVar[list[str]] = ["rank", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [one_of("fact_confidence", Confidence)]

    def __str__(self) -> str:
        return self.label_fr
