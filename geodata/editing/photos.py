"""What can be done with the photos of a feature, whoever calls: page or API.

A photo is read, made smaller and written to the storage before any lock is taken; only its row
is added under the lock of its feature. Sent again (same uuid, or same bytes on the same feature)
it gives the photo that is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Max, Model, QuerySet
from django.forms import ModelForm, modelform_factory
from django.forms.models import model_to_dict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from geodata.changes.actions import Actions
from geodata.changes.judging import html_in
from geodata.features import Feature
from geodata.photos import files, pictures
from geodata.photos.models import FeaturePhoto
from geodata.problems import Conflict, Invalid, NotFound
from geodata.registry import Collection
from geodata.units import WGS84

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from comptes.models import User

# What a person says of a photo; the rest is read from the file.
TOLD = (
    "alt_fr", "alt_en", "alt_nl", "author", "rights_holder", "licence", "taken_at", "focal_x", "focal_y", "rank",
)  # fmt: skip
UNSAID = ("taken_at", "focal_x", "focal_y", "rank")


def photo_model(collection: Collection) -> type[FeaturePhoto]:
    """The photos of this collection. Raises NotFound where features have none."""
    model: type[Model] = collection.model_class
    try:
        return cast("type[FeaturePhoto]", model._meta.get_field("photos").related_model)
    except FieldDoesNotExist:
        raise NotFound(_("Les fiches de cette collection n’ont pas de photos.")) from None


def rows(collection: Collection) -> QuerySet[Any]:
    """All photos of this collection. Raises NotFound where features have none."""
    found: Any = photo_model(collection)
    return cast("QuerySet[Any]", found._default_manager.all())


def photos_of(collection: Collection, uuid: UUID, user: User | AnonymousUser) -> list[FeaturePhoto]:
    """The photos of a feature this person may see. Raises NotFound."""
    found = rows(collection)
    feature = collection.visible_to(user).filter(uuid=uuid).first()
    if feature is None:
        raise NotFound(_("Aucune fiche à cette adresse."))
    return list(found.filter(feature=feature))


def photo_of(collection: Collection, uuid: UUID, photo_uuid: UUID, user: User | AnonymousUser) -> FeaturePhoto:
    """One of them. Raises NotFound."""
    for photo in photos_of(collection, uuid, user):
        if photo.uuid == photo_uuid:
            return photo
    raise NotFound(_("Aucune photo à cette adresse."))


def may_change(collection: Collection, feature: Feature, user: User | AnonymousUser) -> bool:
    """Whether this person may add, describe and remove photos of the feature."""
    permissions = _actions(collection).permissions
    return (permissions.may_publish if feature.is_public else permissions.may_edit)(user, feature)


def add_photo(
    collection: Collection,
    uuid: UUID,
    data: bytes,
    told: Mapping[str, Any],
    *,
    by: User | AnonymousUser,
    photo_uuid: UUID | None = None,
    source: str = "web",
) -> tuple[FeaturePhoto, bool]:
    """The photo, and whether it is new.

    Raises Invalid for a file that is no picture or texts that lack, Conflict when the uuid belongs
    to another photo, Forbidden, NotFound and Gone as a change to the feature would.
    """
    model, actions = photo_model(collection), _actions(collection)
    with actions.holding(uuid, by=by, source=source):
        pass  # who may not is told before the work is done
    photo, picture = _described(model(), told), pictures.read_picture(data)
    if (known := _known(collection, uuid, photo_uuid, picture.sha256)) is not None:
        return known, False
    photo.uuid = photo_uuid or uuid4()
    photo.sha256, photo.width_px, photo.height_px = picture.sha256, picture.width_px, picture.height_px
    photo.taken_at = photo.taken_at or picture.taken_at
    photo.position = Point(*picture.position, srid=WGS84) if picture.position else None
    photo.created_by = cast("User", by)
    copies = pictures.copies(picture)
    photo.widths = sorted({int(name.split(".")[0]) for name in copies})
    kept = files.save(collection.id, photo.uuid, photo.sha256, copies, pictures.original(picture))
    photo.original.name = kept
    try:
        with actions.holding(uuid, by=by, source=source) as feature:
            if (known := _known(collection, uuid, photo_uuid, picture.sha256)) is None:
                _append(collection, photo, feature, told)
    except Exception:
        _forget(collection, photo)
        raise
    if known is not None and known.uuid != photo.uuid:
        _forget(collection, photo)
    return known or photo, known is None


def describe_photo(
    collection: Collection,
    uuid: UUID,
    photo_uuid: UUID,
    told: Mapping[str, Any],
    *,
    by: User | AnonymousUser,
    source: str = "web",
) -> FeaturePhoto:
    """The photo with these texts; what is not told stays. Raises as `add_photo`."""
    with _actions(collection).holding(uuid, by=by, source=source) as feature:
        photo = _locked(collection, feature, photo_uuid)
        before = {name: value for name, value in model_to_dict(photo, TOLD).items() if value is not None}
        _described(photo, before | dict(told)).save()
    return photo


def remove_photo(
    collection: Collection, uuid: UUID, photo_uuid: UUID, *, by: User | AnonymousUser, source: str = "web"
) -> None:
    """Delete the photo and its files. Raises Conflict when what is public may not be without it."""
    actions = _actions(collection)
    with actions.holding(uuid, by=by, source=source) as feature:
        photo = _locked(collection, feature, photo_uuid)
        photo.delete()
        broken = actions.publish_rules(feature) if feature.is_public else {}
        if broken:
            raise Conflict(next(iter(broken.values()))[0])
        transaction.on_commit(lambda: _forget(collection, photo))


def _actions(collection: Collection) -> Actions:
    found: Actions = import_string(collection.actions)
    return found


def _known(collection: Collection, feature_uuid: UUID, photo_uuid: UUID | None, sha256: str) -> FeaturePhoto | None:
    found = rows(collection)
    named = found.filter(uuid=photo_uuid).select_related("feature").first() if photo_uuid else None
    if named is None:
        return found.filter(feature__uuid=feature_uuid, sha256=sha256).first()
    if named.feature.uuid != feature_uuid or named.sha256 != sha256:
        raise Conflict(_("Cet identifiant est celui d’une autre photo."))
    return cast("FeaturePhoto", named)


def _described(photo: FeaturePhoto, told: Mapping[str, Any]) -> FeaturePhoto:
    """Set what was told. Raises Invalid: unknown names, texts that lack, HTML, points outside 0–1."""
    errors: dict[str, list[str]] = {name: [_("Propriété inconnue.")] for name in told if name not in TOLD}
    given = {name: value for name, value in told.items() if value is not None}
    form_class: type[ModelForm[FeaturePhoto]] = modelform_factory(type(photo), fields=list(TOLD))
    form = form_class(given, instance=photo)
    for name in UNSAID:
        form.fields[name].required = False
    errors |= html_in(given)
    if not errors and not form.is_valid():
        errors = {
            ("" if name == "__all__" else name): [str(text) for text in texts] for name, texts in form.errors.items()
        }
    for name in ("focal_x", "focal_y"):
        if not errors and not 0 <= (form.cleaned_data.get(name) or 0) <= 1:
            errors[name] = [_("Entre 0 (gauche, haut) et 1 (droite, bas).")]
    if errors:
        raise Invalid(errors)
    return form.instance


def _append(collection: Collection, photo: FeaturePhoto, feature: Feature, told: Mapping[str, Any]) -> None:
    if told.get("rank") in (None, ""):
        last = rows(collection).filter(feature=feature).aggregate(last=Max("rank"))["last"]
        photo.rank = 0 if last is None else last + 1
    photo.feature = feature  # type: ignore[attr-defined]
    photo.save(force_insert=True)


def _locked(collection: Collection, feature: Feature, photo_uuid: UUID) -> FeaturePhoto:
    photo = rows(collection).select_for_update().filter(feature=feature, uuid=photo_uuid).first()
    if photo is None:
        raise NotFound(_("Aucune photo à cette adresse."))
    return cast("FeaturePhoto", photo)


def _forget(collection: Collection, photo: FeaturePhoto) -> None:
    files.remove(collection.id, photo.uuid, photo.sha256, photo.widths, photo.original.name or "")
