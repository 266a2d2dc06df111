"""Jobs that failed, for administrators alone, and trying them again."""

import pytest
from django.core.management import CommandError, call_command
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from geodata import jobs
from geodata.models import JobFailure
from geodata.webhooks.delivering import deliver
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
PAGE = "/gestion/travaux/"


@pytest.fixture
def boss(client):
    client.force_login(made := user(is_staff=True, is_superuser=True))
    return made


def failed(name, once=""):
    """A job as the worker leaves it when nothing will try it again."""
    jobs.defer(deliver, once=once, subscription=name)
    job = ProcrastinateJob.objects.order_by("-id").first()
    app.job_manager.connector.get_sync_connector().execute_query(
        "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %(id)s", id=job.id
    )
    app.job_manager.connector.get_sync_connector().execute_query(
        "SELECT procrastinate_finish_job_v1(%(id)s, 'failed', false)", id=job.id
    )
    JobFailure.objects.create(job=job.id, task=job.task_name, attempt=5, error=f"Traceback\nValueError: {name} <b>")
    return job.id


def states():
    return dict(ProcrastinateJob.objects.values_list("id", "status"))


def test_only_administrators_see_them(client):
    assert client.get(PAGE).status_code == 302
    client.force_login(user(is_staff=True))
    number = failed("un")
    refused = client.get(PAGE)
    assert refused.status_code == 403
    assert "réservée aux personnes qui tiennent le serveur" in refused.content.decode()
    assert client.post(PAGE, {"job": number}).status_code == 403
    assert states()[number] == "failed"
    assert PAGE not in client.get("/gestion/").content.decode()


def test_they_are_told_with_their_reason_and_tried_again_one_by_one_or_all(client, boss):
    one, two, three = failed("un"), failed("deux"), failed("trois")
    assert "3 travaux du service ont échoué" in client.get("/gestion/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "ValueError: deux &lt;b&gt;" in page
    assert "webhooks.deliver" in page
    assert client.post(PAGE, {"job": two}).status_code == 302
    assert (states()[one], states()[two], states()[three]) == ("failed", "todo", "failed")
    client.post(PAGE, {"job": "all"})
    assert set(states().values()) == {"todo"}
    assert "échoué" not in client.get("/gestion/").content.decode()


def test_of_two_that_do_the_same_one_waits_and_the_others_are_tried_too(client, boss):
    _one, two, other = failed("un", once="un"), failed("un", once="un"), failed("autre")
    answer = client.post(PAGE, {"job": "all"}, follow=True).content.decode()
    assert states() == {two: "todo", other: "todo"}
    assert "2 travaux attendent de nouveau." in answer
    assert "1 travail attendait déjà sous un autre numéro" in answer


def test_one_that_waits_already_takes_the_place_of_the_failed_one(client, boss):
    number = failed("un", once="un")
    jobs.defer(deliver, once="un", subscription="un")
    answer = client.post(PAGE, {"job": number}, follow=True).content.decode()
    assert list(states().values()) == ["todo"]
    assert number not in states()
    assert ("attendait déjà" in answer, "n’est plus parmi" in answer) == (True, False)


def test_the_command_says_so_too(capsys):
    number = failed("un", once="un")
    jobs.defer(deliver, once="un", subscription="un")
    call_command("jobs", retry=number)
    assert f"{number} waits already" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("jobs", retry=number)


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "9" * 30, "²"])
def test_what_is_no_failed_job_is_said(client, boss, number):
    failed("un")
    answer = client.post(PAGE, {"job": number}, follow=True)
    assert "n’est plus parmi ceux" in answer.content.decode()
    assert "failed" in states().values()
