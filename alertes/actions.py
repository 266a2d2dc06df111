"""What can be done with closures."""

from django.utils.translation import gettext as _

from alertes.models import Fermeture
from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from geodata.editing.recurrence import is_rrule
from parcs import permissions


def _rules(fermeture: Fermeture) -> Errors:
    if fermeture.rrule and not is_rrule(fermeture.rrule):
        return {"rrule": [_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH")]}
    return {}


fermetures = Actions("alertes.Fermeture", collection="fermetures", permissions=permissions, rules=_rules)
