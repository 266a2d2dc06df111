"""`Actions`: the one way in which a feature is changed, whoever calls: page, API, import.

Rights are asked here, from the `permissions` an app hands over, so every caller has the same.
Each action is one transaction in `recording()`: the revision lock first, then the row's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.apps import apps
from django.contrib.gis.geos import GEOSGeometry
from django.db import DatabaseError, connection, models, transaction
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.constraints import problem_of
from geodata.changes.judging import Errors, as_stored, wrong_with
from geodata.changes.models import Proposition, Revision
from geodata.changes.naming import unnameable
from geodata.changes.recording import recording, succeeded_by
from geodata.changes.rights import Permissions, Rights, ask_signed_in
from geodata.changes.slugs import free_slugs
from geodata.changes.values import assignable, plain, same_values
from geodata.changes.versions import state_at
from geodata.features import Feature, FeatureQuerySet, GeomQuality, PositionSource, Status
from geodata.problems import Conflict, Gone, Invalid, NotFound, StaleRevision

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

Values = Mapping[str, Any]


def no_rules(feature: Any) -> Errors:
    """Nothing more is asked of a published record."""
    return {}


class Actions:
    """What can be done with the features of one model.

    `rules` gives sentences by field for any record, `publish_rules` for one that goes public; `reads` names the
    relations that they follow, so that many records have theirs fetched at once, and `between` by field the others
    that decide whether a rule tells something beside it.
    All methods raise the classes of `geodata.problems`.
    """

    def __init__(
        self,
        model: str,
        *,
        collection: str,
        permissions: Permissions,
        rules: Callable[[Any], Errors] = no_rules,
        publish_rules: Callable[[Any], Errors] = no_rules,
        reads: tuple[str, ...] = (),
        between: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.label, self.collection = model, collection
        self.permissions, self.rights = permissions, Rights(permissions)
        self.rules, self.publish_rules, self.reads = rules, publish_rules, reads
        self.between = between or {}

    @property
    def model(self) -> type[Feature]:
        """The model class."""
        return cast("type[Feature]", apps.get_model(self.label))

    def create(
        self, data: Values, *, by: User | AnonymousUser, reason: str = "", source: str = "web", uuid: UUID | None = None
    ) -> Feature:
        """A new record, a draft unless `data` says otherwise. Sending the same `uuid` again gives the same record."""
        ask_signed_in(by)
        with self._recording(by, reason, source):
            known = self._rows().filter(uuid=uuid).first() if uuid else None
            if known is not None:
                return self._sent_again(known, data, by)
            feature, links = self._made(data)
            if uuid:
                feature.uuid = uuid
            self._give_authority(feature, by)
            self.rights.ask_create(by, feature)
            if feature.status in (Status.PUBLISHED, Status.ARCHIVED):
                self.rights.ask_publish(by, feature)
            feature.slug = feature.slug or free_slugs(self.model, self.collection, [feature.label])[0]
            self._save(feature, links, by)
        return self._fresh(feature.uuid)

    def _sent_again(self, known: Feature, data: Values, by: User | AnonymousUser) -> Feature:
        """The record that the same person made with the same values under this uuid, even if it changed since."""
        first = Revision.objects.filter(uuid=known.uuid).order_by("id").values_list("id", flat=True).first()
        if known.created_by_id != by.pk or known.deleted_at is not None or first is None:
            raise Conflict(_("Cet identifiant est déjà pris."))
        if not same_values(self.model, data, state_at(known.uuid, first, known)):
            raise Conflict(_("Cet identifiant est celui d’une fiche que vous avez créée avec un autre contenu."))
        return known

    def _give_authority(self, feature: Feature, by: User | AnonymousUser) -> None:
        """Where none was said: that of the park, or the only one of this person."""
        if feature.authority_id is not None or "authority" not in registry.get(self.collection).properties:
            return
        feature.authority_id = self.permissions.default_authority(by, self.permissions.park_of(feature))
        if feature.authority_id is None and not self.model._meta.get_field("authority").null:
            raise Invalid({"authority": [_("Dites quelle autorité tient cette fiche.")]})

    def update(
        self,
        uuid: UUID,
        data: Values,
        *,
        by: User | AnonymousUser,
        revision: int | None = None,
        reason: str = "",
        note: str = "",
        source: str = "web",
    ) -> Feature | Proposition:
        """The record with these values, or a Proposition when it is published and `by` may not publish."""
        ask_signed_in(by)
        with self._recording(by, reason, source, note):
            feature = self._locked(uuid, by, revision)
            if feature.is_public and not self.permissions.may_publish(by, feature):
                if data.get("status", feature.status) != feature.status:
                    self.rights.ask_publish(by, feature)
                return self._proposed(feature, data, by, reason)
            self._change(feature, data, by)
        return self._fresh(uuid)

    def propose(self, uuid: UUID, data: Values, *, by: User | AnonymousUser, reason: str = "") -> Proposition:
        """A Proposition of these values for a published record, also where `by` may publish.

        It takes the place of the one that the same person made for the same reason and nobody has decided on, and
        goes on proposing what that one did.
        """
        ask_signed_in(by)
        with self._recording(by, reason, "import"):
            feature = self._locked(uuid, by, None)
            if not feature.is_public:
                raise Conflict(_("Seule une fiche publiée reçoit des propositions."))
            waiting = self._waiting([uuid], cast("User", by), reason)
            self._supersede(waiting.values())
            return self._proposed(feature, data, by, reason, waiting.get(uuid))

    def _change(self, feature: Feature, data: Values, by: User | AnonymousUser) -> None:
        was = as_stored(feature)
        before = (feature.status, feature.authority_id, self.permissions.park_of(feature))
        links = self._assign(feature, data)
        if (feature.authority_id, self.permissions.park_of(feature)) != before[1:]:
            self.rights.ask_create(by, feature)
        if feature.status != before[0]:
            self.rights.ask_move(by, feature, Status(before[0]), Status(feature.status))
        self._save(feature, links, by, was)

    def delete(
        self,
        uuid: UUID,
        *,
        by: User | AnonymousUser,
        revision: int | None = None,
        reason: str = "",
        note: str = "",
        source: str = "web",
        successor: UUID | None = None,
    ) -> None:
        """Put the record into the bin; it can be taken out for 90 days.

        With a `successor` it was merged into that record: feeds and old addresses lead there.
        """
        ask_signed_in(by)
        with self._recording(by, reason, source, note):
            feature = self._locked(uuid, by, revision)
            if feature.status != Status.DRAFT:
                self.rights.ask_publish(by, feature)
            heir = self._heir(feature, successor, by) if successor else None
            feature.deleted_at = timezone.now()
            with succeeded_by(heir):
                feature.save(update_fields=["deleted_at"])

    def _heir(self, feature: Feature, successor: UUID, by: User | AnonymousUser) -> UUID:
        """The record that takes over: another one of the collection, public if the merged one is."""
        heir = self._rows().alive().filter(uuid=successor).first()
        if heir is None or not self.permissions.may_see(by, heir) or heir.pk == feature.pk:
            raise Invalid({"successor": [_("La fiche qui remplace celle-ci n’existe pas dans cette collection.")]})
        if feature.is_public and not heir.is_public:
            raise Conflict(_("Une fiche publiée ne peut être remplacée que par une fiche publiée."))
        return successor

    def undelete(self, uuid: UUID, *, by: User | AnonymousUser, reason: str = "") -> Feature:
        """Take the record out of the bin."""
        ask_signed_in(by)
        with self._recording(by, reason, "web"):
            feature = self._rows().select_for_update().filter(uuid=uuid, deleted_at__isnull=False).first()
            if feature is None:
                raise NotFound(_("Rien de tel dans la corbeille."))
            self.rights.ask_publish(by, feature)
            feature.deleted_at = None
            feature.save(update_fields=["deleted_at"])
        return self._fresh(uuid)

    def move(
        self, uuid: UUID, to: Status, *, by: User | AnonymousUser, revision: int | None = None, reason: str = ""
    ) -> Feature:
        """The record at another step of its life: in_review, published, archived."""
        ask_signed_in(by)
        with self._recording(by, reason, "web"):
            feature = self._locked(uuid, by, revision)
            self.rights.ask_move(by, feature, Status(feature.status), to)
            was = as_stored(feature)
            feature.status = to
            self._save(feature, {}, by, was)
        return self._fresh(uuid)

    def restore_version(
        self, uuid: UUID, *, to_revision: int, by: User | AnonymousUser, revision: int | None = None, reason: str = ""
    ) -> Feature | Proposition:
        """The record with the values it had right after `to_revision`."""
        current = self._fresh(uuid)
        values = state_at(uuid, to_revision, current)
        note = _("retour à la version %(revision)d") % {"revision": to_revision}
        return self.update(uuid, values, by=by, revision=revision, reason=reason, note=note)

    def replace_geometry(
        self,
        uuid: UUID,
        shape: GEOSGeometry,
        *,
        by: User | AnonymousUser,
        source: str,
        source_date: date | None,
        quality: str = GeomQuality.SURVEYED,
        elevations_m: list[float] | None = None,
        more: Values | None = None,
        revision: int | None = None,
        reason: str = "",
    ) -> Feature | Proposition:
        """The record with a better shape; uuid, slug and history stay, what derives follows (decision 2)."""
        values: dict[str, Any] = {
            "geom": shape,
            "geom_quality": quality,
            "position_source": PositionSource.SURVEY if quality == GeomQuality.SURVEYED else PositionSource.MAP,
            "source": source,
            "source_date": source_date,
        }
        if hasattr(self.model, "elevations_m"):
            values["elevations_m"] = elevations_m
        return self.update(uuid, values | dict(more or {}), by=by, revision=revision, reason=reason)

    @contextmanager
    def holding(
        self, uuid: UUID, *, by: User | AnonymousUser, reason: str = "", source: str = "web"
    ) -> Iterator[Feature]:
        """The locked record, in one transaction, to change what hangs on it (its photos).

        What everybody sees asks for the right to publish: there is no proposition of a photo.
        """
        ask_signed_in(by)
        with self._recording(by, reason, source):
            feature = self._locked(uuid, by, None)
            if feature.is_public:
                self.rights.ask_publish(by, feature)
            yield feature

    def _rows(self) -> FeatureQuerySet:
        return self.model.objects.all()

    def _fresh(self, uuid: UUID) -> Feature:
        found = self._rows().filter(uuid=uuid).first()
        if found is None:
            raise NotFound(_("Aucune fiche à cette adresse."))
        return cast("Feature", found)

    def _recording(self, by: User | AnonymousUser, reason: str, source: str, note: str = "") -> Any:
        return recording(by=by, reason=reason, source=source, note=note)

    def _locked(self, uuid: UUID, by: User | AnonymousUser, revision: int | None) -> Feature:
        feature = self._rows().select_for_update(of=("self",)).filter(uuid=uuid).first()
        if feature is None or not self.permissions.may_see(by, feature):
            raise NotFound(_("Aucune fiche à cette adresse."))
        if feature.deleted_at is not None:
            raise Gone(_("Cette fiche a été supprimée."))
        self.rights.ask_edit(by, feature)
        if revision is not None and revision != feature.revision:
            raise StaleRevision(_("Une autre personne a modifié cette fiche."), feature.revision, feature.updated_at)
        return cast("Feature", feature)

    def _made(self, data: Values) -> tuple[Feature, dict[str, Any]]:
        feature = self.model()
        for field in self.model._meta.concrete_fields:
            # The rules read values, and an expression is as true as a text that somebody wrote.
            unset = feature.__dict__.get(field.attname)
            if isinstance(unset, DatabaseDefault) and not isinstance(field.db_default, models.Expression):
                setattr(feature, field.attname, field.db_default)
        return feature, self._assign(feature, self.model.unsaid(data) | dict(data))

    def _assign(self, feature: Feature, data: Values) -> dict[str, Any]:
        """Set plain fields; gives back links to many, which are set after saving."""
        links: dict[str, Any] = {}
        for name, value in data.items():
            field = None if name.endswith("_id") else self.model._meta.get_field(name)
            if isinstance(field, models.ManyToManyField):
                links[name] = value
            else:
                setattr(feature, name, value)
        return links

    def _save(
        self, feature: Feature, links: Mapping[str, Any], by: User | AnonymousUser, was: Feature | None = None
    ) -> None:
        self._judge(feature, links, by, was)
        try:
            with transaction.atomic():
                feature.save(force_insert=was is None, force_update=was is not None)
                for name, chosen in links.items():
                    getattr(feature, name).set(chosen)
                # Foreign keys are judged here, not at the commit, where nobody could say what is wrong.
                connection.check_constraints()
        except DatabaseError as error:
            told = problem_of(error, self.model)
            if told is None:
                raise
            raise told from None

    def broken_rules(self, feature: Any) -> Errors:
        """What the rules of the collection say against a record, those of publishing too where it is public."""
        return {**self.rules(feature), **(self.publish_rules(feature) if feature.is_public else {})}

    def _judge(self, feature: Feature, links: Mapping[str, Any], by: User | AnonymousUser, was: Feature | None) -> None:
        absent = unnameable(feature, links, by, was)
        if errors := absent | wrong_with(feature, was, None if absent else self.broken_rules, self.between):
            raise Invalid(errors)

    def _proposed(
        self,
        feature: Feature,
        data: Values,
        by: User | AnonymousUser,
        reason: str,
        waiting: Proposition | None = None,
    ) -> Proposition:
        was = as_stored(feature)
        made, links = self._proposition(feature, data, cast("User", by), reason, waiting)
        self._judge(feature, links, by, was)
        made.save(force_insert=True)
        return made

    def _proposition(
        self, feature: Feature, data: Values, by: User, reason: str, waiting: Proposition | None
    ) -> tuple[Proposition, dict[str, Any]]:
        """What is proposed on top of what waits, not saved, and its links to many; the record is given these values.

        What is kept of the one that waits is merged from the revision that its author saw (decision 0065).
        """
        kept = {name: raw for name, raw in waiting.patch.items() if name not in data} if waiting else {}
        revision = waiting.base_revision if waiting and kept else feature.revision
        links = self._assign(feature, assignable(self.model, kept)) | self._assign(feature, data)
        fields = {field.name: field for field in self.model._meta.concrete_fields}
        patch = kept | {name: plain(fields.get(name), value) for name, value in data.items()}
        about = {"collection": self.collection, "object_uuid": feature.uuid, "base_revision": revision}
        return Proposition(**about, patch=patch, reason=reason, author=by), links

    def _waiting(self, uuids: Iterable[UUID], by: User, reason: str) -> dict[UUID, Proposition]:
        """By record, what the same person proposed for the same reason and nobody has decided on."""
        pending = Proposition.objects.filter(
            object_uuid__in=list(uuids), author=by, reason=reason, state=Proposition.State.PENDING
        )
        return {each.object_uuid: each for each in pending}

    def _supersede(self, waiting: Iterable[Proposition]) -> None:
        note = _("Remplacée par une proposition plus récente.")
        superseded = Proposition.objects.filter(pk__in=[each.pk for each in waiting])
        superseded.update(state=Proposition.State.REJECTED, decided_at=timezone.now(), decision_note=note)
