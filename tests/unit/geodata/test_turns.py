"""Who asks while a read runs is answered by one that began later, together with all others who do."""

import threading
from itertools import count

import pytest

from geodata.queries import turns as turning
from geodata.queries.turns import Turns
from tests.waiting import until

OTHERS = 5


class Counted:
    """A lock that knows how often it was left."""

    def __init__(self):
        self.lock, self.left = threading.Lock(), 0

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_error):
        self.left += 1
        self.lock.release()


class Reading:
    """Threads that ask for one key; the first read runs until the test ends it."""

    def __init__(self):
        self.turns, self.numbers, self.found, self.failed = Turns(), count(1), [], []
        self.turns._lock = Counted()
        self.began, self.may_end = threading.Event(), threading.Event()
        self.threads = []
        self.ask(self.make)
        assert self.began.wait(10)
        self.asked = self.turns._lock.left

    def make(self):
        number = next(self.numbers)
        if number == 1:
            self.began.set()
            self.may_end.wait(10)
        return number

    def ask(self, make):
        self.threads.append(threading.Thread(target=self._read, args=[make]))
        self.threads[-1].start()

    def _read(self, make):
        try:
            self.found.append(self.turns.read("a", make))
        except ConnectionError as error:
            self.failed.append(error)

    def wait_for(self, others):
        """Until so many others know for what they wait."""
        assert until(lambda: self.turns._lock.left == self.asked + others)

    def end(self):
        self.may_end.set()
        for each in self.threads:
            each.join(10)


@pytest.fixture
def reading(monkeypatch):
    monkeypatch.setattr(turning, "PATIENCE_S", 10)
    made = Reading()
    yield made
    made.end()


def test_who_asks_while_one_runs_shares_the_next(reading):
    for _ in range(OTHERS):
        reading.ask(reading.make)
    reading.wait_for(OTHERS)
    assert reading.turns.read("b", lambda: "other") == "other"
    reading.end()
    assert sorted(reading.found) == [1, *[2] * OTHERS]
    assert reading.turns.read("a", reading.make) == 3


def test_who_waits_for_a_read_that_fails_reads_alone(reading):
    def fail():
        raise ConnectionError

    reading.ask(fail)
    reading.wait_for(1)
    reading.ask(reading.make)
    reading.wait_for(2)
    reading.end()
    assert sorted(reading.found) == [1, 2]
    assert len(reading.failed) == 1
    assert reading.turns.read("a", reading.make) == 3


def test_nobody_waits_long_for_a_read_that_does_not_end(reading, monkeypatch):
    monkeypatch.setattr(turning, "PATIENCE_S", 0.05)
    for _ in range(OTHERS):
        reading.ask(reading.make)
    for each in reading.threads[1:]:
        each.join(10)
    assert reading.threads[0].is_alive()
    assert len(reading.found) == OTHERS
    assert 1 not in reading.found


def test_who_is_stopped_while_it_waits_leaves_no_read_behind():
    class Stopped:
        def acquire(self, timeout):
            raise KeyboardInterrupt

    turns = Turns()
    turns._running["a"] = Stopped()
    with pytest.raises(KeyboardInterrupt):
        turns.read("a", int)
    assert not turns._next
