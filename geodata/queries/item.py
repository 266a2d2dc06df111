"""One item by its uuid, and where it went when it is not there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from geodata.changes import whereabouts
from geodata.changes.models import Revision
from geodata.changes.whereabouts import Departure
from geodata.params.columns import EVERYTHING, Columns
from geodata.params.crs import CRS84, Crs
from geodata.params.instants import instant
from geodata.problems import Gone, NotFound
from geodata.queries import past, reader, select, stored
from geodata.queries.raw import direct
from geodata.queries.states import State
from geodata.registry import Collection

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from comptes.models import User

WANTED = "SELECT t.revision, (extract(epoch FROM t.updated_at) * 1000000)::bigint, {} FROM ({}) t{} WHERE t.uuid = %s"


@dataclass(frozen=True)
class Item:
    """A feature as GeoJSON text (UTF-8, no links), and the revision that it is of."""

    text: bytes
    state: State


def item(
    collection: Collection,
    user: User | AnonymousUser,
    uuid: UUID,
    crs: Crs = CRS84,
    columns: Columns = EVERYTHING,
    revision: int | None = None,
) -> Item:
    """The item that this person may see, or of a past state everybody could.

    Raises NotFound, or Gone for one that was public and is deleted, or was public at another time.
    """
    if revision is not None:
        return _former(collection, uuid, crs, columns, revision)
    source, params = select.visible(collection, user)
    source_text, values = source.as_string(), [*params, uuid]
    is_kept = crs is CRS84 and columns == EVERYTHING
    found = reader.read(_statement(collection, source_text, "kept" if is_kept else "feature", crs, columns), values)
    if is_kept and found.ntuples and found.get_value(0, 2) is None:
        found = reader.read(_statement(collection, source_text, "feature", crs), values)
    if not found.ntuples:
        raise _absent(whereabouts.departed_uuid(collection.id, uuid))
    return Item(found.get_value(0, 2) or b"", _state(found))


def _former(collection: Collection, uuid: UUID, crs: Crs, columns: Columns, revision: int) -> Item:
    source, params = past.rows(collection, revision)
    feature, join = stored.feature(collection, crs, columns)
    with direct() as cursor:
        cursor.execute(sql.SQL(WANTED).format(feature, source, join), [*params, uuid])
        row = cursor.fetchone()
    if row is None:
        raise _elsewhen(collection, uuid)
    return Item(row[2], State(row[0], row[1]))


def public_state(collection: Collection, uuid: str) -> State | None:
    """The revision of the item that everybody sees under this uuid, None when there is none: one indexed read."""
    source, params = select.visible(collection, AnonymousUser())
    found = reader.read(_statement(collection, source.as_string(), "nothing"), [*params, uuid])
    return _state(found) if found.ntuples else None


def kept(collection: Collection, uuid: str) -> Item | None:
    """The item that everybody sees under this uuid, None when there is none or its text is not kept ready."""
    source, params = select.visible(collection, AnonymousUser())
    found = reader.read(_statement(collection, source.as_string(), "kept"), [*params, uuid])
    text = found.get_value(0, 2) if found.ntuples else None
    return None if text is None else Item(text, _state(found))


def _state(found: PGresult) -> State:
    return State(int(found.get_value(0, 0) or 0), int(found.get_value(0, 1) or 0))


@lru_cache(200)
def _statement(collection: Collection, source: str, what: str, crs: Crs = CRS84, columns: Columns = EVERYTHING) -> str:
    """Revision, its instant in microseconds, and the feature: computed, as it is kept, or nothing of it."""
    feature, join = sql.SQL("NULL"), sql.SQL("")
    if what == "kept":
        feature, join = stored.kept(collection)
    elif what == "feature":
        feature, join = stored.feature(collection, crs, columns)
    return reader.numbered(sql.SQL(WANTED).format(feature, sql.SQL(source), join).as_string())


def uuid_of_slug(collection: Collection, user: User | AnonymousUser, slug: str) -> UUID:
    """The uuid behind a slug, present or former. Raises NotFound or Gone."""
    visible = collection.visible_to(user)
    found = visible.filter(slug=slug).values_list("uuid", flat=True).first()
    if found is None:
        former = whereabouts.moved(collection.id, slug)
        found = visible.filter(uuid=former).values_list("uuid", flat=True).first() if former else None
    if found is None:
        raise _absent(whereabouts.departed(collection.id, slug))
    return UUID(str(found))


def _elsewhen(collection: Collection, uuid: UUID) -> Gone | NotFound:
    """Why a feature is not there at an instant: the draft on versioned features wants 410 if it ever was."""
    if Revision.objects.filter(collection=collection.id, uuid=uuid, public_op__isnull=False).exists():
        return Gone(_("Cette fiche n’était pas publiée à cet instant."))
    return NotFound(_("Aucune fiche à cette adresse."))


def _absent(departure: Departure | None) -> Gone | NotFound:
    """Why nothing is at this address."""
    if departure is None:
        return NotFound(_("Aucune fiche à cette adresse."))
    at = instant(departure.at) if departure.at else ""
    successor = str(departure.successor) if departure.successor else None
    return Gone(_("Cette fiche a été supprimée."), at=at, reason=departure.reason, successor=successor)
