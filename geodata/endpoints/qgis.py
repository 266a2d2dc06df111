"""What QGIS does by its own lights when it writes by OGC API Features Part 4 (decision 0223)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest

from geodata.changes.models import Revision
from geodata.editing.texts import meant
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


def is_asking(request: HttpRequest) -> bool:
    """Whether a request is of QGIS, as its user agent says."""
    return " QGIS/" in request.headers.get("User-Agent", "")


def uuid_of_new(
    request: HttpRequest, collection: Collection, body: dict[str, Any], user: User | AnonymousUser
) -> UUID | None:
    """The uuid of a new feature of QGIS, the same when it is sent again; None for other programs.

    QGIS sends all that is new again when one of several was refused. A record that was changed or deleted
    since is not the one that is sent now: that has the uuid after it, however often it comes.
    """
    if not is_asking(request):
        return None
    said = json.dumps([collection.id, user.pk, request.headers.get("Content-Crs", ""), body], sort_keys=True)
    uuid = uuid5(NAMESPACE_URL, said)
    while Revision.objects.filter(uuid=uuid).count() > 1:
        uuid = uuid5(uuid, said)
    return uuid


def typed(request: HttpRequest, collection: Collection, body: dict[str, Any]) -> dict[str, Any]:
    """The body, with numbers, yes and no where QGIS has texts: a column that is empty in what it read is of texts to it."""
    properties = body.get("properties")
    if not is_asking(request) or not isinstance(properties, dict):
        return body
    said = {name: meant(collection.fields.get(name), value) for name, value in properties.items()}
    return body | {"properties": said}
