"""Rows of a source into the collection, through its actions: rights, rules and history are those of any change.

What was last written of a feature is kept beside it, property by property (decision 0163): what differs from that,
people wrote, and it is left alone. Nothing is deleted; what the source no longer has is listed.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes import recording
from geodata.changes.actions import Actions
from geodata.changes.values import plain, same_shape
from geodata.editing.reading import read_feature
from geodata.editing.serializers import FeatureSerializer
from geodata.features import Feature, Status
from geodata.harvest import mapping
from geodata.harvest.models import HarvestRecord, HarvestRun
from geodata.harvest.pulling import Pulled
from geodata.harvest.sources import Source
from geodata.problems import Invalid, Problem

if TYPE_CHECKING:
    from comptes.models import User

AT_ONCE = 100
MAX_REPORT = 1_000
RUNS_KEPT = 50
LIVING = (Status.DRAFT, Status.IN_REVIEW)


@dataclass
class Harvest:
    """One harvest at work; `run` holds its numbers and its report."""

    source: Source
    by: User
    run: HarvestRun
    seen: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.collection = registry.get(self.source.collection)
        self.actions: Actions = import_string(self.collection.actions)
        self.serializer: type[FeatureSerializer] = cast("type[FeatureSerializer]", self.collection.load_serializer())
        self.reason = _("moisson de « %(title)s »") % {"title": self.source.title}

    def take(self, pulled: Iterable[Pulled]) -> None:
        """Every row, some at once: the lock of revisions is held for a hundred rows, not for an hour."""
        rows = iter(pulled)
        for chunk in iter(lambda: list(itertools.islice(rows, AT_ONCE)), []):
            with recording(by=self.by, reason=self.reason, source="import", batch=self.run.uuid):
                for each in chunk:
                    self._take(each)

    def _take(self, pulled: Pulled) -> None:
        source_id = "?"
        try:
            source_id = mapping.identifier(pulled.columns, self.source.id_field)
            said = mapping.properties(self.collection, pulled.columns, self._rules())
            for row in mapping.rows(self.collection, source_id, said, pulled.shape):
                self._row(row)
        except Problem as refusal:
            self.seen.add(source_id)
            self.tell("refused", source_id, "", None, in_words(refusal, self._label))

    def _rules(self) -> mapping.Rules:
        given: dict[str, Any] = {
            "source": self.source.title,
            "source_url": self.source.url if self.source.is_remote else "",
        }
        if "authority" in self.collection.properties and self.source.authority:
            given["authority"] = self.source.authority
        if self.source.licence:
            given["licence"] = self.source.licence
        if self.source.source_date:
            given["source_date"] = self.source.source_date.isoformat()
        fixed = {"geom_quality": "approximate", "position_source": "import", **given, **self.source.fixed}
        return mapping.Rules(self.source.fields, fixed, self.source.templates)

    def _row(self, row: mapping.Row) -> None:
        name = str(row.properties.get(self.collection.label, ""))
        self.seen.add(row.source_id)
        try:
            values = read_feature(self.serializer, row.body, crs=(4326, False))
            uuid, outcome, reason = self._merged(row.source_id, values | {"source_id": row.source_id})
        except Problem as refusal:
            uuid, outcome, reason = None, "refused", in_words(refusal, self._label)
        self.tell(outcome, row.source_id, name, uuid, reason)

    def _merged(self, source_id: str, values: dict[str, Any]) -> tuple[UUID | None, str, str]:
        """What became of the feature: its uuid, a key of `HarvestRun.OUTCOMES`, and why."""
        rows = self.collection.model_class.objects
        record = HarvestRecord.objects.filter(source=self.source.id, source_id=source_id).first()
        present = rows.filter(source=values["source"], source_id=source_id).first()
        if present is None and record is not None:
            present = rows.filter(uuid=record.object_uuid).first()
        if present is None:
            if record is not None:
                return record.object_uuid, "kept", _("Elle a été supprimée ici.")
            made = self.actions.create(
                values | {"status": Status.DRAFT}, by=self.by, reason=self.reason, source="import"
            )
            self._remember(source_id, made.uuid, values)
            return made.uuid, "new", ""
        if record is None:
            return present.uuid, "kept", _("Elle existe déjà et ne vient pas d’une moisson.")
        outcome, reason = self._again(present, record, values)
        if outcome in ("updated", "proposed", "unchanged"):
            self._remember(source_id, present.uuid, values)
        else:
            HarvestRecord.objects.filter(pk=record.pk).update(last_run=self.run.uuid, vanished_at=None)
        return present.uuid, outcome, reason

    def _again(self, present: Feature, record: HarvestRecord, values: dict[str, Any]) -> tuple[str, str]:
        incoming = self._plain(values)
        changed = [name for name in values if not _same(incoming[name], record.values.get(name))]
        if not changed:
            return "unchanged", ""
        if present.deleted_at is not None:
            return "kept", _("Elle est dans la corbeille.")
        wanted, told = {name: values[name] for name in changed}, ", ".join(map(self._label, changed))
        if present.status == Status.PUBLISHED:
            # A proposition overwrites nothing: who decides sees it beside what people wrote.
            self.actions.propose(present.uuid, wanted, by=self.by, reason=self.reason)
            return "proposed", told
        if edited := self._edited(present, changed, record.values, incoming):
            return "kept", _("Des personnes ont modifié : %(names)s.") % {"names": ", ".join(map(self._label, edited))}
        if present.status in LIVING:
            self.actions.update(present.uuid, wanted, by=self.by, reason=self.reason, source="import")
            return "updated", told
        return "kept", _("Elle est archivée.")

    def _edited(
        self, present: Feature, changed: list[str], written: dict[str, Any], incoming: dict[str, Any]
    ) -> list[str]:
        """What would change and is no longer as the last harvest wrote it, nor as this one would."""
        now = self._plain({name: getattr(present, name) for name in changed})
        return [
            name for name in changed if not _same(now[name], written.get(name)) and not _same(now[name], incoming[name])
        ]

    def _remember(self, source_id: str, uuid: UUID, values: dict[str, Any]) -> None:
        HarvestRecord.objects.update_or_create(
            source=self.source.id,
            source_id=source_id,
            defaults={
                "collection": self.collection.id,
                "object_uuid": uuid,
                "values": self._plain(values),
                "last_run": self.run.uuid,
                "vanished_at": None,
            },
        )

    def _plain(self, values: dict[str, Any]) -> dict[str, Any]:
        fields = {each.name: each for each in self.collection.model_class._meta.concrete_fields}
        return {name: plain(fields.get(name), value) for name, value in values.items()}

    def _label(self, name: str) -> str:
        """What people call a field; a column of the source is called as it is."""
        known = {each.name: each for each in self.collection.model_class._meta.concrete_fields}
        return str(known[name].verbose_name) if name in known else name

    def find_vanished(self) -> None:
        """List what the source had and has no longer: a person decides what that means."""
        records = HarvestRecord.objects.filter(source=self.source.id).order_by("id")
        alive = self.collection.model_class.objects.alive()
        for record in [each for each in records.iterator() if not _was_seen(each.source_id, self.seen)]:
            if record.vanished_at is None:
                HarvestRecord.objects.filter(pk=record.pk).update(vanished_at=timezone.now())
            feature = alive.filter(uuid=record.object_uuid).first()
            if feature is not None:
                self.tell(
                    "vanished",
                    record.source_id,
                    feature.label,
                    feature.uuid,
                    _("La source ne l’a plus ; rien n’est supprimé ici."),
                )

    def tell(self, outcome: str, source_id: str, name: str, uuid: UUID | None, reason: str) -> None:
        """Count what became of a feature; of each outcome but the unchanged, the first `MAX_REPORT` are in the report."""
        self.counts[outcome] += 1
        if outcome != "unchanged" and self.counts[outcome] <= MAX_REPORT:
            known = {"outcome": outcome, "source_id": source_id, "name": name, "reason": reason}
            self.run.report.append(known | {"uuid": str(uuid) if uuid else None})


def _was_seen(source_id: str, seen: set[str]) -> bool:
    """Whether the source still has it: a row that is refused today hides its stages, it did not take them away."""
    return source_id in seen or source_id.partition("#")[0] in seen


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values say the same; shapes are compared as shapes."""
    if isinstance(one, dict) and isinstance(other, dict) and "coordinates" in one and "coordinates" in other:
        return same_shape(*(GEOSGeometry(json.dumps(each)) for each in (one, other)))
    return bool(one == other)


def in_words(refusal: Problem, label: Callable[[str], str] = str) -> str:
    """A refusal as one line, with the fields that it names as people call them."""
    if isinstance(refusal, Invalid):
        return " ; ".join(f"{label(name)} : {' '.join(map(str, told))}" for name, told in refusal.errors.items())
    return str(refusal.detail or refusal.title)


def harvest(source: Source, pulled: Iterator[Pulled], *, by: User) -> HarvestRun:
    """Take a source's rows; gives the run with its numbers and report.

    A source that cannot be read whole changes nothing, and nothing counts as vanished then. The last `RUNS_KEPT` runs
    of the source are kept.
    """
    run = HarvestRun.objects.create(source=source.id, collection=source.collection, actor=by)
    run.refresh_from_db()
    work = Harvest(source, by, run)
    try:
        work.take(pulled)
    except Problem as failure:
        run.failure = in_words(failure)
    else:
        work.find_vanished()
    run.counts, run.ended_at = dict(work.counts), timezone.now()
    run.save()
    runs = HarvestRun.objects.filter(source=source.id)
    runs.exclude(pk__in=runs.order_by("-started_at", "-uuid").values("pk")[:RUNS_KEPT]).delete()
    return run
