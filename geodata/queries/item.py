"""One item by its uuid, and where it went when it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata.changes.models import FormerSlug, Revision, Tombstone
from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84, Crs
from geodata.problems import Gone, NotFound
from geodata.queries import select, stored
from geodata.queries.raw import direct, prepared
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User


@dataclass(frozen=True)
class Item:
    """A feature as GeoJSON text (UTF-8, no links), with its revision."""

    text: bytes
    revision: int


def item(
    collection: Collection, user: User | AnonymousUser, uuid: UUID, crs: Crs = CRS84, columns: Columns = EVERYTHING
) -> Item:
    """The item that this person may see. Raises NotFound, or Gone for one that was public and is deleted."""
    source, params = select.visible(collection, user)
    feature, join = stored.feature(collection, crs, columns)
    statement = sql.SQL("SELECT {}, t.revision FROM ({}) t{} WHERE t.uuid = %s").format(feature, source, join)
    with prepared() if columns == EVERYTHING else direct() as cursor:
        cursor.execute(statement, [*params, uuid])
        row = cursor.fetchone()
    if row is None:
        raise _absent(collection, uuid)
    return Item(*row)


def uuid_of_slug(collection: Collection, user: User | AnonymousUser, slug: str) -> UUID:
    """The uuid behind a slug, present or former. Raises NotFound or Gone."""
    visible = collection.visible_to(user)
    found = visible.filter(slug=slug).values_list("uuid", flat=True).first()
    if found is None:
        former = FormerSlug.objects.filter(collection=collection.id, slug=slug).values_list("uuid", flat=True).first()
        found = visible.filter(uuid=former).values_list("uuid", flat=True).first() if former else None
    if found is None:
        buried = Tombstone.objects.filter(collection=collection.id, slug=slug).first()
        raise _absent(collection, buried.uuid) if buried else NotFound(_("Aucune fiche à cette adresse."))
    return UUID(str(found))


def _absent(collection: Collection, uuid: UUID) -> Gone | NotFound:
    tombstone = Tombstone.objects.filter(uuid=uuid, collection=collection.id).first()
    if tombstone and Revision.objects.filter(uuid=uuid, public_op="delete").exists():
        successor = str(tombstone.successor) if tombstone.successor else None
        return Gone(_("Cette fiche a été supprimée."), successor)
    return NotFound(_("Aucune fiche à cette adresse."))
