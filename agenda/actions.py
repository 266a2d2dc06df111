"""What can be done with events and label projects."""

from django.utils.translation import gettext as _

from agenda.models import Evenement
from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from geodata.editing.recurrence import is_rrule
from parcs import permissions


def _event_rules(evenement: Evenement) -> Errors:
    if evenement.rrule and not is_rrule(evenement.rrule):
        return {"rrule": [_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH")]}
    return {}


evenements = Actions("agenda.Evenement", collection="evenements", permissions=permissions, rules=_event_rules)
projets_label = Actions("agenda.ProjetLabel", collection="projets-label", permissions=permissions)
