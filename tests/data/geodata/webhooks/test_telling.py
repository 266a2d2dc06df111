"""The owner of a subscription that was stopped is written to."""

import pytest
from django.contrib.auth import get_user_model
from procrastinate.contrib.django.models import ProcrastinateJob

from geodata.webhooks import subscribing, telling
from tests.data.geodata.webhooks.subscriber import deliver, subscribe
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db


def stop(subscription, receiver):
    receiver.answers = [(410, b"", {})]
    deliver(subscription)
    return ProcrastinateJob.objects.filter(
        task_name="webhooks.tell_stopped", args={"subscription": str(subscription.pk)}
    )


@pytest.mark.parametrize(
    ("language", "subject", "prefix"),
    [("fr", "l’envoi « Miroir » est arrêté", ""), ("en", "the deliveries “Miroir” have stopped", "/en"),
     ("nl", "de verzending ‘Miroir’ is gestopt", "/nl")],
)  # fmt: skip
def test_the_owner_is_written_to_once_a_stop_with_the_way_to_start_again(
    receiver, mailoutbox, language, subject, prefix
):
    subscription = subscribe(receiver)
    get_user_model().objects.filter(pk=subscription.owner_id).update(email="lea@exemple.fr", language=language)
    cabane()
    assert stop(subscription, receiver).count() == 1
    telling.tell_stopped(subscription=str(subscription.pk))
    (mail,) = mailoutbox
    assert mail.to == ["lea@exemple.fr"]
    assert subject in mail.subject
    assert receiver.url in mail.body
    assert "410" in mail.body
    assert f"http://localhost:8000{prefix}/gestion/webhooks/{subscription.pk}/" in mail.body
    assert f"http://localhost:8000/api/webhooks/{subscription.pk}" in mail.body
    assert '{"state": "active"}' in mail.body
    deliver(subscription)
    assert stop(subscription, receiver).count() == 1
    subscribing.resume(subscription)
    assert stop(subscription, receiver).count() == 2


def test_nobody_is_written_to_without_an_address_or_once_it_runs_again(receiver, mailoutbox):
    subscription = subscribe(receiver)
    cabane()
    stop(subscription, receiver)
    telling.tell_stopped(subscription=str(subscription.pk))
    get_user_model().objects.filter(pk=subscription.owner_id).update(email="lea@exemple.fr")
    subscribing.resume(subscription)
    telling.tell_stopped(subscription=str(subscription.pk))
    assert mailoutbox == []
