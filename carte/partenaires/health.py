"""The health of the feeds: which there are, what the last check of each found, and whether it changed since.

A check reads a feed whole and judges up to judging.MOST_JUDGED features of it, spread over the whole. What it found is
kept until the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carte.models import ControleFlux
from carte.partenaires import judging
from geodata import registry
from geodata.problems import NotFound
from geodata.queries import states
from sentiers import schema_randonnee

if TYPE_CHECKING:
    from django.utils.functional import Promise

STALE = timedelta(days=1)
# A feed with more features than LARGE is read at most once in SPACED, however often it changes.
LARGE = 20_000
SPACED = timedelta(hours=1)
DCAT_AP = "https://semiceu.github.io/DCAT-AP/releases/3.0.0/"
TRAILS, CATALOGUE = "sentiers", "catalogue"


@dataclass(frozen=True)
class Subject:
    """What is checked: its id, its name, its path, the address of what it is judged by, the collection (none: all), how."""

    id: str
    title: str | Promise
    path: str
    rules: str
    collection: str
    read: Callable[[], judging.Found]


@dataclass(frozen=True)
class Feed:
    """A feed: its last public change, the last check (None before the first), and whether it changed since."""

    subject: Subject
    changed_at: datetime | None
    check: ControleFlux | None
    is_newer: bool

    @property
    def is_valid(self) -> bool | None:
        """Whether the last check found no problem; None before the first."""
        return not self.check.problems if self.check else None

    def is_due(self, now: datetime) -> bool:
        """Whether it was never checked, changed since, or was not checked for a day; a large one waits an hour."""
        if self.check is None:
            return True
        age = now - self.check.checked_at
        return age > STALE or (self.is_newer and (self.check.features <= LARGE or age > SPACED))

    def document(self, origin: str) -> dict[str, Any]:
        """The same for programs; `valid` is null before the first check."""
        check, subject = self.check, self.subject
        told = {
            "checkedAt": check.checked_at.isoformat(),
            "features": check.features,
            "judged": check.judged,
            "problems": check.problems,
            "bytes": check.bytes,
            "firstByteMs": check.first_byte_ms,
            "totalMs": check.total_ms,
            "changedSince": self.is_newer,
        } if check else {}  # fmt: skip
        return {
            "feed": subject.id,
            "collection": subject.collection or None,
            "href": f"{origin}{subject.path}",
            "schema": subject.rules if "://" in subject.rules else f"{origin}{subject.rules}",
            "changedAt": self.changed_at.isoformat() if self.changed_at else None,
            "valid": self.is_valid,
        } | told


def subjects() -> list[Subject]:
    """Every feed: the collections in their order, then what speaks another schema."""
    found = [
        Subject(
            each.id, each.title, reverse("api:items", args=[each.id]), reverse("api:schema", args=[each.id]), each.id,
            partial(judging.collection_as_lines, each),
        )
        for each in registry.collections()
    ]  # fmt: skip
    national = schema_randonnee.FORMAT
    path = f"{reverse('api:items', args=[TRAILS])}?f={national.name}"
    read = partial(judging.national_trails, registry.get(TRAILS))
    found.append(Subject(f"{TRAILS}.{national.name}", national.title, path, national.schema, TRAILS, read))
    path = reverse("api:catalogue")
    found.append(Subject(CATALOGUE, _("Catalogue DCAT-AP"), path, DCAT_AP, "", judging.dcat_catalogue))
    return found


def subject(name: str) -> Subject:
    """The feed with this id. Raises NotFound."""
    found = next((each for each in subjects() if each.id == name), None)
    if found is None:
        raise NotFound(name)
    return found


def all_of_them() -> list[Feed]:
    """Every feed: two statements."""
    checks = {check.collection: check for check in ControleFlux.objects.all()}
    changed = states.last_changes(registry.collections())
    last = max(changed.values(), default=None)
    return [
        _feed(each, changed.get(each.collection) if each.collection else last, checks.get(each.id))
        for each in subjects()
    ]


def of(name: str) -> Feed:
    """One feed."""
    return next(each for each in all_of_them() if each.subject.id == name)


def is_healthy(feeds: Iterable[Feed]) -> bool | None:
    """Whether all are valid: False as soon as one is not, None while one was never checked."""
    verdicts = {each.is_valid for each in feeds}
    return False if False in verdicts else None if None in verdicts else True


def check_due() -> int:
    """Check the feeds whose check is due; how many these were. Two statements where none is."""
    now = timezone.now()
    wanted = [each for each in all_of_them() if each.is_due(now)]
    for each in wanted:
        check(each.subject)
    return len(wanted)


def _feed(subject: Subject, last: states.Change | None, check: ControleFlux | None) -> Feed:
    is_newer = bool(check and last and last.revision > check.revision)
    return Feed(subject, last.at if last else None, check, is_newer)


def check(subject: Subject) -> ControleFlux:
    """Read and judge a feed now, and keep what was found."""
    about = registry.get(subject.collection) if subject.collection else None
    revision = states.revision(about, AnonymousUser())
    found = subject.read()
    kept, _made = ControleFlux.objects.update_or_create(
        collection=subject.id,
        defaults={
            "revision": revision,
            "checked_at": timezone.now(),
            "features": found.features,
            "judged": found.judged,
            "bytes": found.size_bytes,
            "first_byte_ms": found.first_byte_ms,
            "total_ms": found.total_ms,
            "problems": found.problems,
        },
    )
    return kept
