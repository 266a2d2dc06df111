"""Publishing many records at once, and taking that back; each is judged as it would be alone.

What is published together carries one batch in the history: that is what is taken back. They are written by one
statement in one transaction, which takes less time than one for each (`Many`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, F, Max, QuerySet

from geodata.changes.actions import Actions
from geodata.changes.judging import as_stored
from geodata.changes.many import Many
from geodata.changes.models import Revision, Source
from geodata.changes.rights import STEPS
from geodata.features import Feature, FeatureQuerySet, Status
from geodata.problems import Problem

if TYPE_CHECKING:
    from datetime import datetime

    from comptes.models import User

Refusals = dict[UUID, Problem]
PHOTO_REASON = "no_photo_reason"


def publish(
    actions: Actions, uuids: Sequence[UUID], *, by: User, batch: UUID, note: str, no_photo_reason: str = ""
) -> Refusals:
    """Publish these records; gives back what is wrong with those that stay as they are.

    `no_photo_reason` is written into the records that have neither photo nor reason.
    """
    many = Many(actions, by=by, note=note, source=Source.WEB, batch=batch)

    def prepare(feature: Feature) -> bool:
        if feature.status not in STEPS[Status.PUBLISHED] or not many.may_publish(feature):
            return False
        feature.status = Status.PUBLISHED
        if no_photo_reason and PHOTO_REASON in actions.publish_rules(feature):
            setattr(feature, PHOTO_REASON, no_photo_reason)
        return True

    told = many.settle(uuids, prepare, _written(actions), lambda uuid: _publish(actions, uuid, by, no_photo_reason))
    return {uuid: each for uuid, each in zip(uuids, told, strict=True) if isinstance(each, Problem)}


def _publish(actions: Actions, uuid: UUID, by: User, no_photo_reason: str) -> None:
    feature = actions._rows().alive().filter(uuid=uuid).first() if no_photo_reason else None
    if feature is not None and PHOTO_REASON in actions.publish_rules(feature):
        actions.update(uuid, {"status": Status.PUBLISHED, PHOTO_REASON: no_photo_reason}, by=by)
    else:
        actions.move(uuid, Status.PUBLISHED, by=by)


def published_together(rows: FeatureQuerySet, *, collection: str, since: datetime) -> QuerySet[Any, Any]:
    """Batches of which at least one of these rows is as the batch left it, the latest first.

    Each has `batch`, `who` (an account's name), `at` and `count`: how many would be taken back.
    """
    found = _published(collection, since).filter(id__in=rows.filter(status=Status.PUBLISHED).values("revision"))
    return (
        found.values("batch", who=F("actor__username"))
        .annotate(at=Max("at"), count=Count("id"))
        .order_by("-at", "batch")
    )


def take_back(actions: Actions, batch: UUID, *, by: User, note: str, since: datetime) -> tuple[int, Refusals]:
    """Give the records of a batch the status that they had before it; how many, and what is wrong with the others.

    What somebody has changed since is left alone and not counted.
    """
    revisions = {each.uuid: each for each in _published(actions.collection, since).filter(batch=batch).order_by("id")}
    many = Many(actions, by=by, note=note, source=Source.WEB)
    left: set[UUID] = set()

    def prepare(feature: Feature) -> bool:
        if not many.may_publish(feature):
            return False
        return _as_before(feature, revisions[feature.uuid])

    def alone(uuid: UUID) -> None:
        if not _taken_back(actions, revisions[uuid], by):
            left.add(uuid)

    told = many.settle(list(revisions), prepare, _written(actions), alone)
    refused = {uuid: each for uuid, each in zip(revisions, told, strict=True) if isinstance(each, Problem)}
    return len(revisions) - len(left) - len(refused), refused


def _taken_back(actions: Actions, revision: Revision, by: User) -> bool:
    feature = actions._rows().alive().select_for_update(of=("self",)).filter(uuid=revision.uuid).first()
    if feature is None:
        return False
    was = as_stored(feature)
    if not _as_before(feature, revision):
        return False
    actions.rights.ask_publish(by, feature)
    actions._save(feature, {}, by, was)
    return True


def _as_before(feature: Feature, revision: Revision) -> bool:
    """Give the record what publishing changed of it, as it was; False where somebody has changed it since."""
    if feature.revision != revision.id or revision.before is None:
        return False
    feature.status = revision.before["status"]
    if PHOTO_REASON in revision.before:
        setattr(feature, PHOTO_REASON, revision.before[PHOTO_REASON])
    return True


def _written(actions: Actions) -> set[str]:
    """The fields that publishing together writes."""
    named = {each.name for each in actions.model._meta.concrete_fields}
    return {"status", PHOTO_REASON} & named


def _published(collection: str, since: datetime) -> QuerySet[Revision]:
    return Revision.objects.filter(
        collection=collection, at__gte=since, source=Source.WEB, batch__isnull=False, before__isnull=False
    )
