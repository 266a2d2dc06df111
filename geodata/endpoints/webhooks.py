"""`/api/webhooks`: the subscriptions of who asks; nobody sees another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.authentication import user_of
from geodata.endpoints.bodies import read_json
from geodata.formats.choice import JSON
from geodata.params.changes import make_since
from geodata.params.instants import instant
from geodata.params.items import single
from geodata.problems import NotAuthenticated, NotFound
from geodata.webhooks import subscribing
from geodata.webhooks.models import Delivery, Subscription

if TYPE_CHECKING:
    from comptes.models import User

JSON_TYPES = ("application/json",)
PATCH_TYPES = ("application/merge-patch+json", "application/json")
LOGGED = 100
OK, CREATED, ACCEPTED, NO_CONTENT = 200, 201, 202, 204


@endpoint("GET", "POST", gives=(JSON,))
def webhooks(request: HttpRequest) -> HttpResponseBase:
    """My subscriptions; POST makes one, and answers with its secret, which is not shown again."""
    user = _person(request)
    if request.method != "POST":
        return _private(request, {"webhooks": [_described(request, each) for each in _mine(user)]})
    made, secret = subscribing.subscribe(read_json(request, JSON_TYPES), by=user)
    response = _private(request, _described(request, made) | {"secret": secret}, CREATED)
    response["Location"] = _address(request, made)
    return response


@endpoint("GET", "PATCH", "DELETE", gives=(JSON,))
def webhook(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """One of mine; PATCH changes it (`state`: active takes it up again, paused holds it), DELETE ends it."""
    found = _one(request, uuid)
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=NO_CONTENT)
    if request.method == "PATCH":
        subscribing.change(found, read_json(request, PATCH_TYPES))
    return _private(request, _described(request, found))


@endpoint("POST", gives=(JSON,))
def secret(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A new secret, shown once; for a day messages are signed with the one before as well."""
    return _private(request, {"secret": subscribing.renew_secret(_one(request, uuid))}, CREATED)


@endpoint("POST", gives=(JSON,))
def test(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Send a message of the type `test`; the log says what became of it."""
    return _private(request, _logged(subscribing.try_out(_one(request, uuid))), ACCEPTED)


@endpoint("GET", gives=(JSON,))
def deliveries(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The last messages, the latest first."""
    found = _one(request, uuid)
    return _private(request, {"deliveries": [_logged(each) for each in found.deliveries.all()[:LOGGED]]})


@endpoint("POST", gives=(JSON,))
def again(request: HttpRequest, uuid: UUID, message: UUID) -> HttpResponseBase:
    """Send one message once more, under the same id."""
    found = _one(request, uuid).deliveries.filter(pk=message).first()
    if found is None:
        raise NotFound(_("Aucun envoi à cette adresse."))
    subscribing.send_again(found)
    return _private(request, _logged(found), ACCEPTED)


def _person(request: HttpRequest) -> User:
    single(request.GET, ())
    user = user_of(request)
    if not user.is_authenticated:
        raise NotAuthenticated
    return user


def _mine(user: User) -> Any:
    return Subscription.objects.filter(owner=user)


def _one(request: HttpRequest, uuid: UUID) -> Subscription:
    found: Subscription | None = _mine(_person(request)).filter(pk=uuid).first()
    if found is None:
        raise NotFound(_("Aucun abonnement à cette adresse."))
    return found


def _address(request: HttpRequest, subscription: Subscription) -> str:
    return request.build_absolute_uri(f"/api/webhooks/{subscription.pk}")


def _described(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    address = _address(request, subscription)
    return {
        "uuid": str(subscription.pk),
        "name": subscription.name,
        "url": subscription.url,
        "collections": subscription.collections,
        "bbox": subscription.box,
        "authority": subscription.authority or None,
        "events": subscription.events,
        "features": subscription.with_features,
        "state": subscription.state,
        "failures": subscription.failures,
        "nextAttempt": instant(subscription.next_at) if subscription.next_at else None,
        "cursor": make_since(subscription.since),
        "createdAt": instant(subscription.created_at),
        "links": [
            {"href": address, "rel": "self", "type": "application/json"},
            {"href": f"{address}/deliveries", "rel": "related", "type": "application/json"},
        ],
    }


def _logged(delivery: Delivery) -> dict[str, Any]:
    return {
        "uuid": str(delivery.pk),
        "type": delivery.kind,
        "state": delivery.state,
        "changes": delivery.entries,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "excerpt": delivery.excerpt,
        "durationMs": delivery.duration_ms,
        "createdAt": instant(delivery.created_at),
        "triedAt": instant(delivery.tried_at) if delivery.tried_at else None,
    }


def _private(request: HttpRequest, content: dict[str, Any], status: int = OK) -> HttpResponse:
    response = document(request, content)
    response.status_code = status
    response["Cache-Control"] = "private, no-store"
    return response
