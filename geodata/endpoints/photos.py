"""Photos of a feature: list, upload, description, removal; and the published copies themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.rights import ask_signed_in
from geodata.editing import photos
from geodata.editing.serializers import of_another_kind
from geodata.endpoints.answers import document, endpoint, preflight
from geodata.endpoints.authentication import user_of
from geodata.endpoints.bodies import ask_type, read_json
from geodata.endpoints.negotiation import ask_nothing_else, chosen_of
from geodata.formats.choice import JSON, Format
from geodata.params.items import single
from geodata.photos import files
from geodata.photos.models import FeaturePhoto
from geodata.photos.pictures import MAX_BYTES
from geodata.problems import Invalid, NotFound, TooLarge
from geodata.registry import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# Boundaries and texts beside the file in a multipart body.
AROUND = 64 * 1024
A_YEAR = "public, max-age=31536000, immutable"
PICTURES = [Format(name=ending, media_type=media, title=ending) for ending, media in files.MEDIA_TYPES.items()]
FORM_TYPES = ("multipart/form-data",)
PATCH_TYPES = ("application/merge-patch+json", "application/json")
READS = {"POST": FORM_TYPES, "PATCH": PATCH_TYPES}


@endpoint("GET", "POST", gives=(JSON,), own_options=True)
def listed(request: HttpRequest, collection_id: str, key: UUID) -> HttpResponseBase:
    """The photos of a feature; POST of `multipart/form-data` adds one."""
    collection = registry.get(collection_id)
    if request.method == "POST":
        return _add(request, collection, key)
    user = user_of(request)
    if request.method == "OPTIONS":
        return _options(request, collection, key, user, ("POST",))
    ask_nothing_else(request)
    found = photos.photos_of(collection, key, user)
    return _kept_from_others(document(request, {"photos": [described(request, photo) for photo in found]}), user)


@endpoint("GET", "PATCH", "DELETE", gives=(JSON,), own_options=True)
def photo(request: HttpRequest, collection_id: str, key: UUID, photo_uuid: UUID) -> HttpResponseBase:
    """One photo: its description and addresses."""
    collection, user = registry.get(collection_id), user_of(request)
    if request.method == "OPTIONS":
        return _options(request, collection, key, user, ("PATCH", "DELETE"))
    if request.method in ("PATCH", "DELETE"):
        single(request.GET, ())
    if request.method == "PATCH":
        ask_signed_in(user)
        told = read_json(request, PATCH_TYPES)
        if errors := of_another_kind(photos.photo_model(collection), told):
            raise Invalid(errors)
        changed = photos.describe_photo(collection, key, photo_uuid, told, by=user, source="ogc")
        return document(request, described(request, changed))
    if request.method == "DELETE":
        ask_signed_in(user)
        photos.remove_photo(collection, key, photo_uuid, by=user, source="ogc")
        return HttpResponse(status=204)
    ask_nothing_else(request)
    found = photos.photo_of(collection, key, photo_uuid, user)
    return _kept_from_others(document(request, described(request, found)), user)


def _of_ending(_request: HttpRequest, name: str, **_more: object) -> Sequence[Format]:
    return [each for each in PICTURES if name.endswith(f".{each.name}")]


@endpoint("GET", gives=_of_ending)
def copy(request: HttpRequest, collection_id: str, key: UUID, name: str) -> HttpResponseBase:
    """A published copy, for who may see its feature; it never changes under its name."""
    collection, user = registry.get(collection_id), user_of(request)
    path = files.path_of(collection.id, key, name)
    features = photos.rows(collection).filter(uuid=key).values("feature")
    seen = collection.visible_to(user).filter(pk__in=features).only("status", "deleted_at").first()
    if not files.PUBLISHED.match(name) or seen is None or not default_storage.exists(path):
        raise NotFound(_("Aucune photo à cette adresse."))
    response = FileResponse(default_storage.open(path), content_type=chosen_of(request).content_type)
    response["Cache-Control"] = A_YEAR if seen.is_public else "private, no-store"
    return response


def described(request: HttpRequest, found: FeaturePhoto) -> dict[str, Any]:
    """A photo as JSON. Where it was taken stays with us."""
    return {
        "uuid": str(found.uuid),
        **{name: getattr(found, name) for name in photos.TOLD if name != "taken_at"},
        "taken_at": found.taken_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if found.taken_at else None,
        "width_px": found.width_px,
        "height_px": found.height_px,
        "widths": found.widths,
        "copies": [
            {"type": each.media_type, "href": request.build_absolute_uri(url), "width_px": width}
            for each in found.sources
            for width, url in each.copies
        ],
    }


def _add(request: HttpRequest, collection: Collection, key: UUID) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + AROUND:
        raise TooLarge(_("La photo dépasse %(limit)d Mo. Réduisez-la.") % {"limit": MAX_BYTES // 1024 // 1024})
    user = user_of(request)
    ask_signed_in(user)
    single(request.GET, ())
    ask_type(request, FORM_TYPES)
    told: dict[str, Any] = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    uploaded = request.FILES.get("file")
    if uploaded is None or set(request.FILES) != {"file"}:
        raise Invalid({"file": [_("Envoyez une photo, dans le champ « file ».")]})
    photo_uuid = _client_uuid(told)
    made, is_new = photos.add_photo(
        collection, key, uploaded.read(), told, by=user, photo_uuid=photo_uuid, source="ogc"
    )
    response = document(request, described(request, made))
    response.status_code = 201 if is_new else 200
    response["Location"] = request.build_absolute_uri(
        f"/api/collections/{collection.id}/items/{key}/photos/{made.uuid}"
    )
    return response


def _client_uuid(told: dict[str, Any]) -> UUID | None:
    given = told.pop("uuid", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid({"uuid": [_("L’identifiant est un UUID, ou il est absent.")]}) from None


def _options(
    request: HttpRequest, collection: Collection, key: UUID, user: User | AnonymousUser, writes: tuple[str, ...]
) -> HttpResponse:
    photos.photos_of(collection, key, user)
    feature = collection.visible_to(user).get(uuid=key)
    asked = "Access-Control-Request-Method" in request.headers
    may = asked or photos.may_change(collection, feature, user)
    return preflight(request, ("GET", "HEAD", "OPTIONS", *(writes if may else ())), READS)


def _kept_from_others(response: HttpResponse, user: User | AnonymousUser) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache" if user.is_authenticated else "public, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response
