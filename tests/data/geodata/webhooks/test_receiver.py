"""The receiver of the guide takes what this service sends, and refuses what is replayed, altered or old."""

import threading
from datetime import timedelta
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer

import pytest
import receiver
from django.utils import timezone

from geodata import registry
from geodata.webhooks import messages, sending, signing, subscribing
from geodata.webhooks.models import Delivery
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
BODY = b'{"type":"changes","data":{"changes":[{"op":"delete","collection":"cabanes","uuid":"u","revision":1}]}}'


@pytest.fixture
def running(settings):
    settings.WEBHOOKS_LOOPBACK = True
    taken = []

    class Receiver(receiver.Receiver):
        seen = {}

        def take(self, message):
            super().take(message)
            taken.extend(each["op"] for each in message["data"].get("changes", []))

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    subscription, Receiver.secret = subscribing.subscribe({"name": "n", "url": url}, by=user())
    yield url, subscription, taken
    server.shutdown()
    server.server_close()


def test_a_message_is_taken_once_however_often_it_comes(running):
    url, subscription, taken = running
    headers = signing.headers(subscription, subscription.pk, BODY, timezone.now())
    assert [sending.post(url, BODY, headers).status for _time in range(2)] == [204, 204]
    assert taken == ["delete"]


def test_a_new_copy_is_asked_for_when_too_much_was_missed(running, capsys):
    url, subscription, taken = running
    missed = Delivery(subscription=subscription, kind=Delivery.Kind.RESYNC, created_at=timezone.now())
    body = messages.body(missed, "https://parcs.example.fr").text
    headers = signing.headers(subscription, missed.pk, body, timezone.now())
    assert sending.post(url, body, headers).status == 204
    told = capsys.readouterr().out
    assert told.startswith("resync: take a new copy of https://parcs.example.fr/api/snapshot/parcs ")
    assert (told.count("/api/snapshot/"), taken) == (len(list(registry.collections())), [])


def test_an_altered_one_an_old_one_and_an_unsigned_one_are_refused(running):
    url, subscription, taken = running
    now = timezone.now()
    fresh = signing.headers(subscription, subscription.pk, BODY, now)
    old = signing.headers(subscription, subscription.pk, BODY, now - timedelta(minutes=6))
    pushed = old | {"webhook-timestamp": fresh["webhook-timestamp"]}
    for headers, body in ((fresh, BODY.replace(b"delete", b"upsert")), (old, BODY), (pushed, BODY), ({}, BODY)):
        assert sending.post(url, body, headers).status == 401
    assert taken == []


def test_a_secret_that_was_replaced_is_taken_for_a_day(running):
    url, subscription, taken = running
    subscribing.renew_secret(subscription)
    headers = signing.headers(subscription, subscription.pk, BODY, timezone.now())
    assert sending.post(url, BODY, headers).status == 204
    assert taken == ["delete"]


def test_a_get_is_not_answered_with_anything_of_ours(running):
    url, _subscription, _taken = running
    session = HTTPConnection(url.split("/")[2], timeout=5)
    session.request("GET", "/")
    assert session.getresponse().status == 501
    session.close()
