"""Events that repeat, and hours that are given, from the writing to the filter."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agenda.actions import evenements
from agenda.models import Evenement
from carte.pages import happenings
from geodata.changes.models import Revision
from tests.api.geodata.bygone import at, commit
from tests.api.geodata.writing import MERGE, body, fields_of, items, send
from tests.factories.agenda import evenement
from tests.factories.parcs import parc

pytestmark = pytest.mark.django_db
FIRST = {"starts_at": datetime(2026, 12, 5, 13, tzinfo=UTC), "ends_at": datetime(2026, 12, 5, 17, tzinfo=UTC)}


def found(client, interval):
    answer = client.get(f"{items('evenements')}?datetime={interval}").json()
    return [each["id"] for each in answer["features"]]


def test_an_event_that_repeats_is_found_until_the_end_of_its_last_time(client):
    thrice = str(evenement(**FIRST, all_day=False, rrule="FREQ=MONTHLY;COUNT=3").uuid)
    always = str(evenement(**FIRST, all_day=False, rrule="FREQ=WEEKLY").uuid)
    once = str(evenement(**FIRST, all_day=False).uuid)
    assert found(client, "2026-12-05T14:00:00Z") == [thrice, always, once]
    assert found(client, "2027-01-01/..") == [thrice, always]
    assert found(client, "2027-02-05T17:00:00Z/..") == [thrice, always]
    assert found(client, "2027-02-05T17:00:01Z/..") == [always]
    assert found(client, "../2026-12-04") == []
    one = client.get(f"{items('evenements')}/{thrice}").json()["properties"]
    assert one["last_ends_at"] == "2027-02-05T17:00:00.000000Z"
    assert client.get(f"{items('evenements')}/{always}").json()["properties"]["last_ends_at"] is None


def test_the_past_has_the_end_that_the_rule_had_then(client):
    event = evenement(**FIRST, all_day=False, rrule="FREQ=MONTHLY;COUNT=3")
    then = at(commit())
    event.rrule = ""
    event.save()
    commit()
    assert found(client, "2027-01-01/..") == []
    assert found(client, f"2027-01-01/..&as-of={then}") == [str(event.uuid)]


def test_the_end_is_no_change_of_its_own():
    event = evenement(**FIRST, rrule="FREQ=WEEKLY")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agenda_evenement SET rrule = rrule")
    assert Revision.objects.filter(uuid=event.uuid).count() == 1


def test_the_agenda_says_the_time_that_comes():
    now = timezone.now()
    first = now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=22)
    weekly = evenement(starts_at=first, ends_at=first + timedelta(hours=2), all_day=False, rrule="FREQ=WEEKLY;COUNT=9")
    over = evenement(starts_at=first, ends_at=first + timedelta(hours=2), all_day=False, rrule="FREQ=WEEKLY;COUNT=2")
    soon = evenement(starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=9))
    programme = happenings.programme(AnonymousUser(), now)
    assert [each.event for each in programme.coming] == [weekly, soon]
    assert programme.past == [happenings.first_time(over)] == [happenings.next_time(over, now)]
    assert now < programme.coming[0].start < now + timedelta(days=7)
    assert programme.coming[0] == happenings.next_time(weekly, now)
    assert programme.coming[0].when != happenings.first_time(weekly).when
    assert happenings.first_time(over).when == happenings.next_time(over).when


def test_a_yearly_event_that_is_over_tells_its_edition_not_the_one_that_nobody_announced(client):
    now = timezone.now()
    yearly = evenement(starts_at=now - timedelta(days=40), ends_at=now - timedelta(days=39), rrule="FREQ=YEARLY")
    programme = happenings.programme(AnonymousUser(), now)
    assert programme.to_confirm == programme.past == [happenings.first_time(yearly)]
    assert programme.past[0].start < now
    assert happenings.next_time(yearly, now) == happenings.first_time(yearly)
    assert "Déjà eu lieu" in client.get(f"/evenements/{yearly.slug}/", follow=True).content.decode()
    place = parc()
    Evenement.objects.filter(pk=yearly.pk).update(park=place)
    assert happenings.upcoming(AnonymousUser(), park=place) == []


def test_the_page_of_a_park_tells_the_soonest_events_each_at_the_time_that_comes(client):
    place, now = parc(), timezone.now().replace(microsecond=0)
    once = [
        evenement(park=place, starts_at=now + timedelta(days=n), ends_at=now + timedelta(days=n, hours=1))
        for n in range(2, 27)
    ]
    long_ago = now - timedelta(days=7 * 1500 - 3)
    weekly = evenement(
        park=place, starts_at=long_ago, ends_at=long_ago + timedelta(hours=1), all_day=False, rrule="FREQ=WEEKLY"
    )
    with CaptureQueriesContext(connection) as asked:
        found = happenings.upcoming(AnonymousUser(), park=place)
    assert [each.event for each in found] == [*once[:1], weekly, *once[1:19]]
    assert (found[1].start - now).days in (2, 3)
    assert len(asked) == 1
    assert "LIMIT 20" in asked[0]["sql"]
    page = client.get(f"/parcs/{place.slug}/").content.decode()
    assert found[1].when in page
    assert happenings.first_time(weekly).when not in page


def test_the_agenda_looks_once_for_the_time_that_comes(client, monkeypatch):
    asked, now = [], timezone.now()
    evenement(starts_at=now - timedelta(days=30), ends_at=now - timedelta(days=30), rrule="FREQ=WEEKLY")
    starts_of = happenings.starts_of
    monkeypatch.setattr(
        happenings, "starts_of", lambda *given, **more: asked.append(given) or starts_of(*given, **more)
    )
    assert client.get("/agenda/").status_code == 200
    assert len(asked) == 1


def test_a_day_without_hours_is_on_until_its_end():
    at = timezone.make_aware(datetime(2026, 11, 5, 14))
    weekly = evenement(starts_at=at, ends_at=at + timedelta(hours=4), all_day=True, rrule="FREQ=WEEKLY;COUNT=3")
    for day in (12, 19):
        morning = timezone.make_aware(datetime(2026, 11, day, 10))
        assert happenings.next_time(weekly, morning).start == timezone.make_aware(datetime(2026, 11, day, 14))
    evening = timezone.make_aware(datetime(2026, 11, 12, 19))
    assert happenings.next_time(weekly, evening).start == timezone.make_aware(datetime(2026, 11, 19, 14))


def test_an_event_of_the_first_year_is_on_the_agenda(client):
    at = datetime(1, 1, 1, 12, tzinfo=UTC)
    evenement(starts_at=at, ends_at=at, title_fr="Depuis toujours", rrule="FREQ=WEEKLY;WKST=SU;BYDAY=MO")
    page = client.get("/agenda/")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("given", "all_day"),
    [
        ({"starts_at": "2026-12-05T14:00:00+01:00", "ends_at": "2026-12-05T18:00:00+01:00"}, False),
        ({"starts_at": "2026-12-05T14:00:00+01:00", "ends_at": "2026-12-05T18:00:00+01:00", "all_day": None}, False),
        ({"starts_at": "2026-12-05T14:00:00+01:00", "ends_at": "2026-12-05T18:00:00+01:00", "all_day": True}, True),
        ({"starts_at": "2026-12-05T00:00:00+01:00", "ends_at": "2026-12-05T18:00:00+01:00"}, False),
        ({"starts_at": "2026-12-05T00:00:00+01:00", "ends_at": "2026-12-06T23:59:59+01:00"}, True),
        ({"starts_at": "2026-12-05T00:00:00Z", "ends_at": "2026-12-05T00:00:00Z"}, True),
        ({"starts_at": "2026-12-05T00:00:00Z", "ends_at": "2026-12-05T00:00:00Z", "all_day": False}, False),
    ],
)
def test_hours_that_are_given_are_known(client, call, person, given, all_day):
    content = body("evenements", call, **given)
    if "all_day" not in given:
        content["properties"].pop("all_day", None)
    made = send(client, "post", items("evenements"), content, person)
    assert made.status_code == 201, made.content
    assert made.json()["properties"]["all_day"] is all_day
    address = f"{items('evenements')}/{made.json()['id']}"
    replaced = send(client, "put", address, content, person, **{"If-Match": made["ETag"]})
    assert replaced.status_code in (200, 204), replaced.content
    assert client_reads(client, address, person)["all_day"] is all_day
    moved = {"properties": {"starts_at": "2026-12-04T10:00:00Z"}}
    patched = send(client, "patch", address, moved, person, kind=MERGE, **{"If-Match": replaced["ETag"]})
    assert patched.status_code in (200, 204), patched.content
    assert client_reads(client, address, person)["all_day"] is all_day


def test_hours_are_believed_whoever_makes_the_event(call, person):
    given = {"title_fr": "Marché", "kind": "nature", "authority": call, **FIRST}
    assert not evenements.create(given, by=person).all_day
    assert evenements.create(given | {"all_day": True}, by=person).all_day


def client_reads(client, address, person):
    return send(client, "get", address, None, person).json()["properties"]


@pytest.mark.parametrize(
    ("collection", "rrule", "words"),
    [
        ("evenements", "FREQ=YEARLY;BYMONTH=13", "ne se lit pas"),
        ("evenements", "FREQ=WEEKLY;BYDAY=SU", "première fois"),
        ("evenements", "FREQ=DAILY;UNTIL=20200101", "première fois"),
        ("fermetures", "FREQ=YEARLY;BYMONTH=13", "ne se lit pas"),
        ("fermetures", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20200101", "Aucun jour"),
    ],
)
def test_rule_that_names_no_day_is_refused(client, call, person, collection, rrule, words):
    monday = {"starts_at": "2026-12-07T08:00:00+01:00", "ends_at": "2026-12-30T18:00:00+01:00"}
    answer = send(client, "post", items(collection), body(collection, call, rrule=rrule, **monday), person)
    assert (answer.status_code, fields_of(answer)) == (422, ["rrule"])
    assert words in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("rrule", ["FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2", "FREQ=WEEKLY;UNTIL=20200101"])
def test_a_rule_of_a_month_that_names_no_day_is_refused(client, call, person, rrule):
    month = {
        "starts_at": "2026-12-01T00:00:00+01:00",
        "ends_at": "2026-12-31T18:00:00+01:00",
        "date_precision": "month",
    }
    content = body("evenements", call, rrule=rrule, **month)
    answer = send(client, "post", items("evenements"), content, person)
    assert (answer.status_code, fields_of(answer)) == (422, ["rrule"])
    assert "ne se lit pas" in answer.json()["errors"][0]["detail"]
    content["properties"]["rrule"] = "FREQ=MONTHLY;BYDAY=2SU"
    assert send(client, "post", items("evenements"), content, person).status_code == 201


def test_the_end_of_the_last_time_is_not_written(client, call, person):
    content = body("evenements", call, last_ends_at="2030-01-01T00:00:00Z")
    assert fields_of(send(client, "post", items("evenements"), content, person)) == ["last_ends_at"]
