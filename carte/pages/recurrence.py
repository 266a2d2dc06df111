"""RRULE (RFC 5545 §3.3.10) in words: what a visitor needs, not the whole grammar."""

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from carte import wording

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


def in_words(rrule: str) -> str:
    """ "chaque jeudi", "chaque année"; empty for no rule, "à dates répétées" for what has no short name."""
    parts = dict(part.split("=", 1) for part in rrule.upper().split(";") if "=" in part)
    every = parts.get("FREQ", "")
    if not parts:
        return ""
    if every not in EVERY or parts.get("INTERVAL", "1") != "1":
        return gettext("à dates répétées")
    days = [str(WEEKDAYS[DAYS.index(day)]) for day in parts.get("BYDAY", "").split(",") if day in DAYS]
    if every == "WEEKLY" and days:
        return gettext("chaque %(days)s") % {"days": wording.joined(days)}
    words = {
        "DAILY": gettext("chaque jour"),
        "WEEKLY": gettext("chaque semaine"),
        "MONTHLY": gettext("chaque mois"),
        "YEARLY": gettext("chaque année"),
    }
    return words[every]
