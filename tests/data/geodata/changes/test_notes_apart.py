"""What the service noted in the history before its notes had a column of their own."""

from importlib import import_module

import pytest
from django.db import connection

from geodata.changes.models import Proposition, Revision
from geodata.changes.recording import recording
from tests.factories.cabanes import cabane
from tests.factories.parcs import user

pytestmark = pytest.mark.django_db
OLD = [
    ("ogc", "sans If-Match", "sans If-Match", ""),
    ("ogc", "sans If-Match : brûlée", "sans If-Match", "brûlée"),
    ("ogc", "sans If-Matches", "", "sans If-Matches"),
    ("ogc", "proposition de Marie : retirée", "", "proposition de Marie : retirée"),
    ("web", "proposition de elie : sans If-Match : merci", "proposition de elie", "merci"),
    ("web", "proposition de elie", "proposition de elie", ""),
    ("web", "proposition de Marie Curie", "", "proposition de Marie Curie"),
    ("web", "sans If-Match", "", "sans If-Match"),
    ("import", "moisson : sans If-Match", "", "moisson : sans If-Match"),
]


def test_old_notes_are_told_from_reasons_by_the_way_they_came_and_put_back():
    made = []
    for source, reason, _note, _left in OLD:
        with recording(by=None, reason=reason, source=source):
            made.append(cabane().revision)
    split = import_module("geodata.migrations.0028_notes_apart")
    with connection.cursor() as cursor:
        cursor.execute(split.APART)
    rows = dict(Revision.objects.filter(id__in=made).values_list("id", "reason"))
    notes = dict(Revision.objects.filter(id__in=made).values_list("id", "note"))
    assert [(notes[each], rows[each]) for each in made] == [(note, left) for _source, _reason, note, left in OLD]
    with connection.cursor() as cursor:
        cursor.execute(split.TOGETHER)
    rows = dict(Revision.objects.filter(id__in=made).values_list("id", "reason"))
    assert [rows[each] for each in made] == [
        reason.replace(" : sans If-Match : merci", " : merci") for _source, reason, *_rest in OLD
    ]


OURS = [
    ("web", "retour à la version 12", "", "retour à la version 12", ""),
    ("web", "back to version 12", "proposition de elie", "proposition de elie : back to version 12", ""),
    ("web", "samen gepubliceerd (2 fiches)", "", "samen gepubliceerd (2 fiches)", ""),
    ("web", "publication groupée annulée", "", "publication groupée annulée", ""),
    ("web", "administration", "", "administration", ""),
    ("web", "retour à la version 12 : fausse", "", "", "retour à la version 12 : fausse"),
    ("ogc", "administration", "", "", "administration"),
    ("import", "moisson de « Lens »", "", "", "moisson de « Lens »"),
]


def test_what_the_service_wrote_as_a_reason_is_a_note():
    made = []
    for source, reason, note, *_rest in OURS:
        with recording(by=None, reason=reason, source=source, note=note):
            made.append(cabane().revision)
    with connection.cursor() as cursor:
        cursor.execute(import_module("geodata.migrations.0029_notes_of_our_own").APART)
    rows = {each.id: (each.note, each.reason) for each in Revision.objects.filter(id__in=made)}
    assert [rows[each] for each in made] == [(note, left) for *_given, note, left in OURS]


ANSWERS = [
    ("web", "merci", "proposition de elie", "", "merci", "proposition de elie : merci", ""),
    ("web", "rouvert : merci\n", "proposition de elie", "rouvert", "merci", "proposition de elie : merci", "rouvert"),
    ("web", "rouvert", "proposition de elie", "rouvert", "", "proposition de elie", "rouvert"),
    ("web", "autre chose", "proposition de elie", "", "merci", "proposition de elie", "autre chose"),
    ("ogc", "merci", "", "", "merci", "", "merci"),
]


def test_what_was_answered_to_a_proposition_is_a_note():
    made = []
    for source, reason, note, proposed, answer, *_rest in ANSWERS:
        thing = cabane()
        with recording(by=None, reason=reason, source=source, note=note):
            type(thing).objects.filter(pk=thing.pk).update(edition="2021")
        Proposition.objects.create(
            collection="cabanes", object_uuid=thing.uuid, base_revision=thing.revision, author=user(), patch={},
            reason=proposed, state=Proposition.State.ACCEPTED, decision_note=answer,
        )  # fmt: skip
        made.append(Revision.objects.filter(uuid=thing.uuid).latest("id").id)
    with connection.cursor() as cursor:
        cursor.execute(import_module("geodata.migrations.0030_answers_apart").APART)
    rows = {each.id: (each.note, each.reason) for each in Revision.objects.filter(id__in=made)}
    assert [rows[each] for each in made] == [(note, left) for *_given, note, left in ANSWERS]
