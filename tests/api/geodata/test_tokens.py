"""A bearer token costs the same however many its owner has, and counts for nothing when it is over."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken

from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
ADDRESS = "/api/collections/cabanes/items?limit=1"


def statements(client, token):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(ADDRESS, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    return [each["sql"] for each in asked if "knox_authtoken" in each["sql"]]


def test_a_request_reads_its_own_token_alone(client):
    person = user()
    token = AuthToken.objects.create(user=person)[1]
    over = timezone.now() - timedelta(days=1)
    AuthToken.objects.bulk_create(
        AuthToken(user=person, digest=f"{n:0128}", token_key=f"k{n}", expiry=over) for n in range(300)
    )
    (asked,) = statements(client, token)
    assert '"token_key" = ' in asked
    assert AuthToken.objects.count() == 301


def test_a_token_that_is_over_is_refused_and_forgotten(client):
    token = AuthToken.objects.create(user=user(), expiry=timedelta(seconds=-1))[1]
    assert client.get(ADDRESS, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert not AuthToken.objects.exists()
