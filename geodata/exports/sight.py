"""What a person may see of a collection, as a number that changes when it does."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from geodata.queries import select
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def seen_by(collection: Collection, user: User | AnonymousUser) -> int:
    """A checksum of the visibility rule with its values."""
    source, params = select.visible(collection, user)
    return zlib.crc32(f"{source.as_string()}{params!r}".encode())
