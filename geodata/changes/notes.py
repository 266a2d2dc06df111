"""What the service itself notes in the history beside the reasons that people give: for managers, not for the public."""

from __future__ import annotations

BETWEEN = " : "
# A write without `If-Match` is accepted and noted, because desktop clients send none.
UNLOCKED = "sans If-Match"


def proposed_by(name: str) -> str:
    """The note that a change was proposed by somebody else than who decided."""
    return f"proposition de {name}"


def joined(*notes: str) -> str:
    """Several notes as one, whichever there are."""
    return BETWEEN.join(filter(None, notes))
