"""Finding the record a manager asks for, with the rights that decide what is offered.

Offering is a courtesy: the actions enforce the rights again for every caller.
"""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.contrib.gis.geos import GEOSGeometry
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string

from geodata import registry
from geodata.features import Feature, FeatureQuerySet
from geodata.problems import NotFound
from geodata.registry import Collection
from parcs import permissions
from parcs.queries import owned

if TYPE_CHECKING:
    from comptes.models import User


View = Callable[..., HttpResponse]
UNAUTHORIZED = 401
CSRF_FIELD = "csrfmiddlewaretoken"
HEAVY = 2_000
SIMPLE_DEGREES = 0.00001


def person(request: HttpRequest) -> "User":
    """The signed-in person."""
    return cast("User", request.user)


def signed_in(view: View) -> View:
    """The view for who is signed in; others sign in first, and what they were sending is kept for them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return expired(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def posted(back: str, *named: str) -> Callable[[View], View]:
    """For a view that a form of the page `back` posts to: who comes there by the address line is led to that page.

    `named` are the arguments of the view that the address of the page takes too. Other methods are answered 405.
    """

    def only(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method in {"GET", "HEAD"}:
                return HttpResponseRedirect(reverse(back, kwargs={name: kwargs[name] for name in named}))
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

        return guarded

    return only


def expired(request: HttpRequest) -> HttpResponse:
    """A page that signs in again without losing what was typed: it goes along as hidden inputs."""
    context = {"kept": kept_inputs(request.POST), "next": request.get_full_path(), "files": bool(request.FILES)}
    return render(request, "gestion/expired.html", context, status=UNAUTHORIZED)


def kept_inputs(sent: QueryDict) -> list[tuple[str, str]]:
    """The inputs of a form that was sent, without its token."""
    return [
        (name, text) for name, texts in sent.lists() if name != CSRF_FIELD for text in texts if isinstance(text, str)
    ]


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
    return owned(collection.model_class.objects.alive(), user)


def binned(collection: Collection, user: "User") -> FeatureQuerySet:
    """What is in the bin of the authorities this person is a member of."""
    return owned(collection.model_class.objects.filter(deleted_at__isnull=False), user)


def record_or_404(collection: Collection, uuid: UUID, user: "User") -> Feature:
    """The record, when this person may at least see it; raises Http404."""
    found = collection.visible_to(user).filter(uuid=uuid).select_related("authority").first()
    if found is None:
        raise Http404
    return cast("Feature", found)


def shape_of(thing: Feature | GEOSGeometry) -> dict[str, Any] | None:
    """A shape, or the one of a record, as GeoJSON, simplified to about a metre where it is heavy; None without one."""
    shape = thing if isinstance(thing, GEOSGeometry) else getattr(thing, "geom", None)
    if shape is None:
        return None
    light = shape.simplify(SIMPLE_DEGREES, preserve_topology=True) if shape.num_coords > HEAVY else shape
    return cast("dict[str, Any]", json.loads(light.geojson))


def may_add(collection: Collection, user: "User") -> bool:
    """Whether to offer a new record: those that no authority looks after are the administration's to add."""
    return user.is_superuser or ("authority" in collection.properties and permissions.may_create_any(user))


def editable_collections(user: "User") -> Iterator[Collection]:
    """Collections in which this person may add or has something."""
    for collection in registry.collections():
        if may_add(collection, user) or mine(collection, user).exists():
            yield collection
