"""What of the API goes away: one declared list, told in headers, in OpenAPI and on the partners' page.

`settings.GEODATA_DEPRECATIONS` names the list. Fields: `Deprecation` (RFC 9745, a structured Date) and `Sunset` (RFC 8594,
an HTTP date), with links of the relations `deprecation` and `sunset`. After its end an address or a parameter is refused
and no longer in OpenAPI; a property is to be taken out by then, which `geodata.checks` asks for (decision 0217).
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

from django.conf import settings
from django.utils.functional import Promise
from django.utils.http import http_date
from django.utils.module_loading import import_string

PARAMETER, PROPERTY, ADDRESS = "parameter", "property", "address"
PAGE = "/partenaires/changements/"
NOTICE_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class Deprecation:
    """One thing that goes away.

    `kind` is parameter, property or address; `name` that of the parameter or property, or the address as one reads it;
    `path` the regular expression that matches whole paths it is told on. `deprecated_at` and `sunset_at` are aware
    instants, the second six months after the first or later; `instead` says what to do, `link` leads to more.
    """

    kind: str
    name: str
    path: str
    deprecated_at: datetime
    sunset_at: datetime | None = None
    instead: str | Promise = ""
    link: str = ""

    def __post_init__(self) -> None:
        if self.kind not in (PARAMETER, PROPERTY, ADDRESS):
            raise ValueError(f"{self.kind} is no kind of deprecation")
        if self.sunset_at is not None and self.sunset_at < _noticed(self.deprecated_at):
            raise ValueError(f"{self.name} would end less than six months after it is deprecated (RFC 9745 §4)")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`path`, compiled."""
        return re.compile(self.path)

    def concerns(self, path: str, parameters: Iterable[str]) -> bool:
        """Whether a request of this path with these parameters meets it; a property is met by whoever reads it."""
        if self.pattern.fullmatch(path) is None:
            return False
        return self.kind != PARAMETER or self.name in parameters

    def has_ended(self, now: datetime) -> bool:
        """Whether its end has come."""
        return self.sunset_at is not None and self.sunset_at <= now


def _noticed(instant: datetime) -> datetime:
    """Six months later, the last day of a month that is shorter."""
    years, month = divmod(instant.month - 1 + NOTICE_MONTHS, 12)
    year = instant.year + years
    return instant.replace(year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1]))


@cache
def _declared(dotted: str) -> tuple[Deprecation, ...]:
    found: tuple[Deprecation, ...] = import_string(dotted)
    return tuple(sorted(found, key=lambda each: (each.deprecated_at, each.name)))


def declared() -> tuple[Deprecation, ...]:
    """Everything that is announced, oldest first."""
    return _declared(settings.GEODATA_DEPRECATIONS)


def over(now: datetime) -> tuple[Deprecation, ...]:
    """What has come to its end, oldest announcement first."""
    return tuple(each for each in declared() if each.has_ended(now))


def ended(path: str, parameters: Iterable[str], now: datetime) -> Deprecation | None:
    """What a request meets that is refused since its end, None where nothing is; a property is no longer there to be met."""
    refusing = (each for each in over(now) if each.kind != PROPERTY)
    return next((each for each in refusing if each.concerns(path, parameters)), None)


def headers(root: str, path: str, parameters: Iterable[str], now: datetime) -> tuple[tuple[str, str], ...]:
    """The fields for a request: the earliest deprecation and the earliest end of what it meets, and their links.

    `root` is the origin of the service, before absolute paths.
    """
    told = [each for each in declared() if each.kind != PROPERTY or not each.has_ended(now)]
    met = [each for each in told if each.concerns(path, parameters)]
    if not met:
        return ()
    found = [("Deprecation", f"@{int(met[0].deprecated_at.timestamp())}")]
    ends = [each.sunset_at for each in met if each.sunset_at is not None]
    links = [f'<{each.link or root + PAGE}>; rel="deprecation"; type="text/html"' for each in met]
    if ends:
        found.append(("Sunset", http_date(min(ends).timestamp())))
        links.append(f'<{root}{PAGE}>; rel="sunset"; type="text/html"')
    return (*found, ("Link", ", ".join(dict.fromkeys(links))))
