"""What became of an address: moved, or departed. Drafts that never were public leave no trace here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from geodata.changes.models import FormerSlug, Revision, Tombstone


@dataclass(frozen=True)
class Departure:
    """A feature that was public and was deleted; `successor` replaced it, if one that ever was public did.

    When and why, as the feed tells it: nothing of what was hidden by then.
    """

    uuid: UUID
    successor: UUID | None
    at: datetime | None
    reason: str


def moved(collection_id: str, slug: str) -> UUID | None:
    """The feature that had this slug before, if one had."""
    return FormerSlug.objects.filter(collection=collection_id, slug=slug).values_list("uuid", flat=True).first()


def departed(collection_id: str, slug: str) -> Departure | None:
    """The deleted feature whose last or former slug this was, if everybody could once see it."""
    former = moved(collection_id, slug)
    return _departure(collection_id, uuid=former) if former else _departure(collection_id, slug=slug)


def departed_uuid(collection_id: str, uuid: UUID) -> Departure | None:
    """The deleted feature of this uuid, if everybody could once see it."""
    return _departure(collection_id, uuid=uuid)


def _departure(collection_id: str, **key: object) -> Departure | None:
    stone = Tombstone.objects.filter(collection=collection_id, **key).first()
    last = _last_public(stone.uuid) if stone else None
    if stone is None or last is None:
        return None
    successor = stone.successor if stone.successor and _last_public(stone.successor) else None
    is_told = last.public_op == "delete"
    return Departure(stone.uuid, successor, last.at if is_told else None, last.reason if is_told else "")


def _last_public(uuid: UUID) -> Revision | None:
    """The last change of a feature that was told to everybody."""
    told = Revision.objects.filter(uuid=uuid, public_op__isnull=False)
    return told.only("public_op", "at", "reason").order_by("-id").first()
