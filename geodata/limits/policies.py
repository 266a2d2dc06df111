"""Quota policies: how many requests in how many seconds, under which name."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured

WRITTEN = re.compile(r"([1-9][0-9]{0,9})/([1-9][0-9]{0,5})")
OFF = "off"


@dataclass(frozen=True)
class Policy:
    """`quota` requests, given back evenly over `window_s` seconds; a caller may spend them all at once."""

    name: str
    quota: int
    window_s: int

    @cached_property
    def cost_s(self) -> float:
        """The seconds after which one request is given back."""
        return self.window_s / self.quota

    @cached_property
    def field(self) -> str:
        """The item of `RateLimit-Policy` (a structured field: String with parameters)."""
        return f'"{self.name}";q={self.quota};w={self.window_s}'


def read_policy(name: str, text: str) -> Policy | None:
    """The policy in a setting that reads `6000/300` (requests/seconds), or None for `off`.

    Raises ImproperlyConfigured for anything else.
    """
    if text == OFF:
        return None
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise ImproperlyConfigured(
            f"The limit {name} reads {text}: write requests/seconds, for example 6000/300, or off."
        )
    return Policy(name, int(found[1]), int(found[2]))
