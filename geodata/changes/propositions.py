"""Deciding on a change that waits: what it would change, accepting it, refusing it.

Accepting is an update through the `Actions` of the collection, so rights, rules and history are
those of any change. What the author did not touch stays as it is now; where somebody else has
changed the same property since, nothing is written until who decides has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.models import Proposition
from geodata.changes.notes import joined, proposed_by
from geodata.changes.recording import recording
from geodata.changes.values import field_of, key_of, plain, same_shape, typed
from geodata.changes.versions import state_at
from geodata.features import Feature
from geodata.problems import Conflict, Forbidden, Gone, Invalid, NotFound

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User
    from geodata.changes.actions import Actions


@dataclass(frozen=True)
class Difference:
    """A property that a proposition would change; `clash` when somebody else changed it since."""

    field: models.Field[Any, Any]
    present: Any
    proposed: Any
    clash: bool


def actions_for(proposition: Proposition) -> Actions:
    """The `Actions` of the collection that a proposition is about."""
    found: Actions = import_string(registry.get(proposition.collection).actions)
    return found


def feature_of(proposition: Proposition) -> Feature | None:
    """The record that it is about, unless it is in the bin."""
    rows = registry.get(proposition.collection).model_class.objects.alive()
    found: Feature | None = rows.filter(uuid=proposition.object_uuid).first()
    return found


def may_decide(proposition: Proposition, user: User | AnonymousUser) -> bool:
    """Whether this person may accept or refuse it: who may publish the record may."""
    feature = feature_of(proposition)
    return feature is not None and actions_for(proposition).permissions.may_publish(user, feature)


def differences(proposition: Proposition, feature: Feature) -> list[Difference]:
    """What accepting would change now, in the order of the patch."""
    model, found = type(feature), []
    base = _base(proposition, feature)
    for name, value in typed(model, proposition.patch).items():
        field = field_of(model, name)
        present = _value(feature, field)
        was = base.get(field.attname, base.get(field.name, present)) if base is not None else None
        if _same(field, value, present) or (base is not None and _same(field, value, was)):
            continue
        found.append(Difference(field, present, value, clash=base is None or not _same(field, was, present)))
    return found


def accept(uuid: UUID, *, by: User | AnonymousUser, seen: int | None = None, note: str = "") -> Feature:
    """The record with the proposed values.

    `seen` is the revision that was compared with the proposition: where properties clash, only a
    decision on the present one is taken. `note` answers the author: it is not published. Raises Conflict, Forbidden, Gone, Invalid, NotFound.
    """
    proposition = _found(uuid)
    told = joined(proposed_by(proposition.author.get_username()), note.strip())
    with recording(by=by, reason=proposition.reason, note=told):
        proposition, feature = _to_decide(uuid, by)
        changes = differences(proposition, feature)
        if any(each.clash for each in changes) and seen != feature.revision:
            raise Conflict(_("La fiche a changé depuis cette proposition. Comparez les deux avant de décider."))
        values = {key_of(each.field): each.proposed for each in changes}
        done = actions_for(proposition).update(feature.uuid, values, by=by, revision=feature.revision)
        if not isinstance(done, Feature):
            raise Forbidden
        _decided(proposition, Proposition.State.ACCEPTED, by, note)
    return done


def refuse(uuid: UUID, *, by: User | AnonymousUser, note: str) -> Proposition:
    """The proposition, refused with a reason that its author reads. Raises as `accept`."""
    if not note.strip():
        raise Invalid({"note": [_("Dites pourquoi : la personne qui propose le lira.")]})
    with recording(by=by, reason=note):
        proposition, _feature = _to_decide(uuid, by)
        _decided(proposition, Proposition.State.REJECTED, by, note)
    return proposition


def _value(feature: Feature, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ManyToManyField):
        return sorted(getattr(feature, field.name).values_list("pk", flat=True))
    return getattr(feature, field.attname)


def _base(proposition: Proposition, feature: Feature) -> dict[str, Any] | None:
    """The record as the author saw it; None when the history does not say."""
    try:
        return state_at(feature.uuid, proposition.base_revision, feature)
    except NotFound:
        return None


def _same(field: models.Field[Any, Any], one: Any, other: Any) -> bool:
    if isinstance(field, GeometryField):
        return same_shape(one, other)
    if isinstance(field, models.ManyToManyField):
        return sorted(one or []) == sorted(other or [])
    return bool(plain(field, one) == plain(field, other))


def _found(uuid: UUID) -> Proposition:
    proposition = Proposition.objects.select_related("author").filter(uuid=uuid).first()
    if proposition is None:
        raise NotFound(_("Aucune proposition à cette adresse."))
    return proposition


def _to_decide(uuid: UUID, by: User | AnonymousUser) -> tuple[Proposition, Feature]:
    """The locked proposition and its record. Asked for inside `recording()`: nothing changes meanwhile."""
    proposition = Proposition.objects.select_for_update().get(pk=_found(uuid).pk)
    feature = feature_of(proposition)
    if feature is None:
        raise Gone(_("Cette fiche a été supprimée."))
    permissions = actions_for(proposition).permissions
    if not permissions.may_publish(by, feature):
        raise Forbidden(permissions.who_can(permissions.owner_of(feature)))
    if proposition.state != Proposition.State.PENDING:
        raise Conflict(_("Cette proposition est déjà décidée."))
    return proposition, feature


def _decided(proposition: Proposition, state: str, by: Any, note: str) -> None:
    proposition.state, proposition.decided_by, proposition.decided_at = state, by, timezone.now()
    proposition.decision_note = note.strip()
    proposition.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
