"""`limit` and `cursor`: how much, and from where. The cursor is opaque outside (decision 0003)."""

import base64
import binascii
import hashlib
import hmac
import json

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from geodata.problems import BadParameter

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
SEAL = 6
KEY = 8
MAX_DIGITS = 18


def whole_number(text: str, most: int) -> int:
    """The number from 1 to `most` that a text of a form or an address writes in plain digits; 0 for anything else."""
    is_plain = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if is_plain and int(text) <= most else 0


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


def make_cursor(collection_id: str, last_id: int, order: str = "", values: tuple[str | None, ...] = ()) -> str:
    """An opaque text that says after which internal id, with which values of its `order`, the next page begins."""
    key = last_id.to_bytes(KEY, "big") + (json.dumps(values, ensure_ascii=False).encode() if order else b"")
    return _written(key + _seal(collection_id, order, key))


def parse_cursor(text: str, collection_id: str, order: str = "") -> tuple[int, tuple[str | None, ...]]:
    """Internal id and values in a cursor that this service made for this collection and order. Raises BadParameter."""
    raw = _read(text)
    key, seal = raw[:-SEAL], raw[-SEAL:]
    if len(key) < KEY or not hmac.compare_digest(seal, _seal(collection_id, order, key)):
        raise BadParameter("cursor", _("Ce curseur ne vient pas d’un lien « next » de cette collection."))
    return int.from_bytes(key[:KEY], "big"), tuple(json.loads(key[KEY:] or b"[]"))


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    """The bytes of a cursor, none of one that is not written as ours are."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _written(raw) == text else b""


def _seal(collection_id: str, order: str, key: bytes) -> bytes:
    about = b"cursor" + collection_id.encode() + (f"?{order}?".encode() if order else b"")
    return hmac.digest(settings.SECRET_KEY.encode(), about + key, hashlib.sha256)[:SEAL]
