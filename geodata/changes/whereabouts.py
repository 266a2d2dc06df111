"""What became of an address: moved, or departed. Drafts that never were public leave no trace here."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from geodata.changes.models import FormerSlug, Revision, Tombstone


@dataclass(frozen=True)
class Departure:
    """A feature that was public and was deleted; `successor` replaced it, if one did."""

    uuid: UUID
    successor: UUID | None


def moved(collection_id: str, slug: str) -> UUID | None:
    """The feature that had this slug before, if one had."""
    return FormerSlug.objects.filter(collection=collection_id, slug=slug).values_list("uuid", flat=True).first()


def departed(collection_id: str, slug: str) -> Departure | None:
    """The deleted feature whose last or former slug this was, if everybody could once see it."""
    former = moved(collection_id, slug)
    stones = Tombstone.objects.filter(collection=collection_id)
    stones = stones.filter(uuid=former) if former else stones.filter(slug=slug)
    was_public = Revision.objects.filter(uuid=OuterRef("uuid"), public_op__isnull=False)
    stone = stones.filter(Exists(was_public)).first()
    return Departure(stone.uuid, stone.successor) if stone else None
