import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.params.items import ItemsQuery
from geodata.queries import items, reader, stored
from geodata.queries.item import item
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, parc
from tests.factories.sentiers import line, sentier

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def body(collection_id, feature):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT body, revision FROM geodata_text_{collection_id} WHERE id = %s",
            [feature.pk],
        )
        return cursor.fetchone()


def served(collection_id, feature):
    return json.loads(item(registry.get(collection_id), NOBODY, feature.uuid).text)


def test_every_collection_keeps_its_texts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'y_text'")
        assert {row[0] for row in cursor.fetchall()} == {each.table for each in registry.collections()}
    assert stored.ensure() == []


def test_a_write_in_sql_is_in_the_text_of_the_same_transaction():
    made = cabane(name_fr="Avant")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cabanes_cabane SET name_fr = 'Après' WHERE id = %s", [made.pk])
    text, revision = body("cabanes", made)
    made.refresh_from_db()
    assert json.loads(text)["properties"]["name_fr"] == "Après"
    assert revision == made.revision


def test_a_derived_change_is_in_the_text():
    trail = sentier(geom=line((2.80, 50.40), (2.81, 50.40)))
    place = parc(geom=box(2.80, 50.39, 2.82, 50.41))
    assert json.loads(body("sentiers", trail)[0])["properties"]["parks"] == [str(place.uuid)]


def test_the_stored_text_is_what_is_served():
    made = cabane()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_text_cabanes SET body = '{\"properties\": 1}' WHERE id = %s", [made.pk])
    assert served("cabanes", made) == {"properties": 1}


@pytest.mark.parametrize("change", ["revision = revision - 1", "shape = shape + 1"])
def test_a_text_of_another_revision_or_shape_is_not_served(change):
    made = cabane(name_fr="Juste")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE geodata_text_cabanes SET body = 'faux', {change} WHERE id = %s", [made.pk])
    assert served("cabanes", made)["properties"]["name_fr"] == "Juste"
    page = items.page(registry.get("cabanes"), NOBODY, ItemsQuery())
    assert [json.loads(text)["properties"]["name_fr"] for text in page.texts] == ["Juste"]


def test_a_deferred_load_is_served_and_stored_afterwards():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [stored.DEFER])
    made = [cabane(), cabane()]
    assert body("cabanes", made[0]) is None
    assert served("cabanes", made[0])["id"] == str(made[0].uuid)
    assert stored.store(registry.get("cabanes")) == 2
    assert stored.store(registry.get("cabanes")) == 0
    assert json.loads(body("cabanes", made[1])[0])["id"] == str(made[1].uuid)


def test_a_deleted_row_leaves_no_text():
    made = cabane()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cabanes_cabane WHERE id = %s", [made.pk])
    assert body("cabanes", made) is None


def test_another_shape_is_installed_again(monkeypatch):
    monkeypatch.setattr(stored, "shape", lambda collection: 7)
    stored.feature.cache_clear()
    assert "cabanes" in stored.ensure()
    made = cabane()
    assert served("cabanes", made)["id"] == str(made.uuid)
    assert stored.ensure() == []
    stored.feature.cache_clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wanted", ["items?f=geojsonseq", "items?f=geojson", "snapshot"])
def test_whole_collections_compute_what_is_not_kept(client, wanted):
    made = [cabane(name_fr=f"Cabane {number}") for number in range(45)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM geodata_text_cabanes WHERE id = ANY(%s)", [[made[3].pk, made[30].pk]])
        cursor.execute("UPDATE geodata_text_cabanes SET body = 'faux', revision = 1 WHERE id = %s", [made[21].pk])
    address = "/api/snapshot/cabanes" if wanted == "snapshot" else f"/api/collections/cabanes/{wanted}"
    body = client.get(address).getvalue()
    lines = body.split(b"\x1e")[1:] if "seq" in wanted else [json.dumps(each) for each in json.loads(body)["features"]]
    assert [json.loads(line)["properties"]["name_fr"] for line in lines] == [each.name_fr for each in made]
    reader.close()
