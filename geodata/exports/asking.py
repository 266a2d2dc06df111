"""Ask for a file, find it again, and whether it may still be read."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geodata import jobs, registry
from geodata.exports.models import Export, State
from geodata.exports.sight import seen_by
from geodata.exports.tasks import write
from geodata.formats.choice import Format
from geodata.problems import Unavailable
from geodata.queries import rows
from geodata.queries.rows import Selection

if TYPE_CHECKING:
    from uuid import UUID

    from comptes.models import User

# A file this young answers the same question again, whatever changed meanwhile, unless something was withdrawn.
FRESH = timedelta(minutes=15)
RETRY_AFTER_S = 60
UNFINISHED = (State.QUEUED, State.WRITING)
WITHDRAWN = """
SELECT EXISTS (SELECT FROM geodata_revision WHERE collection = %s AND id > %s
AND (%s OR public_op IS NOT NULL AND public_op <> 'upsert'))
OR EXISTS (SELECT FROM geodata_erasure WHERE collection = %s AND at > %s)
"""


def rows_if_large(chosen: Format, selection: Selection) -> int | None:
    """The number of rows of a selection that takes too long to be written while its reader waits; None if it does not."""
    if chosen.make is None or selection.is_one:
        return None
    above: int = settings.GEODATA_EXPORT_ABOVE
    is_short = rows.count(selection, above + 1) <= above
    if is_short and not (chosen.takes_long and chosen.takes_long(selection)):
        return None
    return rows.count(selection, settings.GEODATA_EXPORT_MOST)


def ask(chosen: Format, selection: Selection, query: str, wanted_rows: int) -> Export:
    """The file that answers this question: one that waits or is fresh, else a new one, queued.

    Raises Unavailable: too many wait already, or the files kept fill their room.
    """
    collection, user = selection.collection, selection.user
    who = user.pk if user.is_authenticated else None
    key = hashlib.sha256(f"{collection.id}\n{chosen.name}\n{query}\n{who}".encode()).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        known = _known(key, collection.id, selection)
        if known is not None:
            return known
        _check_room()
        asked = Export.objects.create(
            key=key,
            collection=collection.id,
            format=chosen.name,
            query=query,
            user_id=who,
            sight=seen_by(collection, user),
            rows=wanted_rows,
            expires_at=timezone.now() + timedelta(hours=settings.GEODATA_EXPORT_HOURS),
        )
        asked.refresh_from_db()
        jobs.defer(write, uuid=str(asked.uuid))
    return asked


def _known(key: str, collection_id: str, selection: Selection) -> Export | None:
    now = timezone.now()
    young = Q(state__in=UNFINISHED) | Q(state=State.READY, ready_at__gt=now - FRESH)
    for each in Export.objects.filter(young, key=key, expires_at__gt=now).order_by("-created_at"):
        if may_read(each, selection.user):
            return each
    return None


def _check_room() -> None:
    now = timezone.now()
    waiting = Export.objects.filter(state__in=UNFINISHED, expires_at__gt=now).count()
    kept = Export.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
    if waiting >= settings.GEODATA_EXPORTS_WAITING or kept > settings.GEODATA_EXPORTS_BYTES:
        raise Unavailable(
            _("Trop de fichiers sont demandés en ce moment. Réessayez dans quelques minutes."), RETRY_AFTER_S
        )


def find(uuid: UUID, user: User | AnonymousUser) -> Export | None:
    """The file that this person asked for (anybody, when it was asked for without an account)."""
    asked = Export.objects.filter(uuid=uuid).first()
    if asked is None or (asked.user_id is not None and asked.user_id != user.pk):
        return None
    return asked


def may_read(asked: Export, user: User | AnonymousUser) -> bool:
    """Whether nothing that it may hold has been withdrawn since, and its reader still sees as much."""
    reader = user if asked.user_id is not None else AnonymousUser()
    if asked.expires_at <= timezone.now() or asked.sight != seen_by(registry.get(asked.collection), reader):
        return False
    if asked.state != State.READY:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            WITHDRAWN, [asked.collection, asked.revision, asked.user_id is not None, asked.collection, asked.created_at]
        )
        (withdrawn,) = cursor.fetchone()
    return not withdrawn
