"""All rules of a record are judged by one statement, as Django judges each of them by one."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint, DateTimeField, IntegerField, Q, TextField, Value
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext

from geodata.changes.judging import _broken
from tests.api.geodata.writing import FACTORIES

pytestmark = pytest.mark.django_db
DAY = "0001-01-01"
ODD = (None, "", "x", -1, 10**6, ["x"], DAY, "2999-01-01T00:00:00Z")


def one_by_one(model, thing, checks, failed=()):
    broken = []
    for each in checks:
        try:
            each.validate(model, thing, exclude=set(failed))
        except ValidationError:
            broken.append(each)
    return broken


def checks_of(thing):
    """The rules of a record's model, and of each field those that name it."""
    ((model, checks),) = [
        (model, found)
        for model, constraints in thing.get_constraints()
        if (found := [each for each in constraints if isinstance(each, CheckConstraint)])
    ]
    naming = {}
    for each in checks:
        for name in {name for name, *_lookups in model._get_expr_references(Q(each.condition))}:
            naming.setdefault(name, []).append(each)
    return model, checks, naming


@pytest.mark.parametrize("collection", FACTORIES)
def test_it_finds_what_each_rule_finds(collection):
    thing, met = FACTORIES[collection](), 0
    model, checks, naming = checks_of(thing)
    for name, concerned in naming.items():
        field = model._meta.get_field(name)
        before = getattr(thing, field.attname)
        for odd in ODD:
            # A day is none of the instants that are kept: they know their zone.
            if isinstance(field, DateTimeField) and odd == DAY:
                continue
            try:
                setattr(thing, field.attname, field.to_python(odd))
            except (ValidationError, TypeError, ValueError):
                continue
            broken = one_by_one(model, thing, concerned)
            assert [*_broken(model, thing, checks, set())] == broken, (name, odd)
            met += len(broken)
        setattr(thing, field.attname, before)
        # A field that is wrong already takes its rules with it.
        assert [*_broken(model, thing, concerned, {name})] == one_by_one(model, thing, concerned, {name}) == []
    assert met > 2


def test_one_statement_judges_all_of_them():
    thing = FACTORIES["cabanes"]()
    model, checks, _naming = checks_of(thing)
    with CaptureQueriesContext(connection) as queries:
        assert list(_broken(model, thing, checks, set())) == []
    assert len(checks) > 10
    assert sum("SELECT" in each["sql"] for each in queries) == 1


def test_a_rule_that_the_database_cannot_judge_hides_no_other():
    thing = FACTORIES["cabanes"](year_built=1800)
    impossible = CheckConstraint(
        name="impossible", condition=Q(slug=Cast(Cast(Value("x"), IntegerField()), TextField()))
    )
    late = CheckConstraint(name="late", condition=Q(year_built__gt=1900))
    assert list(_broken(type(thing), thing, [impossible, late], set())) == [late]
