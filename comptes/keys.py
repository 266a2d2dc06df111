"""Keys of programs: made once in clear, kept as a hash, listed for the quotas, their usage added up."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comptes.models import ApiKey, ApiUsage

if TYPE_CHECKING:
    from comptes.models import User

# So that a key that was published by mistake is recognised for what it is.
PREFIX = "cdp_"
RANDOM_BYTES = 24
HINT = 8
MOST_IN_USE = 10
ADD_USAGE = Path(__file__).parent / "sql" / "add_usage.sql"


class Count(Protocol):
    """Requests, bytes and refusals of one key, day and kind of address."""

    requests: int
    bytes: int
    refused: int


def new_seed() -> str:
    """What the text of a new key derives from, together with the key of the instance: a session may hold it until it is shown."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def make(owner: User, name: str, seed: str | None = None) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once and never again."""
    text = text_of(seed or new_seed())
    return ApiKey.objects.create(owner=owner, name=name, digest=digest_of(text), hint=text[:HINT]), text


def text_of(seed: str) -> str:
    """The text of the key that was made from this seed."""
    derived = salted_hmac("comptes.keys", seed, algorithm="sha256").digest()[:RANDOM_BYTES]
    return PREFIX + base64.urlsafe_b64encode(derived).decode()


def digest_of(text: str) -> str:
    """What is kept of a key. It has 192 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_use(owner: User) -> QuerySet[ApiKey]:
    """The keys of a person that were not revoked."""
    return ApiKey.objects.filter(owner=owner, revoked_at__isnull=True)


def of(owner: User) -> QuerySet[ApiKey]:
    """The keys of a person, those in use first."""
    return ApiKey.objects.filter(owner=owner).order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")


def revoke(key: ApiKey) -> None:
    """End a key; its usage stays readable."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def active() -> dict[str, tuple[int, int | None]]:
    """Every key in use, by its hash: its id and its own quota; those of closed accounts are not in use."""
    rows = ApiKey.objects.filter(revoked_at__isnull=True, owner__is_active=True)
    return {digest: (pk, quota) for digest, pk, quota in rows.values_list("digest", "pk", "quota")}


def add_usage(counts: Mapping[tuple[int, date, str], Count]) -> None:
    """Add the counts of one process to those of all, in one statement."""
    slots = list(counts.items())
    values: dict[str, Any] = {
        "keys": [key for (key, _day, _kind), _count in slots],
        "days": [day for (_key, day, _kind), _count in slots],
        "kinds": [kind for (_key, _day, kind), _count in slots],
        "requests": [count.requests for _slot, count in slots],
        "bytes": [count.bytes for _slot, count in slots],
        "refused": [count.refused for _slot, count in slots],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_USAGE.read_text(encoding="utf-8"), values)


def usage_of(owner: User, days: int) -> Any:
    """What the keys of a person asked in the last days, newest first: one row a day, key and kind of address."""
    since = timezone.localdate() - timedelta(days=days - 1)
    rows = ApiUsage.objects.filter(key__owner=owner, day__gte=since).order_by("-day", "key__name", "key", "kind")
    return rows.values("day", "key", "key__name", "kind", "requests", "bytes", "refused")


def totals_of(owner: User, days: int) -> dict[int, Any]:
    """The sums of the last days by key, and the day it was last used."""
    since = timezone.localdate() - timedelta(days=days - 1)
    rows = ApiUsage.objects.filter(key__owner=owner, day__gte=since).values("key")
    return {
        row["key"]: row for row in rows.annotate(requests=Sum("requests"), bytes=Sum("bytes"), refused=Sum("refused"))
    }
