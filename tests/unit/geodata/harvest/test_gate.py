"""Which addresses a harvest may reach."""

from ipaddress import ip_address

import pytest

from geodata.harvest.gate import endpoint_of
from geodata.hosts import is_public
from geodata.vectorfile import Unreadable


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address.partition("%")[0]))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
     "fd00::1", "168.63.129.16", "2002:7f00:1::", "64:ff9b::a00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_all_others_are_not(address):
    assert not is_public(ip_address(address.partition("%")[0]))


def test_a_port_is_that_of_the_scheme_unless_it_is_said():
    assert endpoint_of("https://X.example/a?b") == ("x.example", 443)
    assert endpoint_of("http://x.example:8080/") == ("x.example", 8080)


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "//x.example/", "https://", "https://a:b@x.example/", "http://x.example:99999/"]
)
def test_other_addresses_are_refused(url):
    with pytest.raises(Unreadable):
        endpoint_of(url)
