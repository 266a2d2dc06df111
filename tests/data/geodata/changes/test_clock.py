"""A clock of the database that is set back, or was ahead, neither loses changes nor tells them in another order."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from geodata import registry
from geodata.changes.recording import recording
from geodata.models import Revision
from geodata.params.changes import ChangesQuery, make_since, parse_since
from geodata.params.items import parse_items
from geodata.queries import changes as feed
from geodata.queries import past
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db(transaction=True)
# What comes before pg_catalog is called instead of it: every function that asks for the time is told another one.
CLOCK = """
CREATE SCHEMA faked;
CREATE FUNCTION faked.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$
  SELECT pg_catalog.clock_timestamp() + current_setting('chaine.off')::interval
$$
"""
OWN = "SET search_path = faked, public, pg_catalog"


@pytest.fixture
def clock():
    """A function: the clock of the database is off by so much while its block runs."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)

    @contextmanager
    def off(by):
        with connection.cursor() as cursor:
            cursor.execute(OWN)
            cursor.execute("SELECT set_config('chaine.off', %s, false)", [by])
            yield
            cursor.execute("RESET search_path")

    yield off
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA faked CASCADE")


def stored(thing):
    """The same as the database has it."""
    return type(thing).objects.get(pk=thing.pk)


def named(thing, name):
    """Give it a name; the revision that this made."""
    thing.name_fr = name
    thing.save()
    return Revision.objects.order_by("-id").first()


def name_at(thing, instant):
    """What it was called then."""
    asked = QueryDict(mutable=True)
    asked["as-of"] = instant.isoformat()
    query, moment = past.resolved(parse_items(asked, registry.get("cabanes")))
    with past.reading(query.revision), past.showing(moment):
        return type(thing).objects.values_list("name_fr", flat=True).get(pk=thing.pk)


def test_a_clock_set_back_by_an_hour_changes_no_order_and_hides_nothing(clock):
    thing = cabane(name_fr="Première")
    first = named(thing, "Deuxième")
    since = feed.latest()
    with clock("-1 hour"):
        second, third = named(thing, "Troisième"), named(thing, "Quatrième")
    fourth = named(thing, "Cinquième")

    made = [first, second, third, fourth]
    assert [each.id for each in made] == sorted(each.id for each in made)
    assert all(one.at < other.at for one, other in pairwise(made))
    assert second.at - first.at < timedelta(seconds=1)
    assert [name_at(thing, each.at) for each in made] == ["Deuxième", "Troisième", "Quatrième", "Cinquième"]
    assert name_at(thing, first.at - timedelta(microseconds=1)) == "Première"
    assert name_at(thing, timezone.now()) == "Cinquième"
    page = feed.page(ChangesQuery(since=parse_since(make_since(since)), limit=100))
    assert [each.revision for each in page.entries] == [second.id, third.id, fourth.id]
    thing.refresh_from_db()
    assert thing.updated_at == fourth.at


def test_what_was_at_an_instant_is_settled_whatever_the_clock_does_then(clock):
    thing = cabane(name_fr="Première")
    Revision.objects.update(at=timezone.now() - timedelta(hours=2))
    named(thing, "Deuxième")
    instant = timezone.now() - timedelta(minutes=30)
    before = past.moment(instant)
    assert before.is_settled
    with clock("-1 hour"):
        named(thing, "Troisième")
    assert past.moment(instant) == before
    assert name_at(thing, instant) == "Première"


def test_a_clock_that_was_ahead_by_an_hour_keeps_the_order(clock):
    thing = cabane(name_fr="Première")
    with clock("1 hour"):
        first = named(thing, "Deuxième")
    second = named(thing, "Troisième")
    assert first.at < second.at < first.at + timedelta(seconds=1)
    newest = feed.latest()
    assert newest.revision == second.id
    page = feed.page(ChangesQuery(since=newest, limit=100))
    assert (page.entries, page.last.revision) == ([], second.id)


def test_a_clock_that_was_years_ahead_is_not_followed(clock):
    thing = cabane(name_fr="Première")
    with clock("3 years"):
        named(thing, "Deuxième")
    last = named(thing, "Troisième")
    assert last.at < timezone.now()
    assert name_at(thing, timezone.now()) == "Troisième"


def test_the_feed_forgets_by_days_not_by_a_clock_that_jumps(clock, settings):
    settings.GEODATA_FEED_DAYS = 1
    thing = cabane(name_fr="Première")
    since = feed.latest()
    with clock("-1 hour"):
        named(thing, "Deuxième")
    assert len(feed.page(ChangesQuery(since=since, limit=100)).entries) == 1
    Revision.objects.update(at=timezone.now() - timedelta(days=2))
    stale = ChangesQuery(since=feed.Anchor(since.revision, Revision.objects.get(id=since.revision).at), limit=100)
    with pytest.raises(feed.Expired):
        feed.page(stale)


def test_what_is_new_was_created_and_changed_at_one_instant_and_stays_created_then():
    with recording(by=None):
        cabane()
        thing = cabane()
        told = Revision.objects.order_by("-id").first().at
        before = stored(thing)
        thing.save()
        assert stored(thing).revision == before.revision
    assert before.created_at == before.updated_at == told
    moved = named(thing, "Autre")
    after = stored(thing)
    assert (after.created_at, after.updated_at) == (told, moved.at)
    assert after.created_at < after.updated_at
