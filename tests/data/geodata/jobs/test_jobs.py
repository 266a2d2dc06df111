from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from carte import tasks
from geodata import jobs
from geodata.jobs import standing
from geodata.models import JobFailure
from tests.data.geodata.jobs import chores
from tests.data.geodata.jobs.working import started, work_until_empty
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path):
    # The tables of the queue are not Django's own: it empties them after no test, of here or elsewhere.
    forget_all()
    yield tmp_path / "notes"
    forget_all()


def forget_all():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def lines(file):
    return file.read_text().split() if file.exists() else []


def test_a_job_of_a_transaction_that_is_given_up_is_not_queued(file):
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.defer(chores.note, file=str(file), text="a")
        raise RuntimeError
    assert ProcrastinateJob.objects.count() == 0


def test_a_second_one_of_a_name_is_not_queued_and_spoils_no_transaction(file):
    with transaction.atomic():
        assert jobs.defer(chores.note, once="one", file=str(file), text="a")
        assert not jobs.defer(chores.note, once="one", file=str(file), text="b")
        assert jobs.defer(chores.note, file=str(file), text="c")
    assert ProcrastinateJob.objects.count() == 2


def test_a_worker_does_what_waits_and_keeps_nothing_of_what_went_well(file):
    jobs.defer(chores.note, file=str(file), text="now")
    jobs.defer(chores.note, at=datetime.now(UTC) + timedelta(hours=1), file=str(file), text="later")
    work_until_empty()
    assert lines(file) == ["now"]
    # A worker also queues what is due at this minute.
    assert [job.args["text"] for job in ProcrastinateJob.objects.filter(task_name="tests.note")] == ["later"]


def test_what_fails_for_good_is_told_with_its_reason_and_can_be_tried_again(file, capsys):
    jobs.defer(chores.stumble, file=str(file))
    with started():
        assert until(lambda: standing.counts()["failed"] == 1)
    assert lines(file) == ["tried"] * 3
    assert list(JobFailure.objects.order_by("id").values_list("attempt", flat=True)) == [1, 2, 3]
    (dead,) = standing.dead()
    assert (dead.task, dead.attempts, dead.error) == ("tests.stumble", 3, "ValueError: no such luck")
    call_command("jobs", retry=dead.id)
    assert capsys.readouterr().out == "waiting 1, running 0, failed 0\n"


def test_the_journal_tells_which_job_failed_and_nothing_of_its_values(file):
    jobs.defer(chores.write_to, email="ana@example.org")
    jobs.defer(chores.fall, over="a root")
    numbers = dict(ProcrastinateJob.objects.values_list("task_name", "id"))
    told = work_until_empty()
    assert f"Job tests.write_to[{numbers['tests.write_to']}]: job_error, ConnectionRefusedError\n" in told
    assert f"Job tests.fall[{numbers['tests.fall']}]: job_error\nTraceback" in told
    assert "ValueError: no such luck" in told
    assert "ana@example.org" not in told
    assert "a root" not in told
    assert {each.error for each in standing.dead()} == {
        "ConnectionRefusedError: ana@example.org is unknown here",
        "ValueError: no such luck",
    }


def test_a_job_survives_the_worker_that_is_killed_at_it(file, tmp_path):
    go_on = tmp_path / "go-on"
    jobs.defer(chores.hold, file=str(file), until=str(go_on))
    with started() as worker:
        assert until(lambda: lines(file) == ["begun"])
        worker.kill()
        worker.wait()
    go_on.touch()
    with started():
        assert until(lambda: lines(file) == ["begun", "begun", "done"])
        assert until(lambda: not ProcrastinateJob.objects.filter(task_name="tests.hold").exists())


def test_a_job_that_was_queued_again_while_it_ran_survives_the_worker_that_is_killed_at_it(file, tmp_path):
    go_on = tmp_path / "go-on"
    given = {"once": "held", "alone": "held", "file": str(file), "until": str(go_on)}
    jobs.defer(chores.hold, **given)
    with started() as worker:
        assert until(lambda: lines(file) == ["begun"])
        assert jobs.defer(chores.hold, **given)
        worker.kill()
        worker.wait()
    go_on.touch()
    with started():
        assert until(lambda: lines(file) == ["begun", "begun", "done"])
        assert until(lambda: not ProcrastinateJob.objects.filter(task_name="tests.hold").exists())


def test_what_failed_long_ago_is_forgotten(file):
    for name in ("old", "new"):
        jobs.defer(chores.note, file=str(file), text=name)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - interval '91 days'"
            " WHERE job_id = (SELECT id FROM procrastinate_jobs WHERE args->>'text' = 'old')"
        )
    standing.forget()
    assert [job.args["text"] for job in ProcrastinateJob.objects.all()] == ["new"]


def test_what_names_people_is_forgotten_within_days_with_its_reason(file):
    jobs.defer(tasks.mail_resets, email="lea@exemple.fr", language="fr", root="http://testserver")
    jobs.defer(tasks.mail_address_link, pk=1, email="lea@exemple.fr", state="", language="fr", root="http://testserver")
    jobs.defer(chores.note, file=str(file), text="kept")
    for job in ProcrastinateJob.objects.all():
        JobFailure.objects.create(
            job=job.id, task=job.task_name, attempt=1, error="SMTPRecipientsRefused: lea@exemple.fr"
        )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        for days, left in ((6, 3), (8, 1)):
            cursor.execute("UPDATE procrastinate_events SET at = now() - make_interval(days => %s)", [days])
            JobFailure.objects.update(at=timezone.now() - timedelta(days=days))
            standing.forget()
            assert (ProcrastinateJob.objects.count(), JobFailure.objects.count()) == (left, left)
    assert ProcrastinateJob.objects.get().args["text"] == "kept"
