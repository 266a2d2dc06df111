"""What formats that speak in sentences ask of the apps: the words of a feature, its dates, its place in schema.org.

The formats know no park and no closure: `settings.GEODATA_TELLER` names the object that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from psycopg import sql

from geodata.licences import Licence
from geodata.queries import batches, past, states
from geodata.queries.batches import Batch
from geodata.queries.flowing import Row
from geodata.queries.rows import Selection
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User
    from geodata.formats.ical import Happening


class Words(NamedTuple):
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

    def reads(self, language: str) -> Iterable[str]:
        """The fields that all of this asks of features, of whatever collection, to speak a language."""

    def reads_for_words(self, language: str) -> Iterable[str]:
        """Those that `words` asks."""

    def words(
        self, collection: Collection, features: Sequence[Any], user: User | AnonymousUser, root: str
    ) -> list[Words]:
        """The words of each feature, in a number of queries that does not depend on how many there are."""

    def node(self, collection: Collection, feature: Any, root: str) -> dict[str, Any]:
        """The feature in the vocabulary of schema.org, without a context."""

    def happening(self, collection: Collection, feature: Any, root: str) -> Happening | None:
        """The entry of a calendar; None for what has no day yet."""

    def undated(self, collection: Collection) -> sql.Composable | None:
        """The condition, over the alias t, of what has no day yet; None where everything has one."""


def read(selection: Selection) -> Iterator[Batch]:
    """The selection in batches with all that the teller asks of a feature."""
    return batches.of(selection, teller().reads(_language()))


def spoken(selection: Selection, root: str, *besides: sql.Composable) -> Iterator[tuple[Words, Row]]:
    """Feature after feature in words, with the values of the columns over the alias t that were asked for besides."""
    for batch in batches.of(selection, teller().reads_for_words(_language()), besides):
        words = teller().words(selection.collection, batch.features, selection.user, root)
        yield from zip(words, batch.values, strict=True)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def told_since(collection: Collection | None, user: User | AnonymousUser) -> datetime:
    """When what a collection (or all of them) says became what it is: the instant spoken of, else the last change.

    A file that bears it is the same bytes as long as its validator is the same.
    """
    if (moment := past.shown()) is not None:
        return moment.instant
    return datetime.fromtimestamp(states.state(collection, user).moment / 1_000_000, UTC)


@cache
def teller() -> Teller:
    """The one that the settings name."""
    found: Teller = import_string(settings.GEODATA_TELLER)
    return found
