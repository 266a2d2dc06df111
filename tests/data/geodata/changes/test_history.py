import pytest
from django.db import IntegrityError, connection, transaction

from cabanes.models import Cabane
from geodata.changes import recording
from geodata.models import FormerSlug, Revision, Tombstone
from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else None


def of(thing):
    return list(Revision.objects.filter(uuid=thing.uuid).order_by("id"))


def test_insert_and_update_are_recorded_with_actor_and_reason():
    person = user()
    with recording(by=person, reason="relevé de mars", source="field"):
        thing = cabane()
        thing.name_fr = "Autre nom"
        thing.save()
    first, second = of(thing)
    assert (first.op, second.op) == ("insert", "update")
    assert (second.actor, second.reason, second.source) == (person, "relevé de mars", "field")
    assert first.before is None
    assert second.before["name_fr"] != "Autre nom"
    thing.refresh_from_db()
    assert thing.revision == second.id
    assert thing.updated_by == person


def test_change_in_sql_is_recorded_under_the_database_role():
    thing = cabane()
    sql("UPDATE cabanes_cabane SET name_fr = 'par SQL' WHERE id = %s", thing.id)
    last = of(thing)[-1]
    assert (last.source, last.actor) == ("sql", None)
    assert last.actor_name


def test_update_that_changes_nothing_raises_no_revision():
    thing = cabane()
    thing.save()
    Cabane.objects.filter(pk=thing.pk).update(name_fr=thing.name_fr)
    assert len(of(thing)) == 1


@pytest.mark.parametrize(
    ("change", "announced"),
    [
        ({"status": "archived"}, "unpublish"),
        ({"deleted_at": "2026-01-01T00:00Z"}, "delete"),
        ({"name_fr": "x"}, "upsert"),
    ],
)
def test_what_outsiders_learn(change, announced):
    thing = cabane()
    Cabane.objects.filter(pk=thing.pk).update(**change)
    assert of(thing)[-1].public_op == announced


def test_draft_is_no_news():
    thing = cabane(status="draft")
    Cabane.objects.filter(pk=thing.pk).update(name_fr="x")
    assert {revision.public_op for revision in of(thing)} == {None}


def test_deleting_leaves_a_tombstone_and_restoring_takes_it_away():
    thing = cabane()
    Cabane.objects.filter(pk=thing.pk).update(deleted_at="2026-01-01T00:00Z")
    assert Tombstone.objects.get(uuid=thing.uuid).slug == thing.slug
    Cabane.objects.filter(pk=thing.pk).update(deleted_at=None)
    assert not Tombstone.objects.filter(uuid=thing.uuid).exists()


def test_hard_delete_in_sql_leaves_a_tombstone_and_its_ids_are_never_reused():
    thing = cabane()
    sql("DELETE FROM cabanes_cabane WHERE id = %s", thing.id)
    assert of(thing)[-1].public_op == "delete"
    with pytest.raises(IntegrityError), transaction.atomic():
        cabane(uuid=thing.uuid)
    with pytest.raises(IntegrityError), transaction.atomic():
        cabane(slug=thing.slug)


def test_former_slug_is_kept_and_not_given_to_another():
    thing = cabane(slug="ancien-nom")
    Cabane.objects.filter(pk=thing.pk).update(slug="nouveau-nom")
    assert FormerSlug.objects.get(slug="ancien-nom").uuid == thing.uuid
    with pytest.raises(IntegrityError), transaction.atomic():
        cabane(slug="ancien-nom")
    Cabane.objects.filter(pk=thing.pk).update(slug="ancien-nom")
    assert [former.slug for former in FormerSlug.objects.filter(uuid=thing.uuid)] == ["nouveau-nom"]


def test_truncate_is_refused():
    with pytest.raises(Exception, match="TRUNCATE"), transaction.atomic():
        sql("SET LOCAL chaine.allow_truncate = 'off'")
        sql("TRUNCATE cabanes_cabane CASCADE")


def test_recording_nests_and_keeps_the_outer_name():
    first, second = user(), user()
    with recording(by=first), recording(by=second):
        thing = cabane()
    assert of(thing)[0].actor == first
