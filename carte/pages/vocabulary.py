"""Words that sources keep using and that we know how to say: families of trails, what figures count.

Any other word of a source stays as it is, in French, and is marked so (WCAG 3.1.2).
"""

from django.utils.translation import gettext_lazy as _

from carte.pages.texts import FALLBACK, Text, page_language

FAMILIES = {
    "boucle": _("boucle"),
    "boucle de schéma": _("boucle de schéma"),
    "cavalier": _("cavalier"),
    "circuit": _("circuit"),
    "étape touristique": _("étape touristique"),
    "GR de Pays": _("GR de Pays"),
    "liaison": _("liaison"),
    "parcours de trail": _("parcours de trail"),
    "promenade": _("promenade"),
    "randonnée": _("randonnée"),
    "sentier": _("sentier"),
    "sentier PR": _("sentier PR"),
    "véloroute": _("véloroute"),
    "véloroute européenne": _("véloroute européenne"),
    "voie verte": _("voie verte"),
}
UNITS = {
    "cabanes": _("cabanes"),
    "cabanes/an": _("cabanes/an"),
    "candidatures": _("candidatures"),
    "communes": _("communes"),
    "ensembles": _("ensembles"),
    "entreprises": _("entreprises"),
    "établissements": _("établissements"),
    "habitants": _("habitants"),
    "lieux": _("lieux"),
    "m²/habitant": _("m²/habitant"),
    "milliards €": _("milliards €"),
    "personnes": _("personnes"),
    "projets": _("projets"),
    "visites": _("visites"),
}
KNOWN = FAMILIES | UNITS
SIGNS = frozenset(["%", "€", "GWh", "MWh", "h", "ha", "km", "km²", "m", "m²"])


def word(text: str) -> Text:
    """A word of a source: in the language of the page where we know it, else as it is, with its language."""
    if text in KNOWN:
        return Text(str(KNOWN[text]))
    return Text(text, "" if not text or text in SIGNS or page_language() == FALLBACK else FALLBACK)
