"""What the service itself notes in the history beside the reasons that people give: for managers, not for the public."""

from __future__ import annotations

BETWEEN = " : "
# A write without `If-Match` is accepted and noted, because desktop clients send none.
UNLOCKED = "sans If-Match"
PROPOSED = "proposition de "


def proposed_by(name: str) -> str:
    """The note that a change was proposed by somebody else than who decided."""
    return PROPOSED + name


def noted(*parts: str) -> str:
    """What the history keeps: the notes of the service and the reason given, whichever there are."""
    return BETWEEN.join(filter(None, parts))


def public_reason(reason: str) -> str:
    """A reason without the notes of the service and without names of accounts."""
    parts = reason.split(BETWEEN)
    return BETWEEN.join(each for each in parts if each != UNLOCKED and not each.startswith(PROPOSED))
