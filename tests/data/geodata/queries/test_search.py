import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.params.items import ItemsQuery
from geodata.queries import items, search
from tests.factories.cabanes import cabane

pytestmark = pytest.mark.django_db


def test_every_collection_has_its_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\\_words'")
        assert {row[0] for row in cursor.fetchall()} >= {f"{each.table}_words" for each in registry.collections()}
    assert search.ensure() == []


def test_words_are_looked_up_in_the_index():
    cabane(name_fr="Écrevisse")
    source, where, params = items.conditions(
        registry.get("cabanes"), AnonymousUser(), ItemsQuery(words=("écre", "cabane"))
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT t.id FROM ({source.as_string()}) t WHERE {where.as_string()}", params)
        assert "cabanes_cabane_words" in "\n".join(row[0] for row in cursor.fetchall())


def test_other_texts_make_another_index(monkeypatch):
    monkeypatch.setattr(search.select, "checksum", lambda text: 7)
    assert "cabanes" in search.ensure()
    assert search.ensure() == []
