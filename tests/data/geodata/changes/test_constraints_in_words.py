"""Every constraint of every collection's table has a sentence: none is shown by its name."""

import pytest
from django.db import DatabaseError, connection

from geodata import registry
from geodata.changes.constraints import UNSTORABLE, problem_of

CONSTRAINTS = """
SELECT conname, contype FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('c', 'u', 'x')
"""


class Refusal(Exception):
    def __init__(self, name, state):
        self.diag = type("Diagnosis", (), {"constraint_name": name})
        self.sqlstate = state


@pytest.mark.django_db
def test_every_constraint_is_told_in_words():
    silent = []
    for collection in registry.collections():
        with connection.cursor() as cursor:
            cursor.execute(CONSTRAINTS, [collection.table])
            found = cursor.fetchall()
        assert len(found) > 5
        for name, kind in found:
            error = DatabaseError()
            error.__cause__ = Refusal(name, "23514" if kind == "c" else "23505")
            problem = problem_of(error, collection.model_class)
            told = [str(text) for texts in problem.errors.values() for text in texts]
            # The check of a PositiveIntegerField is one of the column, and of full_clean() before.
            if not name.endswith("_check") and (str(UNSTORABLE) in told or any(name in text for text in told)):
                silent.append(name)
    assert silent == []
