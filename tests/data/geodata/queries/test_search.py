import random
from dataclasses import replace
from importlib import import_module

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from geodata import registry
from geodata.params.items import ItemsQuery
from geodata.queries import counting, items, search
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


@pytest.mark.parametrize("text", ["a" * 5000, "é" * 5000, f"court {'a' * 5000} {'b ' * 2000}loin"])
def test_a_word_longer_than_the_index_holds_is_found_by_its_beginning(text):
    cabane(name_fr="Autre")
    known = cabane(description_fr=text)
    for asked in (text.split()[0][:200], text.split()[-1][:200]):
        found, where, params = items.conditions(registry.get("cabanes"), AnonymousUser(), ItemsQuery(words=(asked,)))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t.id FROM ({found.as_string()}) t WHERE {where.as_string()}", params)
            assert cursor.fetchall() == [(known.pk,)]


def test_what_was_kept_wrong_of_a_long_word_is_let_go():
    wrong, right = cabane(description_fr=f"{'é' * 1024} fin"), cabane(description_fr="mot " * 1_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_text_cabanes SET words = array_to_tsvector('{kept}')")
        cursor.execute(import_module("geodata.migrations.0023_long_words").SQL.read_text())
        cursor.execute("SELECT id, words::text FROM geodata_text_cabanes ORDER BY id")
        assert cursor.fetchall() == [(wrong.pk, None), (right.pk, "'kept'")]
    found = items.page(registry.get("cabanes"), AnonymousUser(), ItemsQuery(words=("fin",)))
    assert found.returned == 1


def test_other_texts_make_another_index(monkeypatch):
    monkeypatch.setattr(search.select, "checksum", lambda text: 7)
    assert "cabanes" in search.ensure()
    assert search.ensure() == []


def test_a_new_index_knows_its_common_words_at_once():
    for n in range(300):
        cabane(name_fr="Héron" if n % 2 else f"Saule {n}")
    cabanes = registry.get("cabanes")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    search.drop(cabanes)
    assert "cabanes" in search.ensure()
    search._common.cache_clear()
    among = search.within(cabanes, ("heron",), 11)
    search._common.cache_clear()
    assert among == 128  # the power of two above LEEWAY * 11 * 2


NAMES = ("Héron", "Saule", "Terril", "Hêtre")


@pytest.fixture
def counted():
    """Cabins of a few names, of which PostgreSQL has taken account."""
    choice = random.Random(4)
    for _ in range(60):
        cabane(name_fr=" ".join(choice.sample(NAMES, 2)), status=choice.choice(["published", "published", "draft"]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cabanes_cabane")
    search._common.cache_clear()
    yield
    search._common.cache_clear()


def in_the_order_of_ids(monkeypatch):
    """As a page is read that is too large to be walked, of more than few rows."""
    monkeypatch.setattr(search, "within", lambda *_given: None)
    monkeypatch.setattr(counting, "FEW", 1)


def walk(words, limit):
    """Every page of a search, one after the other."""
    collection, query, pages = registry.get("cabanes"), ItemsQuery(words=words, limit=limit), []
    while True:
        page = items.page(collection, AnonymousUser(), query)
        pages.append([bytes(text) for text in page.texts])
        if not page.more:
            return pages
        query = replace(query, after=page.last.id)


@pytest.mark.parametrize("words", [("heron",), ("hér", "sau"), ("h",), ("terril", "x"), ("rien",)])
def test_frequent_words_find_what_counting_finds(counted, monkeypatch, words):
    found = walk(words, 3)
    monkeypatch.setattr(search, "within", lambda *_given: None)
    assert found == walk(words, 3)


def test_a_frequent_word_is_not_counted_and_a_rare_one_is(counted, monkeypatch):
    asked = []
    few = counting.few
    monkeypatch.setattr(counting, "few", lambda *given: asked.append(given) or few(*given))
    items.page(registry.get("cabanes"), AnonymousUser(), ItemsQuery(words=("heron",), limit=3))
    assert asked == []
    items.page(registry.get("cabanes"), AnonymousUser(), ItemsQuery(words=("rien",), limit=3))
    assert len(asked) == 1


def test_how_many_rows_are_walked_follows_from_how_common_the_words_are(counted):
    cabins = registry.get("cabanes")
    one, both = (search.within(cabins, words, 4) for words in (("heron",), ("heron", "saule")))
    assert 12 < one < both < search.MOST_WALKED
    assert search.within(cabins, ("rien",), 4) is None
    assert search.within(cabins, ("heron",), search.MOST_WALKED) is None


@pytest.mark.parametrize("words", [("heron", "écrevisse"), ("écrevisse", "sau"), ("écrevisse", "l'eau", "terril")])
def test_a_rare_word_beside_frequent_ones_is_looked_up_alone(counted, words):
    rare = cabane(name_fr="Héron, saule et terril : l'eau des écrevisses")
    cabane(name_fr="Écrevisse")
    cabins = registry.get("cabanes")
    condition, values = search.clause(cabins, words)
    assert condition.as_string().count("@@") == 2
    assert values[0] == "ecrevisse"
    assert walk(words, 3) == [
        [items.page(cabins, AnonymousUser(), ItemsQuery(filters={"id": rare.uuid})).texts.__next__()]
    ]


@pytest.mark.parametrize("words", [("heron",), ("rien",), ("eau", "heron"), ("écrevisse", "écrevisses")])
def test_other_words_are_looked_up_together(counted, words):
    _condition, values = search.clause(registry.get("cabanes"), words)
    assert values == [" ".join(words)]


@pytest.mark.parametrize(
    "stale", ["revision = revision - 1, words = ''", "shape = shape + 1, words = ''", "words = NULL"]
)
@pytest.mark.parametrize("is_large", [False, True])
def test_words_that_are_not_of_the_row_are_found_anew(counted, monkeypatch, stale, is_large):
    if is_large:
        in_the_order_of_ids(monkeypatch)
    before = walk(("heron",), 3)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE geodata_text_cabanes SET {stale}")
    assert walk(("heron",), 3) == before


def test_a_large_page_of_a_frequent_word_reads_the_words_that_are_kept(counted, monkeypatch):
    in_the_order_of_ids(monkeypatch)
    assert len(walk(("heron",), 3)) > 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geodata_text_cabanes SET words = array_to_tsvector(ARRAY['rien'])")
    # The index still has the words of the row: what it finds is judged by those that are kept.
    assert walk(("heron",), 3) == [[]]
