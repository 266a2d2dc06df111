"""Trails: the codes that fields may hold (product.md §2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SentierKind(TextChoices):
    """Codes of `sentier.kind`."""

    LOOP = "loop", _("boucle")
    OUT_AND_BACK = "out_and_back", _("aller-retour")
    ONE_WAY = "one_way", _("aller simple")
    MULTI_STAGE = "multi_stage", _("itinérance")
    STAGE = "stage", _("étape")


class SentierPractice(TextChoices):
    """Codes of `sentier.practice`."""

    PEDESTRE = "pedestre", _("à pied")
    TRAIL = "trail", _("course à pied")
    VTT = "VTT", _("VTT")
    CYCLO = "cyclo", _("vélo")
    GRAVEL = "gravel", _("gravel")
    EQUESTRE = "equestre", _("à cheval")
    POUSSETTE = "poussette", _("poussette")
    ROULETTES = "roulettes", _("rollers")
    FAUTEUIL = "fauteuil", _("fauteuil")


class SentierDifficulty(TextChoices):
    """Codes of `sentier.difficulty`."""

    TRES_FACILE = "tres_facile", _("très facile")
    FACILE = "facile", _("facile")
    MOYEN = "moyen", _("moyen")
    DIFFICILE = "difficile", _("difficile")


class SentierState(TextChoices):
    """Codes of `sentier.state`."""

    OPEN = "open", _("ouvert")
    PARTIAL = "partial", _("en partie ouvert")
    WAYMARKING = "waymarking", _("en cours de balisage")
    PLANNED = "planned", _("en projet")
