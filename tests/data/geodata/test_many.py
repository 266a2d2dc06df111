"""Many records at once become what each would have become alone."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabanes.actions import cabanes
from cabanes.models import Cabane
from geodata.changes import propositions
from geodata.changes.many import Many
from geodata.models import Proposition, Revision
from geodata.problems import Conflict, Forbidden, Invalid, Problem
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite, member, parc

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return autorite(code="PMA")


@pytest.fixture
def many(owner):
    return Many(cabanes, by=member("editor", owner), reason="essai", source="import")


def values(owner, name, **more):
    given = {
        "name_fr": name,
        "kind": "abri",
        "geom": Point(2.8, 50.4, srid=4326),
        "authority": owner,
        "status": "draft",
    }
    return given | more


def test_addresses_are_those_that_one_after_the_other_would_get(owner, many):
    names = ["Abri", "Abri", "Le lac", "Abri 2", "???", "Abri"]
    cabane(slug="abri")
    former = cabane(slug="le-lac")
    cabanes.update(former.uuid, {"slug": "autre"}, by=member("publisher", former.authority))
    together = [Cabane.objects.get(uuid=uuid).slug for uuid in many.create([values(owner, name) for name in names])]
    Cabane.objects.filter(name_fr__in=names).delete()
    assert together == ["abri-2", "abri-3", "le-lac-2", "abri-2-2", "cabanes", "abri-4"]


def test_who_made_what_and_why_is_in_the_history_in_the_order_of_the_rows(owner, many):
    made = many.create([values(owner, f"Abri {n}") for n in range(5)])
    rows = Revision.objects.filter(uuid__in=made).order_by("id")
    assert [row.uuid for row in rows] == made
    assert {(row.op, row.actor_id, row.reason, row.source) for row in rows} == {
        ("insert", many.by.pk, "essai", "import")
    }
    assert list(Cabane.objects.filter(uuid__in=made).values_list("revision", flat=True).order_by("id")) == [
        r.id for r in rows
    ]


def test_what_is_wrong_with_one_is_said_of_it_and_the_others_are_made(owner, many):
    rows = [values(owner, f"Abri {n}") for n in range(7)]
    rows[1]["geom"] = Point(20, 10, srid=4326)
    rows[3]["authority"] = autorite()
    rows[5]["height_m"] = -4.0
    made = many.create(rows)
    assert [type(each).__name__ for each in made] == ["UUID", "Invalid", "UUID", "Forbidden", "UUID", "Invalid", "UUID"]
    assert isinstance(made[1], Invalid)
    assert isinstance(made[3], Forbidden)
    assert "height_m" in made[5].errors
    assert Cabane.objects.count() == 4


@pytest.mark.parametrize("act", ["create", "update", "propose"])
def test_statements_do_not_grow_with_the_rows(owner, many, act):
    def given(count):
        rows = [values(owner, f"Abri {n}") for n in range(count)]
        if act == "create":
            return rows
        made = many.create(rows)
        if act == "propose":
            Cabane.objects.filter(uuid__in=made).update(status="published", no_photo_reason="à venir")
        return [(uuid, {"name_fr": f"Autre {n}"}) for n, uuid in enumerate(made)]

    counts = []
    for count in (2, 20):
        rows = given(count)
        with CaptureQueriesContext(connection) as asked:
            # Rights are asked once for each batch of one authority.
            done = getattr(Many(cabanes, by=many.by, reason="essai", source="import"), act)(rows)
        assert not [each for each in done if isinstance(each, Problem)]
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_updates_leave_what_they_do_not_name_and_refuse_what_is_binned(owner, many):
    first, second, third = many.create([values(owner, f"Abri {n}", story_fr="Ici") for n in range(3)])
    cabanes.delete(second, by=many.by)
    done = many.update([(each, {"name_fr": "Autre"}) for each in (first, second, third)])
    assert (done[0], type(done[1]).__name__, done[2]) == (first, "Gone", third)
    assert set(Cabane.objects.alive().values_list("name_fr", "story_fr")) == {("Autre", "Ici")}


def test_a_newer_proposition_takes_the_place_of_the_pending_one(owner, many):
    made = many.create([values(owner, f"Abri {n}") for n in range(2)])
    Cabane.objects.filter(uuid__in=made).update(status="published", no_photo_reason="à venir")
    for word in ("Un", "Deux"):
        assert many.propose([(uuid, {"name_fr": word}) for uuid in made]) == made
    states = Proposition.objects.values_list("patch__name_fr", "state")
    assert sorted(states) == [("Deux", "pending")] * 2 + [("Un", "rejected")] * 2
    assert many.propose([(made[0], {"height_m": -1.0})])[0].errors.keys() == {"height_m"}


def both(many, act, uuid, values):
    """Proposed with others, or alone."""
    if act == "together":
        assert many.propose([(uuid, values)]) == [uuid]
    else:
        cabanes.propose(uuid, values, by=many.by, reason=many.reason)


@pytest.mark.parametrize("act", ["together", "alone"])
def test_a_newer_proposition_goes_on_proposing_what_the_pending_one_did(owner, many, act):
    (uuid,) = many.create([values(owner, "Abri")])
    Cabane.objects.filter(uuid=uuid).update(status="published", no_photo_reason="à venir")
    boss, park = member("publisher", owner), parc(authority=owner)
    both(many, act, uuid, {"name_fr": "Un", "park": park, "year_built": 1998})
    cabanes.update(uuid, {"name_fr": "Nommée ici", "story_fr": "Écrite ici"}, by=boss)
    both(many, act, uuid, {"geom": Point(2.81, 50.41, srid=4326), "year_built": 1999})
    pending = Proposition.objects.get(state="pending")
    assert pending.patch == {
        "name_fr": "Un",
        "park": str(park.uuid),
        "year_built": 1999,
        "geom": {"type": "Point", "coordinates": [2.81, 50.41]},
    }
    # What somebody wrote meanwhile is a clash for what was proposed before.
    with pytest.raises(Conflict):
        propositions.accept(pending.uuid, by=boss)
    seen = Cabane.objects.get(uuid=uuid).revision
    done = propositions.accept(pending.uuid, by=boss, seen=seen)
    assert (done.name_fr, done.park_id, done.year_built, done.story_fr) == ("Un", park.uuid, 1999, "Écrite ici")
    assert done.geom.coords == (2.81, 50.41)


@pytest.mark.parametrize("act", ["together", "alone"])
def test_what_a_person_decided_on_is_not_proposed_again(owner, many, act):
    (uuid,) = many.create([values(owner, "Abri")])
    Cabane.objects.filter(uuid=uuid).update(status="published", no_photo_reason="à venir")
    both(many, act, uuid, {"name_fr": "Un"})
    propositions.refuse(Proposition.objects.get().uuid, by=member("publisher", owner), note="Non")
    both(many, act, uuid, {"year_built": 1999})
    pending = Proposition.objects.get(state="pending")
    assert (pending.patch, pending.base_revision) == (
        {"year_built": 1999},
        Cabane.objects.get(uuid=uuid).revision,
    )


def test_what_is_refused_leaves_the_pending_one(owner, many):
    (uuid,) = many.create([values(owner, "Abri")])
    Cabane.objects.filter(uuid=uuid).update(status="published", no_photo_reason="à venir")
    many.propose([(uuid, {"name_fr": "Un"})])
    assert many.propose([(uuid, {"height_m": -1.0})])[0].errors.keys() == {"height_m"}
    assert Proposition.objects.get().state == "pending"
