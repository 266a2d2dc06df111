"""What every detail page holds, and the table of pages that have more than the generic one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from carte.pages.facts import Fact
from carte.pages.texts import Text, name_of
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


@dataclass(frozen=True)
class Section:
    """A group of links to features of one collection, under its title."""

    collection: Collection
    features: list[Any]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A detail page: the feature and its rows of facts; `summary` is plain text for metadata."""

    feature: Any
    collection: Collection
    facts: list[Fact]
    summary: str = ""
    jsonld: dict[str, Any] = field(default_factory=dict)

    @property
    def checked_on(self) -> date | datetime | None:
        """When somebody last looked at the real thing, if that is known."""
        return getattr(self.feature, "inspected_on", None) or getattr(self.feature, "checked_at", None)

    @property
    def name(self) -> Text:
        """The title of the page."""
        return name_of(self.feature)


Builder = Callable[[Any, "User | AnonymousUser"], Page]
