"""Events: the codes that fields may hold (product.md §2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EvenementKind(TextChoices):
    """Codes of `evenement.kind`."""

    FESTIVAL = "festival", _("festival")
    FETE = "fete", _("fête")
    MUSIQUE = "musique", _("musique")
    NATURE = "nature", pgettext_lazy("événement", "nature")
    SPORT = "sport", _("sport")
    VISITE = "visite", _("visite")
    INAUGURATION = "inauguration", _("inauguration")
    INSTITUTION = "institution", _("réunion institutionnelle")
    AUTRE = "autre", _("autre")


class EvenementDatePrecision(TextChoices):
    """Codes of `evenement.date_precision`."""

    DAY = "day", _("au jour près")
    MONTH = "month", _("au mois près")


class EvenementState(TextChoices):
    """Codes of `evenement.state`."""

    SCHEDULED = "scheduled", _("prévu")
    CANCELLED = "cancelled", _("annulé")
    POSTPONED = "postponed", _("reporté")
