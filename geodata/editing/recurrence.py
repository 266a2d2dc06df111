"""Repetition rules as they are typed: RRULE of RFC 5545 §3.3.10, in days or longer steps."""

from icalendar import vRecur

EVERY = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
COUNTED = ("INTERVAL", "COUNT")
PARTS = {
    "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST",
}  # fmt: skip


def is_rrule(text: str) -> bool:
    """Whether a calendar program can read the rule: known parts, once each, a frequency of a day or more."""
    pairs = [part.partition("=") for part in text.split(";")]
    given = {name: value for name, _equals, value in pairs}
    if len(given) != len(pairs) or not set(given) <= PARTS or given.get("FREQ") not in EVERY or not all(given.values()):
        return False
    if any(name in given and not (given[name].isdecimal() and int(given[name]) > 0) for name in COUNTED):
        return False
    try:
        vRecur.from_ical(text)
    except ValueError:
        return False
    return "COUNT" not in given or "UNTIL" not in given
