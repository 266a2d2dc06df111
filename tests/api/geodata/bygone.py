"""Moments of a test, and the cabins of one as the API tells them."""

from datetime import timedelta

from django.db import connection
from django.db.models import F

from cabanes.models import Cabane
from geodata.models import Revision
from tests.factories import cabanes

ITEMS = "/api/collections/cabanes/items"


def commit():
    """End what counts as one transaction: the tests run in a single one. Gives an instant after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('chaine.moment', '', true), clock_timestamp()")
        return cursor.fetchone()[1]


def cabane(**values):
    return cabanes.cabane(**values)


def change(thing, **values):
    Cabane.objects.filter(pk=thing.pk).update(**values)
    return commit()


def an_hour_ago(instant):
    """Everything was an hour earlier; gives the instant that stands for this one."""
    Revision.objects.update(at=F("at") - timedelta(hours=1))
    return instant - timedelta(hours=1)


def at(instant):
    return instant.isoformat().replace("+00:00", "Z")


def names(client, instant, **parameters):
    answer = client.get(ITEMS, {"as-of": at(instant), **parameters})
    assert answer.status_code == 200, answer.content
    return [each["properties"]["name_fr"] for each in answer.json()["features"]]
