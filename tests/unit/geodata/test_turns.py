"""Who asks while a read runs is answered by one that began later, together with all others who do."""

import threading
from itertools import count

import pytest

from geodata.queries.turns import Turns
from tests.waiting import until


def test_who_asks_while_one_runs_shares_the_next():
    turns, numbers, first, may_end = Turns(), count(1), threading.Event(), threading.Event()
    found = []

    def make():
        number = next(numbers)
        if number == 1:
            first.set()
            may_end.wait(10)
        return number

    threads = [threading.Thread(target=lambda: found.append(turns.read("a", make))) for _ in range(6)]
    threads[0].start()
    assert first.wait(10)
    for each in threads[1:]:
        each.start()
    assert until(lambda: "a" in turns._next)
    assert turns.read("b", lambda: "other") == "other"
    may_end.set()
    for each in threads:
        each.join(10)
    assert found.count(1) == 1
    assert len(found) == 6
    assert turns.read("a", make) > max(found)


def test_a_failure_is_told_to_who_asked_and_the_next_is_made():
    turns = Turns()
    with pytest.raises(ValueError, match="x"):
        turns.read("a", lambda: int("x"))
    assert turns.read("a", lambda: 2) == 2
