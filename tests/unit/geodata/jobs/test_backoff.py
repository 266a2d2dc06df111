from geodata.jobs import Backoff


def test_each_wait_is_twice_the_one_before_and_up_to_a_quarter_more():
    waits = [Backoff(first_s=10).wait_s(attempts) for attempts in (1, 2, 3)]
    assert all(plain <= wait <= plain * 1.25 for plain, wait in zip((10, 20, 40), waits, strict=True))


def test_a_wait_has_a_limit():
    assert 3600 <= Backoff(first_s=10, longest_s=3600).wait_s(50) <= 4500
