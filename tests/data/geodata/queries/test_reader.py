"""Prepared statements have one plan, others a plan for their values, on the same connection."""

import pytest

from geodata.queries import apart, reader

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = "SELECT count(*) FROM cabanes_cabane WHERE slug = $1"
MODE = "SELECT current_setting('plan_cache_mode')"
PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"


@pytest.fixture
def own():
    found, _was_idle = reader.take()
    yield found
    found.raw.close()
    reader.give_back(found)


def mode(of, *, planned):
    return of.run(MODE, planned=planned).get_value(0, 0)


def test_a_prepared_statement_is_planned_once_from_its_first_use_on(own):
    for number in range(8):
        own.run(COUNT, [str(number)])
    found = own.run(PLANS, [COUNT])
    assert (found.get_value(0, 0), found.get_value(0, 1)) == (b"8", b"0")


def test_what_is_planned_for_its_values_may_come_between(own):
    assert [mode(own, planned=each) for each in (False, True, True, False)] == [
        b"force_generic_plan",
        b"auto",
        b"auto",
        b"force_generic_plan",
    ]


@pytest.mark.parametrize("before", [False, True])
def test_what_lasts_is_planned_for_its_values(before):
    reader.close()
    reader.read(MODE, planned=before)
    with apart.held() as held:
        assert mode(held, planned=False) == b"auto"
        assert [row.get_value(0, 0) for row in held.flow(MODE) if row.ntuples] == [b"auto"]
    for planned, wanted in ((True, b"auto"), (False, b"force_generic_plan")):
        assert reader.read(MODE, planned=planned).get_value(0, 0) == wanted
