"""Waiting for a fact, instead of for some time."""

import time


def until(fact, seconds=60):
    """What a fact is in the end: true as soon as it is, or what it is after so many seconds."""
    limit = time.monotonic() + seconds
    while not (found := fact()) and time.monotonic() < limit:
        time.sleep(0.05)
    return found
