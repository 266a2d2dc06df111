"""Closures: the codes that fields may hold (product.md §2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FermetureCategory(TextChoices):
    """Codes of `fermeture.category`."""

    DANGER = "danger", _("danger")
    CLOSURE = "closure", _("fermeture")
    CAUTION = "caution", _("prudence")
    INFORMATION = "information", _("information")


class FermetureCause(TextChoices):
    """Codes of `fermeture.cause`."""

    TRAVAUX = "travaux", _("travaux")
    INCENDIE = "incendie", _("incendie")
    INONDATION = "inondation", _("inondation")
    CHUTE_ARBRES = "chute_arbres", _("chute d’arbres")
    CHASSE = "chasse", _("chasse")
    EVENEMENT = "evenement", _("événement")
    BIODIVERSITE = "biodiversite", _("protection de la nature")
    DEGRADATION = "degradation", _("dégradation")
    METEO = "meteo", _("météo")
    GESTION_DE_CRUE = "gestion_de_crue", _("gestion de crue")
    AUTRE = "autre", _("autre")
