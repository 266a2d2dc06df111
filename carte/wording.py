"""Numbers, units, dates and hours as a person reads them, in the active language.

"5,2 km", "1 h 30", "63 ha", "3 mars", "jusqu’à 21 h": the figure and its unit are joined by a
no-break space (ux.md §10). Pure functions on values; templates reach them as filters.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, pgettext

from parcs.opening_hours import Day, Door, Moment

NBSP = "\u00a0"
MINUTES_PER_HOUR = 60
KM = 1000
# Below these, one digit more tells something: "85 m" but "120 m", "9,5 ha" but "63 ha".
FINE_M = 100
FINE_HA = 10
YEAR_AND_MONTH = 2
ISO_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def number(value: float | Decimal, decimals: int = 0) -> str:
    """A number with at most `decimals` decimals, trailing zeros dropped, thousands grouped."""
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
    if rounded == rounded.to_integral_value():
        rounded = rounded.to_integral_value()
    places = max(0, -int(rounded.as_tuple().exponent))
    rounded = rounded.normalize() if places else rounded
    places = max(0, -int(rounded.as_tuple().exponent))
    return formats.number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=abs(rounded) >= KM)


def with_unit(value: float | Decimal, unit: str, decimals: int = 0) -> str:
    """A number and its unit, joined."""
    return f"{number(value, decimals)}{NBSP}{unit}"


def distance(metres: float) -> str:
    """Metres up to 1 km (to the ten above 100 m), kilometres with one decimal above."""
    if metres < FINE_M:
        return with_unit(metres, "m")
    tens = round(metres / 10) * 10
    if tens < KM:
        return with_unit(tens, "m")
    return with_unit(metres / KM, "km", 1)


def area(hectares: float) -> str:
    """Hectares: one decimal under 10, none above."""
    return with_unit(hectares, "ha", 1 if hectares < FINE_HA else 0)


def duration(hours: float) -> str:
    """Hours and minutes, to the five minutes: 45 min, 1 h, 1 h 30; "u" for hours in Dutch."""
    unit = "u" if (get_language() or "fr").startswith("nl") else "h"
    minutes = max(5, round(hours * MINUTES_PER_HOUR / 5) * 5)
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    if not whole:
        return with_unit(rest, "min")
    if not rest:
        return with_unit(whole, unit)
    return f"{whole}{NBSP}{unit}{NBSP}{rest:02d}"


def share(part: float) -> str:
    """A share from 0 to 1 in percent; below one percent says so."""
    percent = part * 100
    if 0 < percent < 1:
        return gettext("moins de 1 %").replace(" %", f"{NBSP}%")
    return with_unit(percent, "%")


def hour(moment: time | datetime) -> str:
    """An hour of the day: 21 h, 21 h 30 (fr); 9 pm would be ambiguous to many, so 21:00 in en and nl."""
    if (get_language() or "fr").startswith("fr"):
        return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}" if moment.minute else f"{moment.hour}{NBSP}h"
    return f"{moment.hour:02d}:{moment.minute:02d}"


def local(moment: datetime) -> datetime:
    """The same instant on the wall clock of the instance."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(on: date | datetime, today: date | None = None) -> str:
    """A day: "3 mars", with the year when it is not the current one; "1er mars" in French."""
    if isinstance(on, datetime):
        on = local(on).date()
    today = today or timezone.localdate()
    return f"{_day_number(on)}{NBSP}{formats.date_format(on, 'F' if on.year == today.year else 'F Y')}"


def dated(on: date | datetime) -> str:
    """A day with its year: "3 mars 2026"; "1er mars 2026" in French."""
    if isinstance(on, datetime):
        on = local(on).date()
    return f"{_day_number(on)} {formats.date_format(on, 'F Y')}"


def _day_number(on: date) -> str:
    return "1er" if on.day == 1 and (get_language() or "fr").startswith("fr") else str(on.day)


def period(first: date, last: date, today: date | None = None) -> str:
    """Two days and what lies between: "du samedi 26 au dimanche 27 août 2023", nothing said twice."""
    end = weekday(last, today)
    if (first.year, first.month) == (last.year, last.month):
        start = f"{formats.date_format(first, 'l')} {_day_number(first)}"
    elif first.year == last.year:
        start = f"{formats.date_format(first, 'l')} {day(first, first)}"
    else:
        start = weekday(first, today)
    return gettext("du %(start)s au %(end)s") % {"start": start, "end": end}


def months(first: date, last: date) -> str:
    """Two months: "de juillet à septembre 2023"."""
    start = formats.date_format(first, "F") if first.year == last.year else month(first)
    return gettext("de %(start)s à %(end)s") % {"start": start, "end": month(last)}


def weekday(on: date | datetime, today: date | None = None) -> str:
    """A day with its name: "lundi 4 mai"."""
    plain = local(on).date() if isinstance(on, datetime) else on
    return f"{formats.date_format(plain, 'l')} {day(plain, today)}"


def month(on: date | datetime) -> str:
    """A month: "mai 2026"."""
    plain = local(on).date() if isinstance(on, datetime) else on
    return formats.date_format(plain, "F Y")


def partial_date(text: str) -> str:
    """ "2021", "2021-05" or "2021-05-19" in words; other texts as they are."""
    parts = text.split("-")
    if not ISO_DATE.fullmatch(text) or len(parts) == 1:
        return text
    try:
        whole = date.fromisoformat("-".join([*parts, "01"]) if len(parts) == YEAR_AND_MONTH else text)
    except ValueError:
        return text
    return month(whole) if len(parts) == YEAR_AND_MONTH else dated(whole)


def moment(when: datetime, today: date | None = None) -> str:
    """A day and its hour: "3 mars à 14 h"."""
    clock = local(when)
    return pgettext("jour à heure", "%(day)s à %(hour)s") % {"day": day(clock, today), "hour": hour(clock)}


def yes_no(value: bool) -> str:
    """A checked fact in words."""
    return gettext("oui") if value else gettext("non")


def joined(words: list[str]) -> str:
    """Words as a person lists them: "a, b et c"."""
    if not words[1:]:
        return "".join(words)
    return gettext("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def door(state: Moment) -> str:
    """Whether a park is open, and until when, in one sentence."""
    if state.door is Door.NOT_STATED:
        return gettext("Horaires non renseignés")
    if state.door is Door.UNSURE:
        return gettext("Horaires à vérifier avant de partir")
    if state.door is Door.OPEN:
        return _open(state)
    if state.until is None:
        return gettext("Fermé")
    return gettext("Fermé, ouvre %(when)s") % {"when": _opening(state.until, state.now)}


def _open(state: Moment) -> str:
    if state.until is None:
        return gettext("Ouvert jour et nuit")
    if state.until.date() == state.now.date():
        return gettext("Ouvert aujourd’hui jusqu’à %(hour)s") % {"hour": hour(state.until)}
    if state.until - state.now < timedelta(hours=24):
        ends = gettext("minuit") if state.until.time() == time(0) else hour(state.until)
        return gettext("Ouvert jusqu’à %(hour)s") % {"hour": ends}
    return gettext("Ouvert")


def _opening(until: datetime, now: datetime) -> str:
    ahead = (until.date() - now.date()).days
    if ahead == 0:
        return gettext("à %(hour)s") % {"hour": hour(until)}
    if ahead == 1:
        return gettext("demain à %(hour)s") % {"hour": hour(until)}
    return gettext("%(day)s à %(hour)s") % {"day": weekday(until, now.date()), "hour": hour(until)}


def spans(opened: Day) -> str:
    """The hours of one day: "8 h – 12 h et 14 h – 18 h", "fermé", "toute la journée"."""
    if not opened.spans:
        return gettext("fermé")
    if opened.whole:
        return gettext("toute la journée")
    return joined(
        [f"{hour(start)} – {gettext('minuit') if end == time(0) else hour(end)}" for start, end in opened.spans]
    )
