"""Writes of features: POST, PUT, PATCH, DELETE (OGC API Features Part 4)."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.actions import Actions
from geodata.changes.models import Proposition
from geodata.editing.serializers import MAX_BODY, FeatureSerializer, read_feature
from geodata.endpoints.answers import item_etag
from geodata.features import Feature
from geodata.formats import geojson
from geodata.ogc.links import link
from geodata.params.crs import CRS84, parse_crs
from geodata.problems import (
    BadParameter,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    PreconditionRequired,
    TooLarge,
    UnsupportedMediaType,
)
from geodata.queries import item as items
from geodata.registry import Collection
from geodata.units import MAX_AREA_VERTICES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

GEOJSON_TYPES = ("application/geo+json", "application/json", "application/vnd.geo+json")
PATCH_TYPES = ("application/merge-patch+json", "application/geo+json", "application/json")
# Brackets that a body may have beside those of its vertices: rings, parts, lists in properties.
ARRAYS_BESIDE = 20_000
ETAG = re.compile(r'^"r(\d{1,18})(?:-[a-z]+)?"$')


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
    _known(user)
    actions = actions_of(collection)
    if not actions.allowed(user):
        raise Forbidden(actions.permissions.who_can(None))
    body = _body(request, GEOJSON_TYPES)
    values = read_feature(serializer_of(collection), body, crs=_crs(request))
    uuid = _client_uuid(body)
    existed = uuid is not None and collection.model_class.objects.filter(uuid=uuid).exists()
    made = actions.create(values, by=user, source="ogc", uuid=uuid)
    response = _feature(request, collection, made, user, 200 if existed else 201)
    response["Location"] = request.build_absolute_uri(f"/api/collections/{collection.id}/items/{made.uuid}")
    return response


def change(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """PUT of a whole Feature, or PATCH of some members: 200 with the feature, 202 with a proposition."""
    collection, uuid = registry.get(collection_id), _uuid(key)
    _known(user)
    partial = request.method == "PATCH"
    body = _body(request, PATCH_TYPES if partial else GEOJSON_TYPES)
    revision, reason = _condition(request)
    present = _present(collection, uuid, user)
    values = read_feature(serializer_of(collection), body, crs=_crs(request), instance=present, partial=partial)
    done = actions_of(collection).update(uuid, values, by=user, revision=revision, reason=reason, source="ogc")
    if isinstance(done, Proposition):
        return _accepted(request, done)
    return _feature(request, collection, done, user, 200)


def remove(request: HttpRequest, collection_id: str, key: str, user: User | AnonymousUser) -> HttpResponseBase:
    """DELETE: 204, the feature lies in the bin."""
    collection, uuid = registry.get(collection_id), _uuid(key)
    _known(user)
    revision, reason = _condition(request)
    actions_of(collection).delete(uuid, by=user, revision=revision, reason=reason, source="ogc")
    return HttpResponse(status=204)


def allowed_methods(collection_id: str, key: str | None, user: User | AnonymousUser) -> tuple[str, ...]:
    """The methods this person may use here, for `OPTIONS`."""
    collection = registry.get(collection_id)
    feature = _present(collection, _uuid(key), user) if key else None
    return ("GET", "HEAD", "OPTIONS", *actions_of(collection).allowed(user, feature))


def _known(user: User | AnonymousUser) -> None:
    if not user.is_authenticated:
        raise NotAuthenticated(_("Connectez-vous, ou envoyez un jeton."))


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


def read_json(request: HttpRequest, types: tuple[str, ...]) -> dict[str, Any]:
    """The object in the body.

    What is too large is refused before it is parsed: by its length, then by its brackets, of which
    a geometry has at least one a vertex. Numbers are finite (RFC 8259 §6 has no NaN).
    """
    media = (request.content_type or "").lower()
    if media not in types:
        raise UnsupportedMediaType(_("Envoyez %(types)s.") % {"types": ", ".join(types)})
    too_large = TooLarge(_("La fiche est trop grosse : simplifiez sa géométrie."))
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise too_large
        raw = request.body
    except RequestDataTooBig:
        raise too_large from None
    if raw.count(b"[") > MAX_AREA_VERTICES + ARRAYS_BESIDE:
        told = _("La géométrie a plus de %(limit)d sommets. Simplifiez-la.") % {"limit": MAX_AREA_VERTICES}
        raise Invalid({"geometry": [told]})
    try:
        body = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadParameter("body", _("Ce n’est pas du JSON lisible (NaN et Infinity n’en sont pas).")) from None
    if not isinstance(body, dict):
        raise Invalid({"": [_("Il faut un objet JSON.")]})
    return body


def _body(request: HttpRequest, types: tuple[str, ...]) -> dict[str, Any]:
    body = read_json(request, types)
    if body.get("type", "Feature") != "Feature":
        raise Invalid({"type": [_("Il faut un objet de type Feature.")]})
    return body


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _crs(request: HttpRequest) -> tuple[int, bool]:
    header = request.headers.get("Content-Crs", "")
    crs = parse_crs(header, "Content-Crs") if header else CRS84
    return crs.srid, crs.flipped


def _client_uuid(body: dict[str, Any]) -> UUID | None:
    given = body.get("id")
    if given in (None, ""):
        return None
    try:
        return UUID(str(given))
    except ValueError:
        raise Invalid({"id": [_("L’identifiant est un UUID, ou il est absent.")]}) from None


def _condition(request: HttpRequest) -> tuple[int | None, str]:
    """The revision that `If-Match` names, and what the history notes when it is absent."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        if settings.GEODATA_REQUIRE_IF_MATCH:
            raise PreconditionRequired(_("Envoyez If-Match avec l’ETag que vous avez lu."))
        return None, _("sans If-Match")
    if header == "*":
        return None, ""
    found = ETAG.match(header)
    return (int(found[1]) if found else -1), ""


def _feature(
    request: HttpRequest, collection: Collection, feature: Feature, user: User | AnonymousUser, status: int
) -> HttpResponse:
    found = items.item(collection, user, feature.uuid)
    address = request.build_absolute_uri(f"/api/collections/{collection.id}/items/{feature.uuid}")
    body = geojson.write_item(found, [link(address, "self", "application/geo+json")])
    response = HttpResponse(body, content_type="application/geo+json", status=status)
    response["ETag"] = item_etag(found.revision)
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
