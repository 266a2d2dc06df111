"""`limit` and `cursor`: how much, and from where. The cursor is opaque outside (decision 0003)."""

import base64
import binascii
import hashlib
import hmac

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
SEAL = 6
KEY = 8
MAX_DIGITS = 18


def parse_limit(text: str) -> int:
    """A positive whole number; above the maximum the maximum is served (/req/core/fc-limit-response-1)."""
    if not text.isascii() or not text.isdigit() or int(text[:MAX_DIGITS]) == 0:
        raise BadParameter("limit", _("Un nombre entier à partir de 1."))
    return min(int(text[:MAX_DIGITS]), MAX_LIMIT)


def parse_limit_of_all(text: str | None) -> int | None:
    """The `limit` of a download, which is no page: without it everything is given, and no maximum cuts it off."""
    if text is None:
        return None
    parse_limit(text)
    return int(text[:MAX_DIGITS])


def make_cursor(collection_id: str, last_id: int) -> str:
    """An opaque text that says after which internal id the next page begins."""
    key = last_id.to_bytes(KEY, "big")
    return base64.urlsafe_b64encode(key + _seal(collection_id, key)).decode().rstrip("=")


def parse_cursor(text: str, collection_id: str) -> int:
    """The internal id in a cursor that this service made for this collection. Raises BadParameter."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    key, seal = raw[:KEY], raw[KEY:]
    if len(key) != KEY or not hmac.compare_digest(seal, _seal(collection_id, key)):
        raise BadParameter("cursor", _("Ce curseur ne vient pas d’un lien « next » de cette collection."))
    return int.from_bytes(key, "big")


def _seal(collection_id: str, key: bytes) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return hmac.digest(secret, b"cursor" + collection_id.encode() + key, hashlib.sha256)[:SEAL]
