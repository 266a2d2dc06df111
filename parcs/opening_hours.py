"""Opening hours in OpenStreetMap syntax, read for one moment.

Grammar: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification, parsed and
evaluated by `opening_hours` (Rust), in Europe/Paris with the French public holidays.
The visitor's browser never computes them. What cannot be parsed is refused on input, so the
reading side only meets texts that came in by SQL: it answers "not readable", never an error.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

PLACE_TIME = ZoneInfo("Europe/Paris")
COUNTRY = "FR"
# Beyond this many days ahead a next change is worth nothing to a visitor, and rules such as
# "year 2090" would make the search long.
HORIZON_DAYS = 400


class Door(Enum):
    """Whether a park is open at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    UNSURE = "unsure"
    NOT_STATED = "not_stated"


@dataclass(frozen=True)
class Moment:
    """A park at a moment: open or not, until when (local time), and what the rule adds in words."""

    door: Door
    now: datetime
    until: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Day:
    """One calendar day and the spans of time in which the park is open."""

    on: date
    spans: tuple[tuple[time, time], ...]

    @property
    def whole(self) -> bool:
        """Whether it is open from midnight to midnight."""
        return self.spans == ((time(0), time(0)),)


@lru_cache(maxsize=512)
def _parsed(text: str) -> OpeningHours | None:
    try:
        return OpeningHours(text, timezone=PLACE_TIME, country=COUNTRY)
    except ParserError:
        return None


def is_readable(text: str) -> bool:
    """Whether the text follows the OSM grammar; the rule for input."""
    return _parsed(text) is not None


def at(text: str, now: datetime) -> Moment:
    """The state at `now` (any zone) and the next change within `HORIZON_DAYS`."""
    local = now.astimezone(PLACE_TIME)
    if not text.strip():
        return Moment(Door.NOT_STATED, local)
    hours = _parsed(text)
    if hours is None:
        return Moment(Door.UNSURE, local)
    state, comment = hours.state(local)
    change = hours.next_change(local)
    if change is not None and change - local > timedelta(days=HORIZON_DAYS):
        change = None
    door = {State.OPEN: Door.OPEN, State.CLOSED: Door.CLOSED}.get(state, Door.UNSURE)
    return Moment(door, local, change, comment)


def week(text: str, now: datetime) -> tuple[Day, ...]:
    """The seven days from today with their open spans; empty when the hours are not known."""
    hours = _parsed(text) if text.strip() else None
    if hours is None:
        return ()
    first = now.astimezone(PLACE_TIME).date()
    return tuple(_day(hours, first + timedelta(days=ahead)) for ahead in range(7))


def _day(hours: OpeningHours, on: date) -> Day:
    start = datetime.combine(on, time(0), PLACE_TIME)
    end = datetime.combine(on + timedelta(days=1), time(0), PLACE_TIME)
    spans = [
        (begin.time(), stop.time())
        for begin, stop, state, _comment in hours.intervals(start, end)
        if state == State.OPEN
    ]
    return Day(on, tuple(spans))
