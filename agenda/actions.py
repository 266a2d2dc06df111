"""What can be done with events and label projects."""

from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.codes import EvenementDatePrecision
from agenda.models import Evenement
from geodata.changes.actions import Actions, Values
from geodata.changes.judging import Errors
from geodata.editing.recurrence import is_rrule, starts_of
from geodata.features import Feature
from parcs import permissions

LAST_MINUTE = time(23, 59)


def _event_rules(evenement: Evenement) -> Errors:
    if not evenement.rrule:
        return {}
    if not is_rrule(evenement.rrule):
        return {"rrule": [_("Cette répétition ne se lit pas. Exemple : FREQ=WEEKLY;BYDAY=TH")]}
    first = timezone.localtime(evenement.starts_at).replace(tzinfo=None, microsecond=0)
    if evenement.all_day:
        first = first.replace(hour=0, minute=0, second=0)
    if (
        evenement.date_precision == EvenementDatePrecision.DAY
        and next(starts_of(evenement.rrule, first), None) != first
    ):
        return {"rrule": [_("Le début est celui de la première fois : ce n’est pas un jour de cette répétition.")]}
    return {}


def _is_hour(moment: datetime, *, end: bool) -> bool:
    """Whether an instant is more than a day: neither a midnight, here or in UTC, nor the last minute before it."""
    clocks = {timezone.localtime(moment, zone).time() for zone in (None, UTC)}
    return time(0) not in clocks and not (end and max(clocks) >= LAST_MINUTE)


def is_all_day(values: Values) -> bool:
    """What an event is that does not say it: known to the day alone, unless it has an hour (decision 0238)."""
    starts, ends = values.get("starts_at"), values.get("ends_at")
    return not ((starts and _is_hour(starts, end=False)) or (ends and _is_hour(ends, end=True)))


class EventActions(Actions):
    """Those of events."""

    def _made(self, data: Values) -> tuple[Feature, dict[str, Any]]:
        return super()._made({"all_day": is_all_day(data), **data})


evenements = EventActions("agenda.Evenement", collection="evenements", permissions=permissions, rules=_event_rules)
projets_label = Actions("agenda.ProjetLabel", collection="projets-label", permissions=permissions)
