"""Cabins: the codes that fields may hold (product.md §2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CabaneKind(TextChoices):
    """Codes of `cabane.kind`."""

    CABANE_DESIGN = "cabane_design", _("cabane d’artiste")
    ABRI = "abri", _("abri")
    KIOSQUE = "kiosque", _("kiosque")
    BELVEDERE = "belvedere", _("belvédère")
    OBSERVATOIRE = "observatoire", _("observatoire")
    AIRE_COUVERTE = "aire_couverte", _("aire couverte")
    REFUGE = "refuge", _("refuge")
    AUTRE = "autre", _("autre")


class CabaneState(TextChoices):
    """Codes of `cabane.state`."""

    PLANNED = "planned", _("en projet")
    UNDER_CONSTRUCTION = "under_construction", _("en construction")
    OPEN = "open", _("ouverte")
    RESTRICTED = "restricted", _("accès limité")
    CLOSED = "closed", _("fermée")
    DISMANTLED = "dismantled", _("démontée")


class CabaneCondition(TextChoices):
    """Codes of `cabane.condition`."""

    GOOD = "good", _("bon état")
    FAIR = "fair", _("état moyen")
    POOR = "poor", _("mauvais état")


class CabaneActivity(TextChoices):
    """Codes of `cabane.activity`."""

    REST = "rest", _("se reposer")
    PLAY = "play", _("jouer")
    VIEW = "view", _("regarder le paysage")
    OBSERVE_NATURE = "observe_nature", _("observer la nature")
    PICNIC = "picnic", _("pique-niquer")
    READ = "read", _("lire")
    MEET = "meet", _("se retrouver")
    CONTEMPLATE = "contemplate", _("contempler l’œuvre")
