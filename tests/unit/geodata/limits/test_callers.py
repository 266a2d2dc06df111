import ipaddress

import pytest
from django.core.exceptions import ImproperlyConfigured

from geodata.limits.callers import caller, caller_address, network_of, read_networks
from geodata.limits.policies import Policy, read_policy

PROXIES = read_networks(["127.0.0.0/8", "10.0.0.0/8", "::1/128"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.1.1", "198.51.100.1"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, junk, 10.1.1.1", "10.1.1.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
    ],
)
def test_only_trusted_proxies_are_believed(peer, forwarded, found):
    assert caller_address(peer, forwarded, PROXIES) == ipaddress.ip_address(found)


def test_a_plain_peer_is_the_same_caller_as_behind_a_proxy():
    assert caller("203.0.113.7", "", PROXIES) == caller("127.0.0.1", "203.0.113.7", PROXIES)
    assert caller("203.0.113.7", "", PROXIES)[1] is False
    assert caller("127.0.0.1", "", PROXIES)[1] is True
    assert caller("::1", "", PROXIES)[1] is True


def test_a_peer_without_address_is_one_caller():
    assert caller_address("", "", PROXIES) is None
    assert network_of(None) == network_of(None)


def test_an_ipv6_network_of_64_bits_is_one_caller_an_ipv4_address_is_one():
    address = ipaddress.ip_address
    assert network_of(address("2001:db8:1:2::1")) == network_of(address("2001:db8:1:2:ffff::9"))
    assert network_of(address("2001:db8:1:2::1")) != network_of(address("2001:db8:1:3::1"))
    assert network_of(address("203.0.113.7")) != network_of(address("203.0.113.8"))
    assert address("203.0.113.7").packed not in network_of(address("203.0.113.7"))


def test_settings_are_read_or_refused_in_one_sentence():
    assert read_policy("address", "6000/300") == Policy("address", 6000, 300)
    assert read_policy("address", "6000/300").field == '"address";q=6000;w=300'
    assert read_policy("address", "off") is None
    for wrong in ("", "0/300", "100", "100/0", "many"):
        with pytest.raises(ImproperlyConfigured, match="address"):
            read_policy("address", wrong)
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        read_networks(["10.0.0.300"])
