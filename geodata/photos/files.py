"""Where the files of a photo lie, and under which names they are published.

A published name holds a hash of the content and of the photo's uuid: a copy never changes under
its name, so it may be kept for a year. What was uploaded is not kept; the "original" is a large
copy without metadata, under a name that no address leads to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

# Endings of the published copies, the smallest format first.
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
PUBLISHED = re.compile(r"^[0-9a-f]{16}-\d{1,5}\.(avif|webp|jpg)$")


def stem_of(uuid: UUID, sha256: str) -> str:
    """The first part of the published names of a photo."""
    return hashlib.sha256(f"{uuid}{sha256}".encode()).hexdigest()[:16]


def path_of(collection: str, uuid: UUID, name: str) -> str:
    """Where the storage holds a published copy; also its address below `MEDIA_URL`."""
    return f"photos/{collection}/{uuid}/{name}"


def save(collection: str, uuid: UUID, sha256: str, copies: Mapping[str, bytes], original: bytes) -> str:
    """Write the copies and the original; gives the name of the original in the storage."""
    stem = stem_of(uuid, sha256)
    for name, content in copies.items():
        _write(path_of(collection, uuid, f"{stem}-{name}"), content)
    kept = f"originals/{collection}/{uuid}/{stem}.jpg"
    _write(kept, original)
    return kept


def remove(collection: str, uuid: UUID, sha256: str, widths: Iterable[int], original: str) -> None:
    """Delete every file of a photo; what is already gone is no error."""
    stem = stem_of(uuid, sha256)
    for width in widths:
        for ending in MEDIA_TYPES:
            default_storage.delete(path_of(collection, uuid, f"{stem}-{width}.{ending}"))
    if original:
        default_storage.delete(original)


def _write(path: str, content: bytes) -> None:
    if default_storage.exists(path):
        default_storage.delete(path)
    default_storage.save(path, ContentFile(content))
