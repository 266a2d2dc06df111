"""Taking a text out of the history, where the law asks for it (GDPR, article 17): the one way in which the past changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from geodata.changes.models import Erasure
from geodata.problems import Invalid

if TYPE_CHECKING:
    from geodata.registry import Collection

# What the history itself stands on, and the shape: a place is no person.
KEPT = frozenset({"id", "uuid", "slug", "status", "revision", "deleted_at", "geom"})
STATES = """
UPDATE geodata_revision SET before = before || (SELECT jsonb_object_agg(name, NULL::text) FROM unnest(%(columns)s::text[]) name)
WHERE uuid = %(uuid)s AND collection = %(collection)s AND before ?| %(columns)s::text[]
"""
REASONS = (
    "UPDATE geodata_revision SET reason = '', note = ''"
    " WHERE uuid = %(uuid)s AND collection = %(collection)s AND (reason <> '' OR note <> '')"
)

TOMBSTONES = "UPDATE geodata_tombstone SET reason = '' WHERE uuid = %(uuid)s AND collection = %(collection)s"


@dataclass(frozen=True)
class Forgotten:
    """How many past states lost their texts, and how many changes their reason and note."""

    states: int
    reasons: int


def forget(collection: Collection, uuid: UUID, names: Sequence[str], why: str, *, reasons: bool = False) -> Forgotten:
    """Empty these properties in every past state of a feature; with `reasons` also what was said of each change.

    The present row is not touched: it is edited like any other. Noted without the texts; answers about the past bear another
    validator from then on. Raises Invalid: nothing to erase, an unknown property, one that the history stands on.
    """
    fields = {field.name: str(field.column) for field in collection.model_class._meta.concrete_fields}
    wrong = [name for name in names if name not in fields or fields[name] in KEPT]
    if wrong or not (names or reasons):
        raise Invalid({name: [_("Ce champ ne s’efface pas de l’historique.")] for name in wrong or ["fields"]})
    given: dict[str, Any] = {"uuid": uuid, "collection": collection.id, "columns": [fields[name] for name in names]}
    with transaction.atomic(), connection.cursor() as cursor:
        states = told = 0
        if names:
            cursor.execute(STATES, given)
            states = cursor.rowcount
        if reasons:
            cursor.execute(REASONS, given)
            told = cursor.rowcount
            cursor.execute(TOMBSTONES, given)
        Erasure.objects.create(collection=collection.id, uuid=uuid, fields=list(names), why=why)
    return Forgotten(states, told)
