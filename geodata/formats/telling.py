"""What formats that speak in sentences ask of the apps: the words of a feature, its dates, its place in schema.org.

The formats know no park and no closure: `settings.GEODATA_TELLER` names the object that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from geodata.licences import Licence
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User
    from geodata.formats.ical import Happening


@dataclass(frozen=True, kw_only=True)
class Words:
    """One feature in words, plain text in the active language; `link` is the address of its page.

    `notes` are the closures that concern it, a sentence each, and what is to be known of its shape; `kind` says what it
    is in one word, `practice` what GPX devices call it.
    """

    feature: Any
    title: str
    about: str
    link: str
    author: str
    licence: Licence
    updated_at: datetime
    notes: tuple[str, ...] = ()
    kind: str = ""
    practice: str = ""

    @property
    def description(self) -> str:
        """The notes, then the description."""
        return " ".join(part for part in (*self.notes, self.about) if part)


class Teller(Protocol):
    """Knows the apps. `root` is the absolute address that paths are put behind."""

    def related(self, collection: Collection) -> tuple[str, ...]:
        """The foreign keys that are read along with a feature."""

    def words(
        self, collection: Collection, features: Sequence[Any], user: User | AnonymousUser, root: str
    ) -> list[Words]:
        """The words of each feature, in a number of queries that does not depend on how many there are."""

    def node(self, collection: Collection, feature: Any, root: str) -> dict[str, Any]:
        """The feature in the vocabulary of schema.org, without a context."""

    def happening(self, collection: Collection, feature: Any, root: str) -> Happening | None:
        """The entry of a calendar; None for what has no day yet."""


@cache
def teller() -> Teller:
    """The one that the settings name."""
    found: Teller = import_string(settings.GEODATA_TELLER)
    return found
