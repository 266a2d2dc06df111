"""Writes of features: POST, PUT, PATCH, DELETE (OGC API Features Part 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.actions import Actions
from geodata.changes.models import Proposition
from geodata.changes.rights import ask_signed_in
from geodata.editing.reading import read_feature
from geodata.editing.serializers import FeatureSerializer
from geodata.endpoints import qgis, validators
from geodata.endpoints.bodies import client_uuid, condition, content_crs, read_feature_body
from geodata.features import Feature
from geodata.formats import geojson
from geodata.ogc.links import link
from geodata.params.changes import parse_uuid
from geodata.params.crs import CRS84
from geodata.params.items import single
from geodata.params.reasons import REASON, parse_reason
from geodata.problems import Forbidden, Invalid, NotFound
from geodata.queries import item as items
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

SAFE = ("GET", "HEAD", "OPTIONS")
GEOJSON_TYPES = ("application/geo+json", "application/json", "application/vnd.geo+json")
PATCH_TYPES = ("application/merge-patch+json", "application/geo+json", "application/json")
READS = {"POST": GEOJSON_TYPES, "PATCH": PATCH_TYPES}


def actions_of(collection: Collection) -> Actions:
    """The actions of a collection."""
    found: Actions = import_string(collection.actions)
    return found


def serializer_of(collection: Collection) -> type[FeatureSerializer]:
    """The serializer class of a collection."""
    found: type[FeatureSerializer] = import_string(collection.serializer)
    return found


def create(request: HttpRequest, collection_id: str, user: User | AnonymousUser) -> HttpResponseBase:
    """POST of a Feature: 201 with its address, or 200 when this uuid was sent before by the same person."""
    collection = registry.get(collection_id)
    ask_signed_in(user)
    actions = actions_of(collection)
    given = _given(request)
    if not actions.rights.methods(user):
        raise Forbidden(actions.permissions.who_can(actions.permissions.belongs_to(user)))
    body = qgis.typed(request, collection, read_feature_body(request, GEOJSON_TYPES))
    uuid = client_uuid(body) or qgis.uuid_of_new(request, collection, body, user)
    existed = uuid is not None and collection.model_class.objects.filter(uuid=uuid).exists()
    with _told_of_members():
        values = read_feature(serializer_of(collection), body, by=user, crs=content_crs(request))
        made = actions.create(values, by=user, reason=given.reason, source="ogc", uuid=uuid)
    response = _feature(request, collection, made, user, 200 if existed else 201)
    response["Location"] = request.build_absolute_uri(f"/api/collections/{collection.id}/items/{made.uuid}")
    return response


def change(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """PUT of a whole Feature, or PATCH of some members: 200 with the feature, 202 with a proposition."""
    collection, uuid = registry.get(collection_id), _uuid(key)
    ask_signed_in(user)
    given = _given(request)
    actions = actions_of(collection)
    present = _present(collection, uuid, user)
    actions.rights.ask_edit(user, present)
    partial = request.method == "PATCH"
    body = read_feature_body(request, PATCH_TYPES if partial else GEOJSON_TYPES)
    body = qgis.typed(request, collection, body)
    if client_uuid(body) not in (None, uuid):
        raise Invalid({"id": [_("L’identifiant n’est pas celui de cette adresse ; il ne change jamais.")]})
    revision, note = condition(request, present)
    with _told_of_members():
        values = read_feature(
            serializer_of(collection), body, by=user, crs=content_crs(request), instance=present, partial=partial
        )
        done = actions.update(uuid, values, by=user, revision=revision, reason=given.reason, note=note, source="ogc")
    if isinstance(done, Proposition):
        return _accepted(request, done)
    return _feature(request, collection, done, user, 200)


def remove(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """DELETE: 204, the feature lies in the bin; `successor` names the one it was merged into, `reason` says why."""
    collection, uuid = registry.get(collection_id), _uuid(key)
    ask_signed_in(user)
    given = _given(request, "successor")
    revision, note = condition(request, _present(collection, uuid, user))
    actions_of(collection).delete(
        uuid, by=user, revision=revision, reason=given.reason, note=note, source="ogc", successor=given.successor
    )
    return HttpResponse(status=204)


@dataclass(frozen=True)
class Given:
    """What the address of a write says beside the record: why, and what a merged one became."""

    reason: str
    successor: UUID | None


def _given(request: HttpRequest, *more: str) -> Given:
    given = single(request.GET, (REASON, *more))
    successor = parse_uuid("successor", given["successor"]) if "successor" in given else None
    return Given(parse_reason(given.get(REASON, "")), successor)


@contextmanager
def _told_of_members() -> Iterator[None]:
    """Refusals name the members of the GeoJSON that was sent, not our columns."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            {("geometry" if name == "geom" else name): told for name, told in error.errors.items()}, error.detail
        ) from None


def allowed_methods(collection_id: str, key: str | None, user: User | AnonymousUser) -> tuple[str, ...]:
    """The methods this person may use here, for `OPTIONS`."""
    collection = registry.get(collection_id)
    feature = _present(collection, _uuid(key), user) if key else None
    owned = "authority" in collection.properties
    return (*SAFE, *actions_of(collection).rights.methods(user, feature, owned=owned))


def allowed_somewhere(collection_id: str, user: User | AnonymousUser) -> tuple[str, ...]:
    """The methods this person may use on some item of the collection.

    QGIS asks one item, the first of the page or one called `unknown_id`, and lets its user edit the
    whole layer or nothing (QgsOapifProvider::computeCapabilities); each write is judged anyway.
    """
    somewhere = actions_of(registry.get(collection_id)).rights.methods(user)
    return (*SAFE, *(("PUT", "PATCH", "DELETE") if somewhere else ()))


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise NotFound(_("Aucune fiche à cette adresse.")) from None


def _present(collection: Collection, uuid: UUID, user: User | AnonymousUser) -> Feature:
    found = collection.visible_to(user).filter(uuid=uuid).first()
    if found is None:
        items.item(collection, user, uuid)
        raise NotFound(_("Aucune fiche à cette adresse."))
    present: Feature = found
    return present


def _feature(
    request: HttpRequest, collection: Collection, feature: Feature, user: User | AnonymousUser, status: int
) -> HttpResponse:
    found = items.item(collection, user, feature.uuid)
    address = request.build_absolute_uri(f"/api/collections/{collection.id}/items/{feature.uuid}")
    body = geojson.write_item(found, [link(address, "self", "application/geo+json")])
    response = HttpResponse(body, content_type="application/geo+json", status=status)
    response["ETag"] = validators.of_item(found.state)
    response["Content-Crs"] = f"<{CRS84.uri}>"
    return response


def _accepted(request: HttpRequest, proposition: Proposition) -> HttpResponse:
    address = request.build_absolute_uri(f"/api/propositions/{proposition.uuid}")
    response = HttpResponse(json.dumps(described(proposition)), content_type="application/json", status=202)
    response["Location"] = address
    return response


def described(proposition: Proposition) -> dict[str, Any]:
    """A proposition as JSON."""
    return {
        "uuid": str(proposition.uuid),
        "collection": proposition.collection,
        "feature": str(proposition.object_uuid),
        "baseRevision": proposition.base_revision,
        "state": proposition.state,
        "patch": proposition.patch,
        "reason": proposition.reason,
        "createdAt": proposition.created_at.isoformat(),
    }
