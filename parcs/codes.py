"""Parks, authorities and memberships: the codes that fields may hold (product.md §2)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AutoriteKind(TextChoices):
    """Codes of `autorite.kind`."""

    SYNDICAT_MIXTE = "syndicat_mixte", _("syndicat mixte")
    EPCI = "epci", _("agglomération")
    COMMUNE = "commune", _("commune")
    DEPARTEMENT = "departement", _("département")
    REGION = "region", _("région")
    ETAT = "etat", _("État")
    ASSOCIATION = "association", _("association")
    ENTREPRISE = "entreprise", _("entreprise")


class Role(TextChoices):
    """Codes of `adhesion.role`."""

    READER = "reader", _("lecture")
    REPORTER = "reporter", _("signalement")
    EDITOR = "editor", _("rédaction")
    PUBLISHER = "publisher", _("publication")
    ADMIN = "admin", _("administration")


class ParcKind(TextChoices):
    """Codes of `parc.kind`."""

    PARC_URBAIN = "parc_urbain", _("parc urbain")
    PARC_DEPARTEMENTAL = "parc_departemental", _("parc départemental")
    ESPACE_NATUREL = "espace_naturel", _("espace naturel")
    BASE_DE_LOISIRS = "base_de_loisirs", _("base de loisirs")
    TERRIL = "terril", _("terril")
    RESERVE_NATURELLE = "reserve_naturelle", _("réserve naturelle")
    SITE_MEMOIRE = "site_memoire", _("site de mémoire")
    CANAL_BERGES = "canal_berges", _("canal et berges")
    FORET = "foret", _("forêt")
    AUTRE = "autre", _("autre")


class ParcNetworkStatus(TextChoices):
    """Codes of `parc.network_status`."""

    CONFIRMED = "confirmed", _("site de la Chaîne des parcs")
    CANDIDATE = "candidate", _("candidat à la Chaîne des parcs")
    UNCONFIRMED = "unconfirmed", _("appartenance non confirmée")


class ParcDogs(TextChoices):
    """Codes of `parc.dogs`."""

    YES = "yes", _("admis")
    LEASHED = "leashed", _("tenus en laisse")
    NO = "no", _("interdits")


class PointAccesKind(TextChoices):
    """Codes of `pointacces.kind`."""

    ENTRANCE = "entrance", _("entrée")
    PARKING = "parking", _("parking")
    BUS_STOP = "bus_stop", _("arrêt de bus")
    STATION = "station", _("gare")
    BIKE = "bike", _("accès à vélo")


class EquipementKind(TextChoices):
    """Codes of `equipement.kind`: OpenStreetMap amenity values."""

    TOILETS = "toilets", _("toilettes")
    DRINKING_WATER = "drinking_water", _("eau potable")
    BENCH = "bench", _("banc")
    PICNIC_TABLE = "picnic_table", _("table de pique-nique")
    PLAYGROUND = "playground", _("aire de jeux")
    BICYCLE_PARKING = "bicycle_parking", _("range-vélos")
    SHELTER = "shelter", _("abri")
    INFORMATION = "information", _("panneau d’information")
    WASTE_BASKET = "waste_basket", _("corbeille")
