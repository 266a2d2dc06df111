"""Events and closures as entries of a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from psycopg import sql

from agenda.codes import EvenementDatePrecision, EvenementState
from carte import wording
from carte.pages.addresses import address
from carte.pages.closures import notice, sentence
from carte.pages.texts import link_name_of, name_of, text_of
from geodata.editing.recurrence import ending, is_rrule, starts_of, until_of
from geodata.formats import markdown
from geodata.formats.ical import Happening

STATES = {
    EvenementState.SCHEDULED: "CONFIRMED",
    EvenementState.CANCELLED: "CANCELLED",
    EvenementState.POSTPONED: "TENTATIVE",
}
UNDATED = sql.SQL("t.date_precision <> {}").format(sql.Literal(EvenementDatePrecision.DAY.value))
DOMAIN = "chaine-des-parcs"


def has_day(feature: Any) -> bool:
    """Whether an event is known to the day; a closure always is. UNDATED in Python."""
    return getattr(feature, "date_precision", EvenementDatePrecision.DAY) == EvenementDatePrecision.DAY


def event(feature: Any, root: str) -> Happening | None:
    """An event; None while its day is not known."""
    if not has_day(feature):
        return None
    starts = _instant(feature, feature.starts_at)
    return Happening(
        starts=starts,
        ends=_instant(feature, feature.ends_at),
        status=STATES[EvenementState(feature.state)],
        description=markdown.to_text(text_of(feature, "description").value),
        place=feature.place or (link_name_of(feature.commune).value if feature.commune else ""),
        rrule=_typed(feature.rrule, starts),
        **_common(feature, root),
    )


def closure(feature: Any, root: str) -> Happening | None:
    """A closure; None for a repeated one that names no day. Without an end it lasts to the day on which it is looked at again.

    A repeated one is an entry of its first day with its rule, up to the last day within the period (decision 0066).
    """
    starts, ends, rrule = wording.local(feature.starts_at), _end(feature), feature.rrule
    if rrule:
        days = list(starts_of(rrule, starts.replace(tzinfo=None), ends.replace(tzinfo=None)))
        if not days:
            return None
        starts, last = (day.replace(tzinfo=starts.tzinfo) for day in (days[0], days[-1]))
        ends, rrule = _end_of_day(starts, ends), ending(rrule, _in_utc(last))
    about = markdown.to_text(text_of(feature, "description").value)
    told = " ".join(part for part in (sentence(notice(feature)), about) if part)
    return Happening(starts=starts, ends=ends, description=told, rrule=rrule, **_common(feature, root))


def _typed(rrule: str, starts: datetime | date) -> str:
    """The rule with an end of the type that the start has (RFC 5545 §3.3.10): a day, or an instant in UTC.

    Nothing for one that cannot be read.
    """
    if not is_rrule(rrule.upper()):
        return ""
    until = until_of(rrule)
    if until is None:
        return rrule
    if isinstance(starts, datetime):
        return ending(rrule, _in_utc(until.replace(tzinfo=starts.tzinfo)))
    return ending(rrule, f"{until:%Y%m%d}")


def _in_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _common(feature: Any, root: str) -> dict[str, Any]:
    spot = None if feature.is_schematic else feature.spot
    return {
        "uid": f"{feature.uuid}@{DOMAIN}",
        "title": name_of(feature).value,
        "updated_at": feature.updated_at,
        "sequence": feature.revision,
        "at": (spot.lat, spot.lon) if spot and spot.is_point else None,
        "url": root.rstrip("/") + address(feature),
    }


def _instant(feature: Any, when: Any) -> Any:
    clock = wording.local(when)
    return date(clock.year, clock.month, clock.day) if feature.all_day else clock


def _end(feature: Any) -> datetime:
    if feature.ends_at is not None:
        return wording.local(feature.ends_at)
    midnight = datetime.combine(feature.review_by + timedelta(days=1), time(0))
    return midnight.replace(tzinfo=wording.local(feature.starts_at).tzinfo)


def _end_of_day(starts: datetime, ends: datetime) -> datetime:
    """The end of the first day: the hour of the end when it is later than that of the start, else midnight."""
    if ends.time() > starts.time():
        return starts.replace(hour=ends.hour, minute=ends.minute, second=ends.second, microsecond=ends.microsecond)
    return (starts + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
