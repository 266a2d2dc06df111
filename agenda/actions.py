"""What can be done with events and label projects."""

from django.utils.translation import gettext as _

from agenda.codes import EvenementDatePrecision
from agenda.models import Evenement
from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from geodata.editing.recurrence import is_rrule, starts_of
from parcs import permissions


def _event_rules(evenement: Evenement) -> Errors:
    if not evenement.rrule:
        return {}
    first = evenement.first_start
    begins = next(starts_of(evenement.rrule, first), None)
    is_of_day = evenement.date_precision == EvenementDatePrecision.DAY
    if not is_rrule(evenement.rrule) or (begins is None and not is_of_day):
        return {"rrule": [_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH")]}
    if is_of_day and begins != first:
        return {"rrule": [_("Le début est celui de la première fois : ce n’est pas un jour de cette répétition.")]}
    return {}


evenements = Actions(
    "agenda.Evenement",
    collection="evenements",
    permissions=permissions,
    rules=_event_rules,
    between={"rrule": ("starts_at", "all_day", "date_precision")},
)
projets_label = Actions("agenda.ProjetLabel", collection="projets-label", permissions=permissions)
