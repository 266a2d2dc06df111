"""Which events are announced: pages (SQL), one page (Python) and the map of a piece (CQL2) ask the same."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.utils.http import urlencode

from agenda.models import Evenement
from carte.pages import happenings
from tests.factories.agenda import evenement

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 5, 14, tzinfo=UTC)
RULES = (
    "", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;UNTIL=20261205T120000Z", "FREQ=YEARLY", "FREQ=YEARLY;COUNT=2", "freq=yearly",
)  # fmt: skip
AGO = (
    timedelta(days=400),
    timedelta(days=7),
    timedelta(minutes=1),
    timedelta(0),
    -timedelta(minutes=1),
    -timedelta(days=9),
)


def test_all_say_the_same_of_each_event(client):
    for number, (rrule, ago) in enumerate(product(RULES, AGO)):
        ends = NOW - ago
        given = {"starts_at": ends - timedelta(hours=2), "ends_at": ends, "all_day": False, "rrule": rrule}
        evenement(title_fr=f"Fête {number}", **given)
    announced = {event.uuid for event in Evenement.objects.all() if not happenings.is_over(event, NOW)}
    assert len(AGO) < len(announced) < len(RULES) * len(AGO)
    assert set(Evenement.objects.filter(happenings.coming(NOW)).values_list("uuid", flat=True)) == announced
    asked = {"datetime": f"{NOW:%Y-%m-%dT%H:%M:%SZ}/..", "filter": happenings.coming_filter(NOW), "limit": 1000}
    answer = client.get(f"/api/collections/evenements/items?{urlencode(asked)}").json()
    assert {each["id"] for each in answer["features"]} == {str(uuid) for uuid in announced}
