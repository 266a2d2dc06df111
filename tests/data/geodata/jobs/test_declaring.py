"""What is queued, is queued by the connection of who queues it, in a worker as elsewhere."""

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.psycopg_connector import PsycopgConnector

from geodata import jobs
from tests.data.geodata.jobs.chores import note

pytestmark = pytest.mark.django_db


@pytest.fixture
def away():
    """A worker whose own sessions have lost the database."""
    with app.replace_connector(PsycopgConnector(kwargs={"host": "/nowhere"})):
        yield


def test_a_worker_queues_without_its_own_sessions(away):
    assert jobs.defer(note, once="note", file="x", text="a")
    assert not jobs.defer(note, once="note", file="x", text="a")
    assert ProcrastinateJob.objects.count() == 1


def test_what_is_rolled_back_is_not_queued(away):
    with transaction.atomic():
        jobs.defer(note, file="x", text="a")
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()
