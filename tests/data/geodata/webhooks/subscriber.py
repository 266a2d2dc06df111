"""A subscription that leads to the receiver of a test, and what a worker does for it."""

from geodata.models import Subscription
from geodata.webhooks import delivering, subscribing
from tests.factories.parcs import user


def subscribe(receiver, **given):
    made, secret = subscribing.subscribe({"name": "Miroir", "url": receiver.url} | given, by=user())
    made.secret = secret
    return made


def deliver(subscription):
    """What a worker does, also when the next attempt is not due yet."""
    Subscription.objects.filter(pk=subscription.pk).update(next_at=None)
    delivering.deliver(subscription=str(subscription.pk))
    subscription.refresh_from_db()
