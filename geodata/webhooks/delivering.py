"""From the feed to the subscribers: one message after another for each, again and again until it is received."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from geodata import jobs
from geodata.queries import apart
from geodata.queries import changes as feed
from geodata.webhooks import messages, signing
from geodata.webhooks.models import Delivery, Subscription
from geodata.webhooks.sending import Answer, post
from geodata.webhooks.telling import tell_stopped

# The waits between attempts add up to some two and a half days; then the subscription is stopped.
RETRY = jobs.Backoff(first_s=10, most=20)
GONE = 410
MESSAGES_A_JOB = 20
KEEP_DAYS = 30
# However slow receivers are, half of what a worker does at the same time is left for other jobs.
PLACES = threading.BoundedSemaphore(max(settings.JOBS_AT_ONCE // 2, 1))
TURN = timedelta(seconds=3)
AGENT = "ChaineDesParcs-Webhooks/1"
CHANGES, TEST, RESYNC = Delivery.Kind.CHANGES, Delivery.Kind.TEST, Delivery.Kind.RESYNC


@jobs.task("webhooks.sweep", retry=jobs.Backoff(first_s=2, most=3))
def sweep() -> None:
    """Queue a job for each subscription that is behind the feed and may be sent to now."""
    due = Q(next_at=None) | Q(next_at__lte=timezone.now())
    waiting = Subscription.in_service().filter(due, since_revision__lt=feed.latest().revision)
    for uuid in waiting.values_list("uuid", flat=True):
        queue(str(uuid))


@jobs.periodic("webhooks.minute", cron="* * * * *")
def minute() -> None:
    """Each minute: what no notice woke."""
    if Subscription.in_service().exists():
        jobs.defer(sweep, once="webhooks.sweep")


@jobs.periodic("webhooks.forget", cron="29 3 * * *")
def forget() -> None:
    """Each night: the log of long ago."""
    before = timezone.now() - timedelta(days=KEEP_DAYS)
    Delivery.objects.filter(created_at__lt=before).exclude(state=Delivery.State.DEAD).delete()


def queue(subscription: str, at: datetime | None = None) -> None:
    """Have a worker send what is new to this subscription."""
    name = f"webhook {subscription}"
    jobs.defer(deliver, once=name, alone=name, at=at, subscription=subscription)


def queue_one(delivery: Delivery, at: datetime | None = None) -> None:
    """Have a worker send this one message now, whatever became of it before."""
    alone = f"webhook {delivery.subscription_id}"
    jobs.defer(send_one, once=f"message {delivery.pk}", alone=alone, at=at, delivery=str(delivery.pk))


@jobs.task("webhooks.send_one", retry=jobs.Backoff(first_s=2, most=3))
def send_one(*, delivery: str) -> None:
    """Send a test, or a message once more; the place in the feed moves only when it was the one that waits."""
    of_people = Delivery.objects.filter(subscription__owner__is_active=True)
    found = of_people.select_related("subscription").filter(pk=delivery).first()
    if found is None:
        return
    with _place() as taken:
        if taken:
            _send_one(found)
        else:
            queue_one(found, at=timezone.now() + TURN)


def _send_one(message: Delivery) -> None:
    answer = _sent(message)
    if answer is None:
        queue(str(message.subscription_id))
    else:
        _settle(message, answer, retried=True)


@jobs.task("webhooks.deliver", retry=jobs.Backoff(first_s=5, most=5))
def deliver(*, subscription: str) -> None:
    """Send to one subscription what it has not got, in the order of the feed, until there is no more or one fails."""
    with _place() as taken:
        if taken:
            _deliver(subscription)
        else:
            queue(subscription, at=timezone.now() + TURN)


@contextmanager
def _place() -> Iterator[bool]:
    """One of the places of a worker that webhooks may take; False when all are taken."""
    taken = PLACES.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            PLACES.release()


def _deliver(subscription: str) -> None:
    for _message in range(MESSAGES_A_JOB):
        found = Subscription.in_service().filter(pk=subscription).first()
        if found is None or (found.next_at and found.next_at > timezone.now()):
            return
        message = _waiting(found) or _following(found)
        if message is None:
            return
        answer = _sent(message)
        if answer is not None and not _settle(message, answer):
            return
    queue(subscription)


def _waiting(subscription: Subscription) -> Delivery | None:
    return (
        subscription.deliveries.select_related("subscription")
        .filter(kind__in=(CHANGES, RESYNC), state=Delivery.State.PENDING)
        .order_by("created_at", "uuid")
        .first()
    )


def _following(subscription: Subscription) -> Delivery | None:
    """The next message from the feed; what the subscription did not ask for is passed over."""
    while True:
        since = subscription.since
        try:
            found = messages.batch(subscription, since, settings.WEBHOOKS_ROOT)
        except feed.Expired:
            newest = feed.latest()
            return subscription.deliveries.create(kind=RESYNC, last_revision=newest.revision, last_at=newest.at)
        if found.entries:
            return subscription.deliveries.create(
                kind=CHANGES,
                since_revision=since.revision,
                since_at=since.at,
                last_revision=found.last.revision,
                last_at=found.last.at,
                entries=len(found.entries),
            )
        subscription.since_revision, subscription.since_at = found.last.revision, found.last.at
        subscription.save(update_fields=["since_revision", "since_at"])
        if not found.more:
            return None


def _sent(message: Delivery) -> Answer | None:
    """What came back; None when the changes are no longer in the feed, and the message went with them."""
    now = timezone.now()
    try:
        body = messages.body(message, settings.WEBHOOKS_ROOT)
    except feed.Expired:
        message.delete()
        return None
    message.last_revision, message.last_at, message.entries = body.last.revision, body.last.at, body.entries
    signed = signing.headers(message.subscription, message.pk, body.text, now)
    apart.hand_back()
    told = {"Content-Type": "application/json", "User-Agent": AGENT, **signed}
    return post(message.subscription.url, body.text, told)


@transaction.atomic
def _settle(message: Delivery, answer: Answer, *, retried: bool = False) -> bool:
    """Write down what came back, move the place in the feed or the next attempt; True when it was received."""
    subscription = Subscription.objects.select_for_update().get(pk=message.subscription_id)
    message.attempts += 1
    message.status, message.error, message.excerpt = answer.status, answer.error, answer.excerpt
    message.duration_ms, message.tried_at = answer.duration_ms, timezone.now()
    if answer.is_received:
        message.state = Delivery.State.DELIVERED
        _move_on(subscription, message)
    elif message.kind == TEST:
        message.state = Delivery.State.DEAD
    elif message.state == Delivery.State.PENDING and not retried:
        _again_later(subscription, message, answer)
    message.save()
    return answer.is_received


def _move_on(subscription: Subscription, message: Delivery) -> None:
    subscription.failures, subscription.next_at = 0, None
    # A message of long ago that is sent once more must not set the place back.
    if message.kind != TEST and message.last_revision > subscription.since_revision:
        subscription.since_revision, subscription.since_at = message.last_revision, message.last_at
    subscription.save(update_fields=["failures", "next_at", "since_revision", "since_at"])


def _again_later(subscription: Subscription, message: Delivery, answer: Answer) -> None:
    subscription.failures = F("failures") + 1
    if message.attempts >= RETRY.most or answer.status == GONE:
        message.state = Delivery.State.DEAD
        subscription.state, subscription.next_at = Subscription.State.STOPPED, None
        jobs.defer(tell_stopped, subscription=str(subscription.pk))
    else:
        subscription.next_at = timezone.now() + timedelta(seconds=RETRY.wait_s(message.attempts))
        jobs.defer(
            deliver,
            once=f"webhook {subscription.pk} later",
            alone=f"webhook {subscription.pk}",
            at=subscription.next_at,
            subscription=str(subscription.pk),
        )
    subscription.save(update_fields=["failures", "state", "next_at"])
