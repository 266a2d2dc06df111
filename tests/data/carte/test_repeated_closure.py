"""A closure that repeats holds on its days only, and says so."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from carte.pages.closures import closed_now, notice
from tests.factories.alertes import fermeture

pytestmark = pytest.mark.django_db


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def hunting():
    return fermeture(
        starts_at=at("2026-09-20T08:00"),
        ends_at=at("2027-02-28T18:00"),
        rrule="FREQ=WEEKLY;BYDAY=TH,SU",
        cause="chasse",
    )


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        ("2026-11-26T07:59", False),  # Thursday, before the hour
        ("2026-11-26T08:00", True),
        ("2026-11-26T17:59", True),
        ("2026-11-26T18:00", False),
        ("2026-11-24T10:00", False),  # Tuesday
        ("2027-03-04T10:00", False),  # Thursday, after the period
    ],
)
def test_it_shuts_on_its_days_from_hour_to_hour(hunting, now, closed):
    told = notice(hunting, now=at(now))
    assert told.active is closed
    assert (closed_now([told]) is not None) is closed


def test_it_says_its_rule_its_end_and_the_next_days(hunting):
    told = notice(hunting, now=at("2026-11-24T10:00"))
    assert told.when.startswith("chaque jeudi et dimanche, jusqu’au 28")
    assert [day.split(" de ")[0].replace("\N{NO-BREAK SPACE}", " ") for day in told.days] == [
        "jeudi 26 novembre", "dimanche 29 novembre", "jeudi 3 décembre",
    ]  # fmt: skip


def test_one_that_does_not_repeat_says_no_days():
    once = fermeture(starts_at=at("2026-11-20T08:00"), ends_at=at("2026-11-30T18:00"))
    assert notice(once, now=at("2026-11-24T10:00")).days == ()
