"""The same actions for many records at once: one statement where one record each would take forty.

Links are those that a serializer of the person read: whether they may be named is asked there (decision 0248).
Rights, rules, revisions and history are those of `Actions`. What would be asked of the database record by record (links,
constraints) it judges itself when the rows are written; where it refuses some, halves are tried, and a record that is
left alone goes through `Actions`, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from geodata.changes.actions import Actions, Values
from geodata.changes.judging import errors_of
from geodata.changes.models import Proposition
from geodata.changes.recording import recording
from geodata.changes.slugs import free_slugs
from geodata.features import Feature, Status
from geodata.problems import Problem

if TYPE_CHECKING:
    from comptes.models import User

Outcomes = list[UUID | Problem]


class Many:
    """Actions of one person on many records of one collection."""

    def __init__(
        self, actions: Actions, *, by: User, source: str, reason: str = "", note: str = "", batch: UUID | None = None
    ) -> None:
        self.actions, self.by, self.source, self.batch = actions, by, source, batch
        self.reason, self.note = reason, note
        self._allowed: dict[Hashable, bool] = {}

    def create(self, rows: Sequence[Values]) -> Outcomes:
        """For each row the uuid of the draft that was made, or what is wrong with it."""
        with self._recording():
            return self._halved(rows, self._created, self._created_alone)

    def update(self, changes: Sequence[tuple[UUID, Values]]) -> Outcomes:
        """For each record that is not public its uuid, once it has the values, or what is wrong with them."""
        with self._recording():
            return self._halved(changes, self._updated, self._updated_alone)

    def propose(self, changes: Sequence[tuple[UUID, Values]]) -> Outcomes:
        """For each public record its uuid, once the values are proposed, or what is wrong with them."""
        with self._recording():
            return self._halved(changes, self._proposed, self._proposed_alone)

    def settle(
        self,
        uuids: Sequence[UUID],
        prepare: Callable[[Feature], bool],
        names: set[str],
        alone: Callable[[UUID], object],
    ) -> Outcomes:
        """For each record its uuid, once these fields are written as `prepare` left them, or what is wrong with it.

        A record that `prepare` does not take, or that would be wrong, goes through `alone`, in a transaction of its own: other
        writers need not wait for all that is refused.
        """

        def one(uuid: UUID) -> UUID:
            alone(uuid)
            return uuid

        def apart(uuid: UUID) -> UUID | Problem:
            with self._recording():
                return _tried(uuid, one)

        with self._recording():
            features = self._locked(uuids)
            ready = [uuid for uuid, feature in features.items() if prepare(feature) and self._is_sound(feature)]

            def together(some: Sequence[UUID]) -> list[UUID]:
                self._written({uuid: features[uuid] for uuid in some}, names)
                return list(some)

            outcomes = dict(zip(ready, self._halved(ready, together, one), strict=True))
        return [outcomes[uuid] if uuid in outcomes else apart(uuid) for uuid in uuids]

    def may_publish(self, feature: Feature) -> bool:
        """Whether the person may change what everybody sees of it."""
        return self._is_right(feature, "publish")

    def _recording(self) -> AbstractContextManager[None]:
        return recording(by=self.by, reason=self.reason, source=self.source, batch=self.batch, note=self.note)

    def _halved(
        self, asked: Sequence[Any], together: Callable[[Sequence[Any]], list[UUID] | None], alone: Callable[[Any], UUID]
    ) -> Outcomes:
        if not asked:
            return []
        try:
            with transaction.atomic():
                done = together(asked)
        except DatabaseError:
            done = None
        if done is not None:
            return list(done)
        if len(asked) > 1:
            middle = len(asked) // 2
            return [each for half in (asked[:middle], asked[middle:]) for each in self._halved(half, together, alone)]
        return [_tried(asked[0], alone)]

    def _created_alone(self, values: Values) -> UUID:
        made = self.actions.create(values, by=self.by, reason=self.reason, source=self.source)
        return made.uuid

    def _updated_alone(self, change: tuple[UUID, Values]) -> UUID:
        uuid, values = change
        self.actions.update(uuid, values, by=self.by, reason=self.reason, source=self.source)
        return uuid

    def _proposed_alone(self, change: tuple[UUID, Values]) -> UUID:
        uuid, values = change
        self.actions.propose(uuid, values, by=self.by, reason=self.reason)
        return uuid

    def _created(self, rows: Sequence[Values]) -> list[UUID] | None:
        """The new uuids, or None where a record has to be looked at alone."""
        features = []
        for values in rows:
            feature, links = self.actions._made(values)
            if links or feature.status != Status.DRAFT or not self._is_right(feature, "create"):
                return None
            features.append(feature)
        self._give_slugs(features)
        if not all(map(self._is_sound, features)):
            return None
        self.actions.model._base_manager.bulk_create(features)
        connection.check_constraints()
        made = self.actions.model._base_manager.filter(pk__in=[each.pk for each in features])
        uuids = dict(made.values_list("pk", "uuid"))
        return [uuids[each.pk] for each in features]

    def _updated(self, changes: Sequence[tuple[UUID, Values]]) -> list[UUID] | None:
        features = self._locked([uuid for uuid, _values in changes])
        names: set[str] = set()
        for uuid, values in changes:
            feature = features.get(uuid)
            if feature is None or feature.is_public or not self._is_right(feature, "edit"):
                return None
            before = self._place(feature), feature.status
            links = self.actions._assign(feature, values)
            if links or (self._place(feature), feature.status) != before or not self._is_sound(feature):
                return None
            names |= values.keys()
        self._written(features, names)
        return [uuid for uuid, _values in changes]

    def _proposed(self, changes: Sequence[tuple[UUID, Values]]) -> list[UUID] | None:
        features = self._locked([uuid for uuid, _values in changes])
        waiting = self.actions._waiting(features, self.by, self.reason)
        made, names = [], set[str]()
        for uuid, values in changes:
            feature = features.get(uuid)
            if feature is None or not feature.is_public or not self._is_right(feature, "edit"):
                return None
            proposition, links = self.actions._proposition(feature, values, self.by, self.reason, waiting.get(uuid))
            if links or not self._is_sound(feature):
                return None
            names |= proposition.patch.keys()
            made.append(proposition)
        # A proposition is no row of the collection: for the database to judge its values they are written, and undone.
        with transaction.atomic():
            self._written(features, names)
            transaction.set_rollback(True)
        self.actions._supersede(waiting.values())
        Proposition.objects.bulk_create(made)
        return [uuid for uuid, _values in changes]

    def _written(self, features: Mapping[UUID, Feature], names: set[str]) -> None:
        self.actions.model._base_manager.bulk_update(features.values(), sorted(names))
        connection.check_constraints()

    def _locked(self, uuids: Sequence[UUID]) -> dict[UUID, Feature]:
        rows = self.actions._rows().alive().select_for_update(of=("self",)).filter(uuid__in=uuids).order_by("id")
        rows = rows.prefetch_related(*self.actions.reads)
        return {feature.uuid: feature for feature in rows}

    def _place(self, feature: Feature) -> tuple[str | None, UUID | None]:
        permissions = self.actions.permissions
        return permissions.owner_of(feature), permissions.park_of(feature)

    def _is_right(self, feature: Feature, verb: str) -> bool:
        """Whether the person may, asked once for an authority and a park; False also where nothing says whose it is."""
        authority, park = place = self._place(feature)
        key = (verb, *place)
        if key not in self._allowed:
            permissions = self.actions.permissions
            if verb == "create":
                self._allowed[key] = authority is not None and permissions.may_create(self.by, authority, park)
            else:
                may = permissions.may_publish if verb == "publish" else permissions.may_edit
                self._allowed[key] = may(self.by, feature)
        return self._allowed[key]

    def _is_sound(self, feature: Feature) -> bool:
        return not errors_of(feature, alone=True) and not self.actions.broken_rules(feature)

    def _give_slugs(self, features: Sequence[Feature]) -> None:
        lacking = [each for each in features if not each.slug]
        kept = [each.slug for each in features if each.slug]
        labels = [each.label for each in lacking]
        slugs = free_slugs(self.actions.model, self.actions.collection, labels, kept)
        for feature, slug in zip(lacking, slugs, strict=True):
            feature.slug = slug


def _tried(asked: Any, alone: Callable[[Any], UUID]) -> UUID | Problem:
    try:
        return alone(asked)
    except Problem as problem:
        return problem
