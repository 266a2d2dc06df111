"""The health of the feeds: each collection is read as a partner reads it, and judged by its own schema.

A check reads the whole collection as lines of GeoJSON (the download that partners copy), measures it, and validates up to
MOST_JUDGED features, spread over the whole, against `/api/collections/<id>/schema`. What it found is kept until the next one.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from carte.models import ControleFlux
from geodata import registry
from geodata.formats import geojsonseq
from geodata.ogc.schema import schema
from geodata.params.items import ItemsQuery
from geodata.queries import rows, states
from geodata.registry import GEOMETRY, Collection

MOST_JUDGED = 2_000
MOST_TOLD = 20
# Input: ids (text[]). Output: id and instant of the last public change. Index: geodata_revision_feed.
LAST = """
SELECT c, (SELECT at FROM geodata_revision r WHERE r.collection = c AND public_op IS NOT NULL ORDER BY r.id DESC LIMIT 1)
FROM unnest(%s::text[]) c
"""
STALE = timedelta(days=1)


@dataclass(frozen=True)
class Feed:
    """A feed: its collection, its last public change, the last check (None before the first), and whether it changed since."""

    collection: Collection
    changed_at: datetime | None
    check: ControleFlux | None
    is_newer: bool

    def document(self, origin: str) -> dict[str, Any]:
        """The same for programs; `valid` is null before the first check."""
        check = self.check
        told = {
            "checkedAt": check.checked_at.isoformat(),
            "features": check.features,
            "judged": check.judged,
            "problems": check.problems,
            "bytes": check.bytes,
            "firstByteMs": check.first_byte_ms,
            "totalMs": check.total_ms,
            "changedSince": self.is_newer,
        } if check else {}  # fmt: skip
        return {
            "collection": self.collection.id,
            "href": f"{origin}/api/collections/{self.collection.id}/items",
            "schema": f"{origin}/api/collections/{self.collection.id}/schema",
            "changedAt": self.changed_at.isoformat() if self.changed_at else None,
            "valid": not check.problems if check else None,
        } | told


def all_of_them() -> list[Feed]:
    """Every feed, in the order of the collections: two statements."""
    checks = {check.collection: check for check in ControleFlux.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute(LAST, [[each.id for each in registry.collections()]])
        changed = dict(cursor.fetchall())
    return [_feed(each, changed.get(each.id), checks.get(each.id)) for each in registry.collections()]


def of(collection: Collection) -> Feed:
    """One feed."""
    return next(each for each in all_of_them() if each.collection is collection)


def check_stale() -> int:
    """Check the feeds that changed since their last check, or were not checked for a day; how many these were."""
    limit = timezone.now() - STALE
    wanted = [each for each in all_of_them() if each.check is None or each.is_newer or each.check.checked_at < limit]
    for each in wanted:
        check(each.collection)
    return len(wanted)


def _feed(collection: Collection, changed_at: datetime | None, check: ControleFlux | None) -> Feed:
    return Feed(collection, changed_at, check, bool(check and changed_at and changed_at > check.checked_at))


def check(collection: Collection) -> ControleFlux:
    """Read and judge a feed now, and keep what was found."""
    nobody = AnonymousUser()
    revision, begun = states.revision(collection, nobody), time.perf_counter()
    every = max(_count(collection) // MOST_JUDGED, 1)
    judge = Draft202012Validator(_rules(collection), format_checker=FormatChecker())
    found: dict[str, Any] = {"features": 0, "judged": 0, "bytes": 0, "problems": []}
    first_byte: float | None = None
    for piece in geojsonseq.write(rows.of_query(collection, nobody, ItemsQuery()), ""):
        first_byte = first_byte or time.perf_counter()
        found["bytes"] += len(piece)
        for line in piece.split(geojsonseq.SEPARATOR)[1:]:
            if found["features"] % every == 0:
                _judge(judge, line, found)
            found["features"] += 1
    found["first_byte_ms"] = round(1000 * ((first_byte or begun) - begun))
    found["total_ms"] = round(1000 * (time.perf_counter() - begun))
    found |= {"revision": revision, "checked_at": timezone.now()}
    kept, _made = ControleFlux.objects.update_or_create(collection=collection.id, defaults=found)
    return kept


def _count(collection: Collection) -> int:
    return collection.visible_to(AnonymousUser()).count()


def _rules(collection: Collection) -> dict[str, Any]:
    """The published schema, for the member `properties` of a feature; codes may be absent (null)."""
    rules = schema(collection, collection.id)
    described = {name: _nullable(each) for name, each in rules["properties"].items() if name not in ("id", GEOMETRY)}
    return {"type": "object", "properties": described, "required": [*described], "additionalProperties": False}


def _nullable(rule: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, rule]}


def _judge(judge: Draft202012Validator, line: bytes, found: dict[str, Any]) -> None:
    feature = json.loads(line)
    found["judged"] += 1
    for error in judge.iter_errors(feature["properties"]):
        if len(found["problems"]) < MOST_TOLD:
            name = ".".join(str(part) for part in error.absolute_path)
            found["problems"].append({"id": feature["id"], "property": name, "rule": str(error.validator)})
