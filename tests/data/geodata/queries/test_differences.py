"""What differs between two revisions is what the two states say, by pages and in numbers, and costs as much whatever lies between."""

import json
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cabanes.models import Cabane
from geodata import registry
from geodata.changes.forgetting import forget
from geodata.changes.recording import recording
from geodata.models import Revision
from geodata.queries import counting, differences, ledger, past, states
from geodata.queries.differences import LATEST, Place
from geodata.queries.ledger import Figures
from tests.factories.cabanes import cabane
from tests.factories.parcs import autorite

pytestmark = pytest.mark.django_db
# Features that an import published and that left since are told by the history alone.
IMPORTED = """
INSERT INTO geodata_revision (id, collection, uuid, op, public_op, actor_name, reason, source)
SELECT (SELECT max(id) FROM geodata_revision) + n, 'cabanes', uuid_v7(), 'insert', 'upsert', '', 'moisson', 'import'
FROM generate_series(1, %s) n;
ANALYZE geodata_revision
"""
# What is read at the ends of a stretch depends on where in a thousand they lie.
ALIGNED = "SELECT setval('geodata_revision_seq', (last_value / %(block)s + 1) * %(block)s) FROM geodata_revision_seq"
SOURCES = (("web", ""), ("import", "jeu de départ"), ("import", "moisson"), ("web", "moisson"))


@pytest.fixture
def cabins():
    return registry.get("cabanes")


@pytest.fixture
def history():
    """Revisions after each step of a random history of cabins by hand and by imports."""
    authority, chance = autorite(), random.Random(20261127)
    marks = [states.public_state(None).revision]
    for number in range(60):
        source, reason = chance.choice(SOURCES)
        with recording(by=None, reason=reason, source=source):
            if number < 12 or chance.random() < 0.2:
                cabane(name_fr=f"Cabane {number}", authority=authority, status=chance.choice(["draft", "published"]))
            for thing in chance.sample(list(Cabane.objects.order_by("id")), k=min(3, Cabane.objects.count())):
                values = chance.choice([
                    {"name_fr": f"Nom {chance.randrange(3)}"}, {"status": "draft"}, {"status": "published"},
                    {"status": "archived"}, {"deleted_at": timezone.now()}, {"deleted_at": None},
                ])  # fmt: skip
                Cabane.objects.filter(pk=thing.pk).update(**values)
        marks.append(Revision.objects.latest("id").pk)
    return marks


def at(cabins, revision):
    """Name by uuid of what everybody could see."""
    rows, _params = past.rows(cabins, revision)
    with connection.cursor() as cursor:
        cursor.execute(rows)
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {each["uuid"]: each["name_fr"] for each in found}


def listed(cabins, first, last, made=None):
    """All pages from the latest on, each checked against the way back."""
    pages, place = [], LATEST
    while place is not None:
        page = differences.page(cabins, first, last, place, made)
        assert len(page.found) <= differences.MOST
        pages.append(page)
        place = page.earlier
    back, place = list(pages[-1].found), pages[-1].later
    while place is not None:
        page = differences.page(cabins, first, last, place, made)
        back = [*page.found, *back]
        place = page.later
    found = [each for page in pages for each in page.found]
    assert [each.uuid for each in back] == [each.uuid for each in found]
    assert len({each.uuid for each in found}) == len(found)
    return found


@pytest.mark.parametrize("scanned", [3, 500])
def test_the_pages_hold_what_the_two_states_say(cabins, history, monkeypatch, scanned):
    monkeypatch.setattr(differences, "MOST", 4)
    monkeypatch.setattr(differences, "SCANNED", scanned)
    chance = random.Random(scanned)
    for _turn in range(12):
        first, last = sorted(chance.sample(history, 2))
        then, now = at(cabins, first), at(cabins, last)
        by_hand = listed(cabins, first, last)
        imports = differences.compared(first, last)["cabanes"].imports
        found = {each.uuid: each for made in imports for each in listed(cabins, first, last, made)}
        found |= {each.uuid: each for each in by_hand}
        assert set(found) == {uuid for uuid in then.keys() | now.keys() if then.get(uuid) != now.get(uuid)}
        for uuid, each in found.items():
            assert (each.earlier or {}).get("name_fr") == then.get(uuid)
            assert (each.later or {}).get("name_fr") == now.get(uuid)
        touched = Revision.objects.filter(id__gt=first, id__lte=last, collection="cabanes", public_op__isnull=False)
        assert {each.uuid for each in by_hand} <= set(touched.exclude(source="import").values_list("uuid", flat=True))
        for made in imports:
            own = touched.filter(source="import", reason=made.reason)
            assert {each.uuid for each in listed(cabins, first, last, made)} <= set(own.values_list("uuid", flat=True))
            assert made.figures.total == own.count()


@pytest.mark.parametrize("block", [1, 7, 1_000])
def test_the_numbers_are_those_of_every_change(cabins, history, monkeypatch, block):
    monkeypatch.setattr(ledger, "BLOCK", block)
    monkeypatch.setattr(ledger, "_kept", ledger._Kept())
    chance = random.Random(block)
    for _turn in range(20):
        first, last = sorted(chance.sample([0, *history, history[-1] + 5_000], 2))
        told = differences.compared(first, last)["cabanes"]
        changes = Revision.objects.filter(id__gt=first, id__lte=last, collection="cabanes", public_op__isnull=False)
        said = list(changes.extra(select={"since": "since"}).values_list("since", "public_op"))
        assert told.figures == Figures(
            sum(since is None for since, _op in said),
            sum(since is not None and op == "upsert" for since, op in said),
            sum(op != "upsert" for _since, op in said),
        )
        assert (told.count_first, told.count_last) == (len(at(cabins, first)), len(at(cabins, last)))


def test_only_what_came_since_is_added(history):
    known = ledger.ledger().state.revision
    Cabane.objects.filter(pk=Cabane.objects.filter(status="published", deleted_at=None).first().pk).update(
        name_fr="Autre"
    )
    with CaptureQueriesContext(connection) as queries:
        book = ledger.ledger()
    assert f"id > {known} AND" in queries.captured_queries[-1]["sql"]
    assert book.blocks == ledger._Kept().get().blocks
    with CaptureQueriesContext(connection) as queries:
        assert ledger.ledger() is book
    assert len(queries) == 1


def test_what_was_set_back_or_erased_has_everything_added_up_anew(cabins, history):
    ledger.ledger()
    Revision.objects.filter(pk=states.public_state(None).revision).delete()
    assert ledger.ledger() == ledger._Kept().get()
    erased = Revision.objects.filter(source="import", reason="moisson", public_op__isnull=False).first()
    forget(cabins, erased.uuid, [], "essai", reasons=True)
    assert ledger.ledger() == ledger._Kept().get()


def test_what_changes_while_it_is_counted_is_counted_once(history, monkeypatch):
    counted = counting.counted

    def changed_meanwhile(collection):
        found = counted(collection)
        if collection.id == "cabanes":
            cabane(authority_id=Cabane.objects.first().authority_id)
        return found

    before = differences.compared(history[10], history[-1])["cabanes"]
    monkeypatch.setattr(counting, "counted", changed_meanwhile)
    assert differences.compared(history[10], history[-1])["cabanes"] == before


def test_a_reason_is_told_without_the_notes_of_the_service(cabins):
    first = cabane().revision
    with recording(by=None, reason="moisson", note="proposition de Jeanne", source="import"):
        cabane()
    last = Revision.objects.latest("id").pk
    (made,) = differences.compared(first, last)["cabanes"].imports
    assert made.reason == "moisson"
    assert differences.imported(cabins, first, last, made.key) == made
    assert differences.imported(cabins, first, last, "0" * 12) is None


def asked_by(call, *given):
    """How many buffers the statements of a call touch, together."""
    with CaptureQueriesContext(connection) as queries:
        call(*given)
    buffers = 0
    for each in queries.captured_queries:
        if " geodata_revision" in each["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {each['sql']}")
                (told,) = cursor.fetchone()
            plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
            buffers += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return buffers


def grown(number):
    """That many more features that an import published; the last revision."""
    with connection.cursor() as cursor:
        for statement in IMPORTED.split(";"):
            cursor.execute(statement, [number] if "%s" in statement else None)
    return Revision.objects.latest("id").pk


def test_a_page_and_the_numbers_touch_as_much_of_a_long_history(cabins):
    authority = autorite()
    with connection.cursor() as cursor:
        cursor.execute(ALIGNED, {"block": ledger.BLOCK})
    first = cabane(authority=authority).revision
    assert first % ledger.BLOCK == 1
    for number in range(40):
        cabane(name_fr=f"Cabane {number}", authority=authority)
    touched = []
    for number in (1_000, 20_000):
        last = grown(number)
        half = first + (last - first) // 2
        (made,) = differences.compared(first, last)["cabanes"].imports
        book = ledger.ledger()
        touched.append({
            "by hand": asked_by(differences.page, cabins, first, last),
            "of an import": asked_by(differences.page, cabins, first, last, LATEST, made),
            "in its middle": asked_by(differences.page, cabins, first, last, Place(before=half), made),
            "back from there": asked_by(differences.page, cabins, first, last, Place(after=half), made),
            "numbers": asked_by(book.between, first, last),
            "numbers up to the middle": asked_by(book.between, first, half),
        })  # fmt: skip
    few, many = touched
    assert all(few.values())
    assert {name: (few[name], each) for name, each in many.items() if each > 1.2 * few[name] + 20} == {}
