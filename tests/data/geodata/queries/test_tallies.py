"""What is brought forward by changes is what adding everything up gives, and reads only what changed."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carte.integrer import selection
from carte.pages import chiffres
from geodata import registry
from geodata.changes.forgetting import forget
from geodata.queries import counting, extent, past, select, tallies
from geodata.queries.tallies import ALL, Tally
from tests.api.geodata.bygone import commit
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db


def fresh(collection_id):
    """A tally of the key figures that knows nothing yet."""
    return Tally(collection_id, tuple(chiffres.SUMS[collection_id].values()), chiffres.COMMUNES[collection_id])


def touch(thing, **values):
    type(thing).objects.filter(pk=thing.pk).update(**values)


def test_every_way_to_change_is_followed():
    commune(insee_code="62998", geom=box(2.7, 50.3, 2.8, 50.5))
    commune(insee_code="62999", geom=box(2.8, 50.3, 2.9, 50.5))
    one = cabane(geom=Point(2.75, 50.4, srid=4326), state="dismantled")
    two = cabane(geom=Point(2.85, 50.4, srid=4326))
    draft = cabane(status="draft")
    known = fresh("cabanes")
    known.known()
    steps = [
        lambda: touch(one, state=None),
        lambda: touch(two, geom=Point(2.76, 50.41, srid=4326)),
        lambda: touch(two, stated_commune="62999"),
        lambda: touch(draft, status="published"),
        lambda: cabane(geom=Point(2.86, 50.41, srid=4326)),
        lambda: touch(one, status="archived"),
        lambda: touch(two, deleted_at=timezone.now()),
        lambda: [touch(draft, name_fr=f"Nom {n}") for n in range(3)],
        draft.delete,
    ]
    for number, step in enumerate(steps):
        step()
        with CaptureQueriesContext(connection) as queries:
            found = known.known().groups
        assert "touched" in queries.captured_queries[-1]["sql"], number
        assert found == fresh("cabanes").known().groups, number
    assert found[ALL] == (1, 0, 1)


def test_sums_and_lists_of_communes_are_followed():
    commune(insee_code="62998", geom=box(2.7, 50.3, 2.9, 50.5))
    trail, park = sentier(geom=line()), parc()
    known = {each: fresh(each) for each in ("parcs", "sentiers")}
    for tally in known.values():
        tally.known()
    touch(trail, geom=line((2.80, 50.40), (2.84, 50.43)), stated_length_m=1200)
    touch(park, stated_area_ha=12.5, stated_communes=["62001", "62002"])
    for each, tally in known.items():
        assert tally.known().groups == fresh(each).known().groups
    assert known["parcs"].known().groups["62002"][0] == 1


def is_added_up(tally):
    """Whether asking adds everything up."""
    with CaptureQueriesContext(connection) as queries:
        found = tally.known().groups
    assert found == fresh("cabanes").known().groups
    return "touched" not in queries.captured_queries[-1]["sql"]


def test_beyond_so_many_changes_everything_is_added_up_anew(monkeypatch):
    cabane()
    known = fresh("cabanes")
    known.known()
    monkeypatch.setattr(tallies, "MOST", 2)
    cabane()
    assert not is_added_up(known)
    cabane(), cabane()
    assert is_added_up(known)


def erase(thing):
    forget(registry.get("cabanes"), thing.uuid, ["state"], "essai")


def test_what_was_erased_from_the_history_has_everything_added_up_anew():
    thing = cabane(state="dismantled")
    known = fresh("cabanes")
    known.known()
    touch(thing, state=None)
    erase(thing)
    assert is_added_up(known)


def test_what_is_erased_while_changes_are_read_counts_as_it_was(monkeypatch):
    thing = cabane(state="dismantled")
    known = fresh("cabanes")
    known.known()
    touch(thing, state=None)
    is_near = Tally._is_near

    def erased_meanwhile(*given):
        near = is_near(*given)
        erase(thing)
        return near

    monkeypatch.setattr(Tally, "_is_near", erased_meanwhile)
    assert known.known().groups == fresh("cabanes").known().groups


def test_what_was_rolled_back_leaves_nothing():
    cabane()
    known = fresh("cabanes")
    with transaction.atomic():
        cabane()
        assert known.known().groups[ALL][0] == 2
        transaction.set_rollback(True)
    assert known.known().groups[ALL][0] == 1
    cabane()
    assert known.known().groups[ALL][0] == 2


def test_a_state_of_the_past_is_added_up_and_not_kept():
    thing = cabane()
    then = past.moment(commit())
    touch(thing, status="archived")
    assert counting.total(registry.get("cabanes")) == 0
    with past.showing(then), past.at(then.revision):
        assert counting.total(registry.get("cabanes")) == 1
    assert counting.total(registry.get("cabanes")) == 0


def test_the_box_found_by_neighbours_is_that_of_every_shape(monkeypatch):
    sentier(geom=line((2.81, 50.41), (2.83, 50.47)))
    sentier(geom=line((2.70, 50.43), (2.71, 50.44)))
    sentier(geom=line((2.10, 50.10), (2.11, 50.11)), status="draft")
    assert extent.public_extent(registry.get("sentiers")).box == pytest.approx((2.70, 50.41, 2.83, 50.47))
    source, params = select.visible(registry.get("sentiers"), AnonymousUser())
    whole = extent.box_of(source, params)
    monkeypatch.setattr(extent, "FEW", 1)
    assert extent.box_of(source, params) == pytest.approx(whole)


def test_the_box_of_what_squares_know_to_be_many_reads_its_edges_alone(monkeypatch):
    for lon, lat in ((2.71, 50.41), (2.73, 50.44), (2.75, 50.43), (2.95, 50.49)):
        cabane(geom=Point(lon, lat, srid=4326))
    piece = selection.read("cabanes", QueryDict("bbox=2.6,50.3,2.9,50.6"))
    assert piece.box() == pytest.approx((2.71, 50.41, 2.75, 50.44))
    monkeypatch.setattr(extent, "FEW", 2)
    with CaptureQueriesContext(connection) as queries:
        assert piece.box() == pytest.approx((2.71, 50.41, 2.75, 50.44))
    assert [each["sql"] for each in queries.captured_queries if "count(*)" in each["sql"]] == []
