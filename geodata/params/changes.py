"""Parameters of the change feed and of snapshots, and the cursor that leads from one to the other.

A cursor names the last revision a reader has, by number and instant: after a backup was restored the
same number may stand for another change, and the reader must be told. It is opaque outside.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from geodata import registry
from geodata.params import columns
from geodata.params.columns import Columns, parse_columns, parse_flag
from geodata.params.items import Query, single
from geodata.params.paging import DEFAULT_LIMIT, parse_limit
from geodata.problems import BadParameter, NotFound
from geodata.registry import Collection

OWN = ("since", "limit", "collection", *columns.OWN, "skipFeature", "f")
SEAL = 6
WORD = 8
MAX_WAIT_S = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)


@dataclass(frozen=True)
class Anchor:
    """A revision that a reader has: its number, and when it was made. Number 0 is before all of them."""

    revision: int
    at: datetime | None


BEGINNING = Anchor(0, None)


@dataclass(frozen=True)
class ChangesQuery:
    """What is asked of the feed; `since` None starts with the oldest change that is kept.

    `choice` holds the parameters that say what of each feature is wanted.
    """

    since: Anchor | None = None
    collection: Collection | None = None
    limit: int = DEFAULT_LIMIT
    choice: Mapping[str, str] = field(default_factory=dict)
    skip_feature: bool = False

    def columns_of(self, collection: Collection) -> Columns:
        """What is wanted of a feature of this collection."""
        return parse_columns(self.choice, collection)


def parse_changes(query: Query) -> ChangesQuery:
    """Read the query string of the feed. Raises BadParameter."""
    given = single(query, OWN)
    collection = parse_collection(given["collection"]) if "collection" in given else None
    return ChangesQuery(
        since=parse_since(given["since"]) if "since" in given else None,
        collection=collection,
        limit=parse_limit(given["limit"]) if "limit" in given else DEFAULT_LIMIT,
        choice=_choice(given, collection),
        skip_feature=parse_flag(given, "skipFeature"),
    )


def _choice(given: dict[str, str], collection: Collection | None) -> dict[str, str]:
    if columns.PROPERTIES in given and collection is None:
        raise BadParameter(columns.PROPERTIES, _("Une liste de propriétés demande une collection (collection=…)."))
    choice = {name: given[name] for name in columns.OWN if name in given}
    for each in [collection] if collection else registry.collections():
        parse_columns(choice, each)
    return choice


def parse_uuid(name: str, text: str) -> UUID:
    """The uuid of a feature in the parameter `name`. Raises BadParameter."""
    try:
        return UUID(text)
    except ValueError:
        raise BadParameter(name, _("L’identifiant (uuid) d’une fiche.")) from None


def wait_s(prefer: str) -> int:
    """The seconds that `Prefer: wait=…` asks for, at most MAX_WAIT_S; 0 when it does not (RFC 7240 §4.3)."""
    found = WAIT.search(prefer)
    return min(int(found.group(1)), MAX_WAIT_S) if found else 0


def make_since(anchor: Anchor) -> str:
    """The cursor of a revision, as `since` takes it."""
    moment = (anchor.at - EPOCH) // timedelta(microseconds=1) if anchor.at else 0
    key = anchor.revision.to_bytes(WORD, "big") + moment.to_bytes(WORD, "big")
    return base64.urlsafe_b64encode(key + _seal(key)).decode().rstrip("=")


def parse_since(text: str) -> Anchor:
    """The revision in a cursor that this service made. Raises BadParameter, naming `since`."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    key, seal = raw[: 2 * WORD], raw[2 * WORD :]
    whole = base64.urlsafe_b64encode(raw).decode().rstrip("=") == text
    if not whole or len(key) != 2 * WORD or not hmac.compare_digest(seal, _seal(key)):
        raise BadParameter("since", _("Ce curseur ne vient ni d’une copie ni d’une page de changements de ce service."))
    revision, moment = int.from_bytes(key[:WORD], "big"), int.from_bytes(key[WORD:], "big")
    return Anchor(revision, EPOCH + timedelta(microseconds=moment)) if revision else BEGINNING


def _seal(key: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"changes" + key, hashlib.sha256)[:SEAL]


def parse_collection(name: str) -> Collection:
    """The collection that the parameter `collection` names. Raises BadParameter."""
    try:
        return registry.get(name)
    except NotFound:
        known = ", ".join(each.id for each in registry.collections())
        raise BadParameter("collection", _("Collection inconnue. Connues : %(known)s.") % {"known": known}) from None
