"""What can be done with closures."""

from django.utils import timezone
from django.utils.translation import gettext as _

from alertes.models import Fermeture
from geodata.changes.actions import Actions
from geodata.changes.judging import Errors
from geodata.editing.recurrence import is_rrule, starts_of
from parcs import permissions


def _rules(fermeture: Fermeture) -> Errors:
    if not fermeture.rrule:
        return {}
    if not is_rrule(fermeture.rrule):
        return {"rrule": [_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH")]}
    ends = timezone.localtime(fermeture.ends_at).replace(tzinfo=None) if fermeture.ends_at else None
    first = timezone.localtime(fermeture.starts_at).replace(tzinfo=None)
    if next(starts_of(fermeture.rrule, first, ends), None) is None:
        return {"rrule": [_("Aucun jour de cette répétition n’est dans la période.")]}
    return {}


fermetures = Actions(
    "alertes.Fermeture",
    collection="fermetures",
    permissions=permissions,
    rules=_rules,
    between={"rrule": ("starts_at", "ends_at")},
)
