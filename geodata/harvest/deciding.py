"""What a person makes of what a harvest lists: their values or ours, keep what the source lost or put it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes import recording
from geodata.changes.actions import Actions
from geodata.editing.reading import read_feature
from geodata.editing.serializers import FeatureSerializer
from geodata.features import Feature, Status
from geodata.harvest.models import HarvestRecord
from geodata.harvest.sources import Source
from geodata.problems import Conflict, Forbidden, NotFound

if TYPE_CHECKING:
    from comptes.models import User


def conflicts(source: Source, most: int) -> list[tuple[HarvestRecord, Feature]]:
    """Records in which people changed what the source changed too, each with ours."""
    rows = HarvestRecord.objects.filter(source=source.id).exclude(offered={}).order_by("id")
    return _with_ours(source, rows[:most])


def vanished(source: Source, most: int) -> list[tuple[HarvestRecord, Feature]]:
    """Records that the source no longer has and about which nobody decided, each with ours."""
    rows = HarvestRecord.objects.filter(source=source.id, vanished_at__isnull=False, let_be_at=None).order_by("id")
    alive = registry.get(source.collection).model_class.objects.alive()
    return _with_ours(source, rows.filter(object_uuid__in=alive.values("uuid"))[:most])


def _with_ours(source: Source, rows: Any) -> list[tuple[HarvestRecord, Feature]]:
    found = list(rows)
    alive = registry.get(source.collection).model_class.objects.alive()
    ours = {each.uuid: each for each in alive.filter(uuid__in=[each.object_uuid for each in found])}
    return [(each, ours[each.object_uuid]) for each in found if each.object_uuid in ours]


def decide(source: Source, source_id: str, verb: str, *, by: User) -> Feature:
    """Do as a person says: `theirs`, `ours`, `let_be`, `bin` or `archive`; gives our record as it was.

    Raises NotFound: no such thing is listed; Forbidden and whatever the action raises.
    """
    told = _("valeurs de la source") if verb in ("theirs", "ours") else _("la source ne l’a plus")
    # The lock of revisions before that of the record, as a harvest takes them.
    with recording(by=by, reason=told):
        record = HarvestRecord.objects.select_for_update().filter(source=source.id, source_id=source_id).first()
        model = registry.get(source.collection).model_class
        feature = model.objects.alive().filter(uuid=record.object_uuid).first() if record is not None else None
        if record is None or feature is None or verb not in VERBS:
            raise NotFound(_("Rien de tel n’attend une décision."))
        if verb in ("theirs", "ours") and not record.offered:
            raise Conflict(_("Rien de tel n’attend une décision."))
        if verb not in ("theirs", "ours") and record.vanished_at is None:
            raise Conflict(_("La source a de nouveau cette fiche."))
        actions: Actions = import_string(registry.get(source.collection).actions)
        if not actions.permissions.may_edit(by, feature):
            raise Forbidden(actions.permissions.who_can(actions.permissions.owner_of(feature)))
        VERBS[verb](actions, record, feature, by)
        record.save()
    return cast("Feature", feature)


def _take_theirs(actions: Actions, record: HarvestRecord, feature: Feature, by: User) -> None:
    actions.update(feature.uuid, _values(record, feature, by), by=by)
    _settle(actions, record, feature, by)


def _values(record: HarvestRecord, feature: Feature, by: User) -> dict[str, Any]:
    """What the source offers, as the model has it."""
    collection = registry.get(record.collection)
    offered = dict(record.offered)
    body: dict[str, Any] = {"type": "Feature"}
    if "geom" in offered:
        body["geometry"] = offered.pop("geom")
    heights = {name: offered.pop(name) for name in (collection.elevations,) if name and name in offered}
    body["properties"] = json.loads(json.dumps(offered))
    serializer = cast("type[FeatureSerializer]", collection.load_serializer())
    return read_feature(serializer, body, by=by, crs=(4326, False), instance=feature, partial=True) | heights


def _settle(actions: Actions, record: HarvestRecord, feature: Feature, by: User) -> None:
    """What the source says now counts as said: it is told again when it says something else."""
    record.values, record.offered = record.values | record.offered, {}


def _let_be(actions: Actions, record: HarvestRecord, feature: Feature, by: User) -> None:
    record.let_be_at = timezone.now()


def _bin(actions: Actions, record: HarvestRecord, feature: Feature, by: User) -> None:
    actions.delete(feature.uuid, by=by)


def _archive(actions: Actions, record: HarvestRecord, feature: Feature, by: User) -> None:
    actions.move(feature.uuid, Status.ARCHIVED, by=by)
    _let_be(actions, record, feature, by)


VERBS: dict[str, Callable[[Actions, HarvestRecord, Feature, Any], None]] = {
    "theirs": _take_theirs,
    "ours": _settle,
    "let_be": _let_be,
    "bin": _bin,
    "archive": _archive,
}
