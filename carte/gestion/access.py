"""Finding the record a manager asks for, with the rights that decide what is offered.

Offering is a courtesy: the actions enforce the rights again for every caller.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.module_loading import import_string

from geodata import registry
from geodata.features import Feature, FeatureQuerySet
from geodata.problems import NotFound
from geodata.registry import Collection
from parcs import permissions
from parcs.queries import member_authorities

if TYPE_CHECKING:
    from comptes.models import User


def person(request: HttpRequest) -> "User":
    """The signed-in person."""
    return cast("User", request.user)


def collection_or_404(collection_id: str) -> Collection:
    """The collection of this id; raises Http404."""
    try:
        return registry.get(collection_id)
    except NotFound:
        raise Http404 from None


def actions_of(collection: Collection) -> Any:
    """The `Actions` of a collection."""
    return import_string(collection.actions)


def mine(collection: Collection, user: "User") -> FeatureQuerySet:
    """What is alive of the authorities this person is a member of."""
    features = collection.model_class.objects.alive()
    return features if user.is_superuser else features.filter(authority__in=member_authorities(user))


def record_or_404(collection: Collection, uuid: UUID, user: "User") -> Feature:
    """The record, when this person may at least see it; raises Http404."""
    found = collection.visible_to(user).filter(uuid=uuid).select_related("authority").first()
    if found is None:
        raise Http404
    return cast("Feature", found)


def editable_collections(user: "User") -> Iterator[Collection]:
    """Collections in which this person may create something."""
    if permissions.may_create_any(user):
        yield from registry.collections()
