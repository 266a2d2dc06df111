"""From a committed change to the receiver: order, repetition, giving up, taking up again."""

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.gis.geos import Point
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AppNotOpen

from cabanes.models import Cabane
from geodata.features import Status
from geodata.models import Delivery, Subscription
from geodata.webhooks import delivering, messages, sending, subscribing, waking
from tests.data.geodata.webhooks.receiver import Receiver
from tests.data.geodata.webhooks.subscriber import deliver, subscribe
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, parc, user

pytestmark = pytest.mark.django_db


def test_changes_come_in_the_order_of_the_feed_and_only_those_after_the_subscription(receiver):
    before = cabane()
    subscription = subscribe(receiver)
    made = cabane(park=before.park, authority=before.authority)
    Cabane.objects.filter(pk=before.pk).update(status=Status.ARCHIVED)
    deliver(subscription)
    assert receiver.changes == [("upsert", str(made.uuid)), ("unpublish", str(before.uuid))]
    deliver(subscription)
    assert len(receiver.got) == 1


def test_a_message_is_signed_as_standard_webhooks_says(receiver):
    subscription = subscribe(receiver)
    cabane()
    deliver(subscription)
    headers, body = receiver.got[0]
    key = base64.b64decode(subscription.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert json.loads(body)["type"] == "changes"


def test_the_secret_before_signs_too_for_a_day(receiver):
    subscription = subscribe(receiver)
    fresh = subscribing.renew_secret(subscription)
    assert fresh != subscription.secret
    now = timezone.now()
    assert signatures(subscription, now) == 2
    assert signatures(subscription, now + timedelta(days=2)) == 1


def signatures(subscription, now):
    from geodata.webhooks.signing import headers

    return len(headers(subscription, subscription.pk, b"{}", now)["webhook-signature"].split())


def test_a_message_that_failed_is_sent_again_under_its_id_before_any_other(receiver):
    subscription = subscribe(receiver)
    one = cabane()
    receiver.answers = [(500, b"panne", {}), (200, b"", {})]
    deliver(subscription)
    assert (subscription.failures, subscription.state) == (1, "active")
    assert subscription.next_at > timezone.now()
    other = cabane(park=one.park, authority=one.authority)
    deliver(subscription)
    (first, body), (second, again), (third, _body) = receiver.got
    assert first["webhook-id"] == second["webhook-id"] != third["webhook-id"]
    assert body == again
    assert receiver.changes[-1] == ("upsert", str(other.uuid))
    assert (subscription.failures, subscription.next_at) == (0, None)
    log = list(subscription.deliveries.order_by("created_at").values_list("state", "attempts", "status"))
    assert log == [("delivered", 2, 200), ("delivered", 1, 200)]


def test_after_the_last_attempt_it_stops_and_goes_on_from_its_place(receiver, monkeypatch):
    monkeypatch.setattr(delivering, "RETRY", delivering.jobs.Backoff(first_s=10, most=2))
    subscription = subscribe(receiver)
    lost = cabane()
    receiver.answers = [(503, b"", {}), (503, b"", {})]
    for _attempt in range(3):
        deliver(subscription)
    assert (subscription.state, len(receiver.got)) == ("stopped", 2)
    assert subscription.deliveries.get().state == "dead"
    kept = cabane(park=lost.park, authority=lost.authority)
    subscribing.resume(subscription)
    deliver(subscription)
    assert receiver.changes[-2:] == [("upsert", str(lost.uuid)), ("upsert", str(kept.uuid))]
    assert subscription.state == "active"


def test_an_address_that_is_gone_stops_at_once(receiver):
    subscription = subscribe(receiver)
    cabane()
    receiver.answers = [(410, b"", {})]
    deliver(subscription)
    assert subscription.state == "stopped"


def test_a_paused_one_is_sent_nothing_and_misses_nothing(receiver):
    subscription = subscribe(receiver)
    subscribing.pause(subscription)
    made = cabane()
    deliver(subscription)
    assert receiver.got == []
    subscribing.resume(subscription)
    deliver(subscription)
    assert receiver.changes[-1] == ("upsert", str(made.uuid))


def test_a_box_is_told_of_what_enters_moves_in_it_leaves_it_and_is_deleted_there(receiver):
    park = parc()
    subscription = subscribe(receiver, collections=["cabanes"], bbox=[2.7, 50.3, 2.75, 50.35])
    inside, outside = Point(2.72, 50.32, srid=4326), Point(2.9, 50.5, srid=4326)
    made = cabane(park=park, authority=park.authority, geom=outside)
    for place in (inside, outside, outside, inside):
        Cabane.objects.filter(pk=made.pk).update(geom=place, name_fr=str(place))
    Cabane.objects.filter(pk=made.pk).delete()
    deliver(subscription)
    assert [op for op, _uuid in receiver.changes] == ["upsert", "upsert", "upsert", "delete"]


def test_a_draft_inside_the_box_does_not_betray_itself_when_it_is_published_elsewhere(receiver):
    park = parc()
    subscription = subscribe(receiver, collections=["cabanes"], bbox=[2.7, 50.3, 2.75, 50.35])
    made = cabane(park=park, authority=park.authority, status=Status.DRAFT, geom=Point(2.72, 50.32, srid=4326))
    Cabane.objects.filter(pk=made.pk).update(status=Status.PUBLISHED, geom=Point(2.9, 50.5, srid=4326))
    deliver(subscription)
    assert receiver.got == []


def test_of_one_authority_and_of_some_events_only(receiver):
    mine, other = autorite(), autorite()
    subscription = subscribe(receiver, authority=mine.code, events=["unpublish"])
    made, foreign = cabane(authority=mine), cabane(authority=other)
    Cabane.objects.filter(pk__in=[made.pk, foreign.pk]).update(status=Status.ARCHIVED)
    deliver(subscription)
    assert receiver.changes == [("unpublish", str(made.uuid))]


def test_an_authority_is_told_of_what_comes_to_it_and_of_what_leaves_it(receiver):
    mine, other = autorite(), autorite()
    subscription = subscribe(receiver, authority=mine.code, collections=["cabanes"])
    made = cabane(authority=other)
    for owner, name in ((other, "Ailleurs"), (mine, "Ici"), (other, "Partie"), (other, "Loin")):
        Cabane.objects.filter(pk=made.pk).update(authority=owner, name_fr=name)
    deliver(subscription)
    ((_headers, body),) = receiver.got
    assert [each["feature"]["properties"]["name_fr"] for each in json.loads(body)["data"]["changes"]] == [
        "Ici",
        "Partie",
    ]


def test_many_changes_go_out_in_bounded_messages(receiver, monkeypatch):
    monkeypatch.setattr(messages, "AT_ONCE", 3)
    first = cabane()
    subscription = subscribe(receiver)
    for _number in range(7):
        cabane(park=first.park, authority=first.authority)
    deliver(subscription)
    assert [len(json.loads(body)["data"]["changes"]) for _headers, body in receiver.got] == [3, 3, 1]
    monkeypatch.setattr(messages, "MAX_BODY", 1)
    for _number in range(2):
        cabane(park=first.park, authority=first.authority)
    deliver(subscription)
    assert [len(json.loads(body)["data"]["changes"]) for _headers, body in receiver.got[3:]] == [1, 1]
    assert len(set(receiver.changes)) == 9


def test_a_place_that_is_no_longer_kept_is_told_to_begin_with_a_copy(receiver):
    subscription = subscribe(receiver)
    cabane()
    Subscription.objects.update(since_revision=1, since_at=timezone.now())
    deliver(subscription)
    told = json.loads(receiver.got[0][1])
    assert told["type"] == "resync"
    assert any(each.endswith("/api/snapshot/cabanes") for each in told["data"]["snapshots"])
    made = cabane()
    deliver(subscription)
    assert receiver.changes[-1] == ("upsert", str(made.uuid))


def test_a_message_that_no_longer_fits_after_the_subscription_was_widened_loses_nothing(receiver, monkeypatch):
    first = cabane()
    subscription = subscribe(receiver, features=False)
    made = [cabane(park=first.park, authority=first.authority) for _number in range(3)]
    receiver.answers = [(500, b"", {})]
    deliver(subscription)
    monkeypatch.setattr(messages, "MAX_BODY", 1)
    subscribing.change(subscription, {"features": True})
    deliver(subscription)
    sent = [json.loads(body)["data"] for _headers, body in receiver.got[1:]]
    assert [[each["uuid"] for each in data["changes"]] for data in sent] == [[str(each.uuid)] for each in made]
    assert len({data["cursor"] for data in sent}) == 3
    assert list(subscription.deliveries.values_list("entries", flat=True)) == [1, 1, 1]


def test_a_message_that_fell_out_of_the_feed_gives_way_to_a_copy(receiver):
    subscription = subscribe(receiver)
    cabane()
    receiver.answers = [(500, b"", {})]
    deliver(subscription)
    subscription.deliveries.update(since_revision=1, since_at=timezone.now(), state="dead")
    Subscription.objects.update(since_revision=1, since_at=timezone.now(), state="stopped")
    subscription.refresh_from_db()
    subscribing.resume(subscription)
    deliver(subscription)
    assert json.loads(receiver.got[-1][1])["type"] == "resync"
    assert [(each.kind, each.state) for each in subscription.deliveries.all()] == [("resync", "delivered")]
    assert subscription.state == "active"


def test_a_message_that_fell_out_of_the_feed_is_not_sent_once_more(receiver):
    subscription = subscribe(receiver)
    old = subscription.deliveries.create(kind="changes", since_revision=1, since_at=timezone.now(), state="dead")
    delivering.send_one(delivery=str(old.pk))
    assert receiver.got == []
    assert not subscription.deliveries.exists()


def test_a_test_moves_nothing_and_is_logged(receiver):
    subscription = subscribe(receiver)
    receiver.answers = [(404, b"<b>rien</b>", {})]
    sent = subscribing.try_out(subscription)
    delivering.send_one(delivery=str(sent.pk))
    sent.refresh_from_db()
    assert (sent.state, sent.status, sent.excerpt) == ("dead", 404, "<b>rien</b>")
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.state) == (0, "active")


def test_an_old_message_sent_again_does_not_set_the_place_back(receiver):
    subscription = subscribe(receiver)
    first = cabane()
    deliver(subscription)
    old = subscription.deliveries.get()
    cabane(park=first.park, authority=first.authority)
    deliver(subscription)
    place = subscription.since_revision
    delivering.send_one(delivery=str(old.pk))
    subscription.refresh_from_db()
    assert subscription.since_revision == place
    assert receiver.got[2][0]["webhook-id"] == str(old.pk)


def test_who_is_behind_is_queued_once(receiver):
    subscription = subscribe(receiver)
    delivering.sweep()
    assert not ProcrastinateJob.objects.exists()
    cabane()
    delivering.sweep()
    delivering.sweep()
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"subscription": str(subscription.pk)}]


def test_whatever_fails_while_queueing_is_tried_again(receiver, monkeypatch):
    subscribe(receiver)
    cabane()

    def refuse(*_args, **_values):
        raise AppNotOpen

    with monkeypatch.context() as patch:
        patch.setattr(waking.jobs, "defer", refuse)
        assert not waking.look()
    assert waking.look()
    assert ProcrastinateJob.objects.get().task_name == "webhooks.sweep"


def test_an_account_that_was_closed_is_sent_nothing_and_goes_on_from_its_place_when_it_is_opened(receiver):
    subscription = subscribe(receiver, collections=["cabanes"])
    made = cabane()
    test = subscribing.try_out(subscription)
    ProcrastinateJob.objects.all().delete()
    get_user_model().objects.update(is_active=False)
    delivering.sweep()
    assert waking.look()
    assert not ProcrastinateJob.objects.exists()
    deliver(subscription)
    delivering.send_one(delivery=str(test.pk))
    assert receiver.got == []
    get_user_model().objects.update(is_active=True)
    deliver(subscription)
    assert receiver.changes == [("upsert", str(made.uuid))]


def test_webhooks_leave_half_of_a_worker_to_other_jobs_and_come_back_for_their_turn(receiver, settings):
    subscription = subscribe(receiver, collections=["cabanes"])
    test = subscription.deliveries.create(kind="test")
    made = cabane()
    assert settings.JOBS_AT_ONCE == 4
    with delivering._place(), delivering._place():
        deliver(subscription)
        delivering.send_one(delivery=str(test.pk))
    assert receiver.got == []
    waiting = ProcrastinateJob.objects.filter(scheduled_at__gt=timezone.now())
    assert sorted(waiting.values_list("task_name", flat=True)) == ["webhooks.deliver", "webhooks.send_one"]
    deliver(subscription)
    delivering.send_one(delivery=str(test.pk))
    assert receiver.changes == [("upsert", str(made.uuid))]
    assert len(receiver.got) == 2


def test_a_redirect_is_not_followed(receiver):
    aim = Receiver()
    receiver.answers = [(307, b"", {"Location": aim.url})]
    answer = sending.post(receiver.url, b"{}", {})
    aim.close()
    assert (answer.status, answer.is_received, aim.got) == (307, False, [])


def test_an_answer_that_drips_is_ended_and_a_long_one_is_cut(receiver, monkeypatch):
    monkeypatch.setattr(sending, "WHOLE_S", 0.3)
    receiver.answers = [("drip", b"", {}), (200, b"x" * 1_000_000, {})]
    assert not sending.post(receiver.url, b"{}", {}).is_received
    monkeypatch.setattr(sending, "WHOLE_S", 10)
    answer = sending.post(receiver.url, b"{}", {})
    assert (answer.is_received, len(answer.excerpt)) == (True, 500)


def test_a_body_that_drips_until_the_connection_ends_is_ended_and_was_not_received(receiver, monkeypatch):
    monkeypatch.setattr(sending, "WHOLE_S", 0.3)
    receiver.answers = [("drip after headers", b"", {})]
    worker = threading.Thread(target=lambda: answers.append(sending.post(receiver.url, b"{}", {})), daemon=True)
    answers = []
    worker.start()
    worker.join(10)
    assert [each.status for each in answers] == [None]
    assert answers[0].error.startswith("Pas de réponse")


def test_no_proxy_of_the_environment_is_asked(receiver, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    assert sending.post(receiver.url, b"{}", {}).is_received


def test_a_name_that_moves_to_this_machine_after_it_was_subscribed_is_not_connected_to(receiver, settings, monkeypatch):
    settings.WEBHOOKS_LOOPBACK = False
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("93.184.216.34", 443))])
    subscription, _secret = subscribing.subscribe({"name": "n", "url": "https://exemple.fr/"}, by=user())
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    monkeypatch.setattr("socket.create_connection", lambda *_a, **_k: pytest.fail("connected"))
    cabane()
    deliver(subscription)
    assert subscription.deliveries.get().error == "Cette adresse mène à un réseau privé ou réservé."


def test_the_log_is_forgotten_after_a_month_except_what_was_given_up(receiver):
    subscription = subscribe(receiver)
    for state in ("delivered", "dead"):
        subscription.deliveries.create(kind="changes", state=state)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    delivering.forget()
    assert subscription.deliveries.get().state == "dead"
