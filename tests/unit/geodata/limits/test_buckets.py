from geodata.limits.buckets import Buckets
from geodata.limits.policies import Policy

THREE_A_MINUTE = Policy("address", 3, 60)


def test_a_quota_is_spent_at_once_and_given_back_evenly():
    buckets = Buckets()
    found = [buckets.take(b"a", THREE_A_MINUTE, 100.0) for _ in range(4)]
    assert [(each.granted, each.remaining) for each in found] == [(True, 2), (True, 1), (True, 0), (False, 0)]
    assert (found[2].reset_s, found[3].retry_s) == (60, 20)
    assert not buckets.take(b"a", THREE_A_MINUTE, 119.0).granted
    assert buckets.take(b"a", THREE_A_MINUTE, 120.0).granted
    assert buckets.take(b"a", THREE_A_MINUTE, 300.0).remaining == 2


def test_callers_do_not_share_a_bucket():
    buckets = Buckets()
    for _ in range(3):
        buckets.take(b"a", THREE_A_MINUTE, 0.0)
    assert not buckets.take(b"a", THREE_A_MINUTE, 0.0).granted
    assert buckets.take(b"b", THREE_A_MINUTE, 0.0).granted


def test_memory_is_bounded_and_the_busiest_callers_are_kept():
    buckets = Buckets(most=10)
    for _ in range(3):
        buckets.take(b"busy", THREE_A_MINUTE, 0.0)
    for number in range(1000):
        buckets.take(b"%d" % number, THREE_A_MINUTE, 0.0)
    assert len(buckets) <= 10
    assert not buckets.take(b"busy", THREE_A_MINUTE, 0.0).granted


def test_a_large_quota_is_granted_to_its_last_request():
    buckets, policy = Buckets(), Policy("key", 60_000, 300)
    granted = [buckets.take(b"a", policy, 7.3).granted for _ in range(60_001)]
    assert granted.count(True) == 60_000
    assert granted[-1] is False
