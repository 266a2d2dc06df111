import pytest
from django.db import DatabaseError

from cabanes.models import Cabane
from geodata.changes.constraints import Taken, field_of, problem_of
from sentiers.models import Sentier


class Refusal(Exception):
    """What psycopg hands over."""

    def __init__(self, name="", state="23514"):
        self.diag = type("Diagnosis", (), {"constraint_name": name})
        self.sqlstate = state


def refused(name="", state="23514"):
    error = DatabaseError("a message that no client may read")
    error.__cause__ = Refusal(name, state)
    return error


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("cabanes_cabane_geom_extent", "geom"),
        ("cabanes_cabane_geom_valid", "geom"),
        ("cabanes_cabane_no_night", "overnight_allowed"),
        ("cabanes_cabane_dates", "dismantled_on"),
        ("cabanes_cabane_status_code", "status"),
        ("never_heard_of", ""),
    ],
)
def test_constraint_stands_beside_its_field(name, field):
    problem = problem_of(refused(name), Cabane)
    assert list(problem.errors) == [field]
    assert "message" not in str(problem.errors)
    assert name not in str([str(told) for told in problem.errors[field]])


def test_what_is_taken_is_a_conflict():
    problem = problem_of(refused("cabanes_cabane_slug_key", "23505"), Cabane)
    assert isinstance(problem, Taken)
    assert problem.status == 409
    assert problem.extensions["errors"][0]["field"] == "slug"


def test_rule_between_fields_stands_beside_the_one_to_correct():
    (rule,) = (each for each in Sentier._meta.constraints if each.name == "sentiers_sentier_instructions")
    assert field_of(rule) == "instructions_fr"


def test_failure_of_the_server_is_no_problem_of_the_data():
    assert problem_of(refused(state="57P01"), Cabane) is None
    assert problem_of(DatabaseError("x"), Cabane) is None
