"""Rows of a source into the collection, through its actions: rights, rules and history are those of any change.

What was last written of a feature is kept beside it, property by property (decision 0163): what differs from that,
people wrote, and it is left alone. Rows are read and mapped outside the lock of revisions, which is held for one short
batch after another (decision 0185).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes import recording
from geodata.changes.actions import Actions
from geodata.changes.many import Many
from geodata.changes.values import plain, same_shape
from geodata.editing.reading import read_with
from geodata.editing.serializers import FeatureSerializer
from geodata.features import Feature, Status
from geodata.harvest import mapping
from geodata.harvest.models import HarvestRecord, HarvestRun
from geodata.harvest.sources import Source
from geodata.harvest.staging import Staged
from geodata.harvest.words import Said, in_languages, in_words, label_of, refusal_of
from geodata.problems import Problem
from geodata.vectorstream import Spool

if TYPE_CHECKING:
    from comptes.models import User

AT_ONCE = 250
MAX_REPORT = 1_000
EMPTY: tuple[Any, ...] = (None, "", [], {})
LIVING = (Status.DRAFT, Status.IN_REVIEW)
WRITTEN = ("origin", "digest", "collection", "object_uuid", "values", "offered", "vanished_at", "let_be_at")


@dataclass(frozen=True)
class Incoming:
    """One of ours as the source has it now: read, mapped and typed, not yet compared."""

    origin: str
    source_id: str
    digest: str
    name: str
    values: dict[str, Any]
    plain: dict[str, Any]


@dataclass
class Batch:
    """What was found out of some rows: what to write, and which rows of the source were taken whole."""

    create: list[Incoming] = field(default_factory=list)
    update: list[tuple[Incoming, UUID, list[str]]] = field(default_factory=list)
    propose: list[tuple[Incoming, UUID, list[str]]] = field(default_factory=list)
    records: list[HarvestRecord] = field(default_factory=list)


class Harvest:
    """One harvest at work; `run` holds its numbers and its report."""

    def __init__(self, source: Source, by: User, run: HarvestRun) -> None:
        self.source, self.by, self.run = source, by, run
        self.counts: Counter[str] = Counter()
        self.collection = registry.get(source.collection)
        self.model = self.collection.model_class
        self.actions: Actions = import_string(self.collection.actions)
        self.reason = _("moisson de « %(title)s »") % {"title": source.title}
        self.many = Many(self.actions, by=by, reason=self.reason, source="import")
        self.rules = mapping.rules_of(self.collection, source)

    @cached_property
    def _serializer(self) -> FeatureSerializer:
        made = cast("type[FeatureSerializer]", self.collection.load_serializer())
        return made(context={"by": self.by, "crs": (4326, False)}).remember_links()

    @cached_property
    def _fields(self) -> dict[str, Any]:
        return {each.name: each for each in self.model._meta.concrete_fields}

    @property
    def salt(self) -> str:
        """What else than a row decides what becomes of it."""
        told = [self.source.collection, self.source.id_field, self.rules.fields, self.rules.fixed, self.rules.templates]
        return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()

    @property
    def numbers(self) -> dict[str, int]:
        """How many features became what, without the zeros."""
        return {outcome: number for outcome, number in self.counts.items() if number}

    def take(self, rows: Spool, some: Sequence[Staged]) -> None:
        """Some rows: looked at without the lock, then written in one transaction."""
        incoming, refused = self._read(rows, some)
        with recording(by=self.by, reason=self.reason, source="import", batch=self.run.uuid):
            self._apply(incoming, refused)

    def _read(self, rows: Spool, some: Sequence[Staged]) -> tuple[list[Incoming], set[str]]:
        """What the rows say, and the identifiers of those that cannot be mapped at all."""
        incoming: list[Incoming] = []
        refused: set[str] = set()
        harvested = self._harvested(some)
        for each in some:
            found = rows.at(each.place)
            if each.twin:
                self._refuse(each.origin or "?", "", lambda: _("Cet identifiant vient plusieurs fois de la source."))
                continue
            try:
                origin, said = self._mapped(found)
                made = list(mapping.rows(self.collection, origin, said, found.shape))
            except Problem as problem:
                refused.add(each.origin or "?")
                self._refuse(each.origin or "?", "", self._again(problem, self._mapped, found))
                continue
            incoming += self._typed(made, each, harvested)
        return incoming, refused

    def _mapped(self, found: Any) -> tuple[str, dict[str, Any]]:
        origin = mapping.identifier(found.columns, self.source.id_field)
        mapping.ask_no_stage(self.collection, origin, self.source.id_field)
        return origin, mapping.properties(self.collection, found.columns, self.rules)

    def _harvested(self, some: Sequence[Staged]) -> dict[str, Feature]:
        """Our records of these rows, for what they name."""
        noted = HarvestRecord.objects.filter(source=self.source.id, origin__in=[each.origin for each in some])
        uuids = dict(noted.values_list("source_id", "object_uuid"))
        present = {each.uuid: each for each in self.model.objects.filter(uuid__in=uuids.values()).defer("geom")}
        return {key: present[uuid] for key, uuid in uuids.items() if uuid in present}

    def _typed(self, made: Sequence[mapping.Row], staged: Staged, harvested: Mapping[str, Feature]) -> list[Incoming]:
        """The rows of one of the source; none has the digest when any is refused, so that it is looked at again."""
        found, whole = [], True
        for row in made:
            name = str(row.properties.get(self.collection.label, ""))
            serializer = self._serializer.reading_for(harvested.get(row.source_id))
            try:
                values = read_with(serializer, row.body) | {"source_id": row.source_id}
            except Problem as problem:
                whole = False
                self._refuse(row.source_id, name, self._again(problem, read_with, serializer, row.body))
                values = {}
            found.append((row.source_id, name, values))
        digest = staged.digest if whole else ""
        origin = staged.origin or ""
        return [Incoming(origin, key, digest, name, values, self._plain(values)) for key, name, values in found]

    def _apply(self, incoming: Sequence[Incoming], refused: set[str]) -> None:
        origins = refused | {each.origin for each in incoming}
        records = {
            each.source_id: each for each in HarvestRecord.objects.filter(source=self.source.id, origin__in=origins)
        }
        present = self._present(incoming, records)
        batch = Batch()
        for each in incoming:
            if each.values:
                self._decide(each, records.get(each.source_id), present.get(each.source_id), batch)
        self._write(batch, records)
        known = {each.source_id for each in incoming}
        self._note(records, known, refused)
        HarvestRecord.objects.bulk_create(
            batch.records, update_conflicts=True, unique_fields=["source", "source_id"], update_fields=WRITTEN
        )

    def _present(self, incoming: Sequence[Incoming], records: dict[str, HarvestRecord]) -> dict[str, Feature]:
        """Our records: those that name the source, else those that a harvest noted."""
        rows = self.model.objects
        titles = {each.values["source"] for each in incoming if each.values}
        named = rows.filter(source__in=titles, source_id__in=[each.source_id for each in incoming])
        found = {cast("str", each.source_id): each for each in named}
        lacking = {each.object_uuid: key for key, each in records.items() if key not in found}
        return found | {lacking[each.uuid]: each for each in rows.filter(uuid__in=list(lacking))}

    def _decide(self, each: Incoming, record: HarvestRecord | None, present: Feature | None, batch: Batch) -> None:
        if present is None and record is None:
            batch.create.append(each)
        elif present is None and record is not None:
            self._keep(each, record, record.object_uuid, lambda: _("Elle a été supprimée ici."), batch)
        elif present is not None and record is None:
            told = in_languages(lambda: _("Elle existe déjà et ne vient pas d’une moisson."))
            self.tell("kept", each.source_id, each.name, present.uuid, told)
        elif present is not None and record is not None:
            self._compare(each, record, present, batch)

    def _compare(self, each: Incoming, record: HarvestRecord, present: Feature, batch: Batch) -> None:
        changed = [name for name in each.values if not same(each.plain[name], record.values.get(name))]
        if not changed:
            self._remember(each, present.uuid, batch)
            self.tell("unchanged", each.source_id, each.name, present.uuid)
        elif present.deleted_at is not None:
            self._keep(each, record, present.uuid, lambda: _("Elle est dans la corbeille."), batch)
        elif present.status == Status.PUBLISHED:
            # A proposition overwrites nothing: who decides sees it beside what people wrote.
            batch.propose.append((each, present.uuid, changed))
        elif edited := self._edited(present, changed, record.values, each.plain):
            offered = {name: each.plain[name] for name in changed}
            told = lambda: _("Des personnes ont modifié : %(names)s.") % {"names": self.labels(edited)}  # noqa: E731
            self._keep(each, record, present.uuid, told, batch, offered)
        elif present.status in LIVING:
            batch.update.append((each, present.uuid, changed))
        else:
            self._keep(each, record, present.uuid, lambda: _("Elle est archivée."), batch)

    def _edited(
        self, present: Feature, changed: list[str], written: dict[str, Any], incoming: dict[str, Any]
    ) -> list[str]:
        """What would change and is no longer as the last harvest wrote it (or left it empty), nor as this one would."""
        now = self._plain({name: getattr(present, name) for name in changed})
        return [
            name
            for name in changed
            if not same(now[name], written.get(name))
            and not same(now[name], incoming[name])
            and (name in written or now[name] not in EMPTY)
        ]

    def _keep(
        self,
        each: Incoming,
        record: HarvestRecord,
        uuid: UUID,
        why: Callable[[], str],
        batch: Batch,
        offered: dict[str, Any] | None = None,
    ) -> None:
        record.offered, record.vanished_at, record.let_be_at, record.digest = offered or {}, None, None, ""
        batch.records.append(record)
        self.tell("kept", each.source_id, each.name, uuid, self._reported("kept", why))

    def _write(self, batch: Batch, records: dict[str, HarvestRecord]) -> None:
        made = self.many.create([each.values | {"status": Status.DRAFT} for each in batch.create])
        for each, outcome in zip(batch.create, made, strict=True):
            self._wrote("new", each, outcome, [], batch, records)
        for word, changes, act in (
            ("updated", batch.update, self.many.update),
            ("proposed", batch.propose, self.many.propose),
        ):
            asked = [(uuid, {name: each.values[name] for name in changed}) for each, uuid, changed in changes]
            for (each, _uuid, changed), outcome in zip(changes, act(asked), strict=True):
                self._wrote(word, each, outcome, changed, batch, records)

    def _wrote(
        self,
        word: str,
        each: Incoming,
        outcome: UUID | Problem,
        changed: list[str],
        batch: Batch,
        records: dict[str, HarvestRecord],
    ) -> None:
        if isinstance(outcome, UUID):
            self._remember(each, outcome, batch)
            told = self._reported(word, lambda: self.labels(changed))
            self.tell(word, each.source_id, each.name, outcome, told)
            return
        record = records.get(each.source_id)
        self._refuse(each.source_id, each.name, self._again(outcome, self._attempt, word, each, changed, record))
        if record is not None:
            record.digest, record.vanished_at, record.let_be_at = "", None, None
            batch.records.append(record)

    def _attempt(self, word: str, each: Incoming, changed: list[str], record: HarvestRecord | None) -> None:
        if word == "new" or record is None:
            self.actions.create(each.values | {"status": Status.DRAFT}, by=self.by, source="import")
            return
        values = {name: each.values[name] for name in changed}
        if word == "updated":
            self.actions.update(record.object_uuid, values, by=self.by, source="import")
        else:
            self.actions.propose(record.object_uuid, values, by=self.by, reason=self.reason)

    def _remember(self, each: Incoming, uuid: UUID, batch: Batch) -> None:
        about = {"source": self.source.id, "source_id": each.source_id, "origin": each.origin, "digest": each.digest}
        batch.records.append(HarvestRecord(**about, collection=self.collection.id, object_uuid=uuid, values=each.plain))

    def _note(self, records: dict[str, HarvestRecord], known: set[str], refused: set[str]) -> None:
        """Stages that a row of the source no longer gives are missing; what it only gave wrongly is not."""
        dropped = [each.pk for key, each in records.items() if key not in known and each.origin not in refused]
        HarvestRecord.objects.filter(pk__in=dropped).update(digest="")
        HarvestRecord.objects.filter(pk__in=dropped, vanished_at=None).update(vanished_at=timezone.now())
        hidden = [each.pk for each in records.values() if each.origin in refused]
        HarvestRecord.objects.filter(pk__in=hidden).update(digest="", vanished_at=None, let_be_at=None)

    def _plain(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: plain(self._fields.get(name), value) for name, value in values.items()}

    def label(self, name: str) -> str:
        """What people call a field; a column of the source is called as it is."""
        return label_of(self._fields, name)

    def labels(self, names: Iterable[str]) -> str:
        """What people call some fields."""
        return ", ".join(map(self.label, names))

    def _again(self, problem: Problem, attempt: Callable[..., object], *given: Any) -> Callable[[], str]:
        """Says in the language that is spoken why an attempt was refused, by trying once more."""
        return lambda: refusal_of(lambda: attempt(*given), self.label) or in_words(problem, self.label)

    def _refuse(self, source_id: str, name: str, why: Callable[[], str]) -> None:
        self.tell("refused", source_id, name, None, self._reported("refused", why))

    def _reported(self, outcome: str, why: Callable[[], str]) -> Said:
        """Words in each language, if there is still room for them in the report."""
        return in_languages(why) if self.counts[outcome] < MAX_REPORT else {}

    def tell(
        self, outcome: str, source_id: str, name: str, uuid: UUID | str | None, reason: Said | None = None
    ) -> None:
        """Count what became of a feature; of each outcome but the unchanged, the first `MAX_REPORT` are in the report."""
        self.counts[outcome] += 1
        if outcome != "unchanged" and self.counts[outcome] <= MAX_REPORT:
            known = {"outcome": outcome, "source_id": source_id, "name": name, "reason": reason or {}}
            self.run.report.append(known | {"uuid": str(uuid) if uuid else None})


def same(one: Any, other: Any) -> bool:
    """Whether two plain values say the same; shapes are compared as shapes."""
    if isinstance(one, dict) and isinstance(other, dict) and "coordinates" in one and "coordinates" in other:
        return one == other or same_shape(*(GEOSGeometry(json.dumps(each)) for each in (one, other)))
    return bool(one == other)
