import pytest

from geodata.webhooks.addresses import Refused, is_allowed, parse, resolve

PRIVATE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "198.18.0.1", "192.0.2.1", "::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "2002:7f00:1::1", "2001::1", "2001:db8::1", "not an address",
)  # fmt: skip


@pytest.mark.parametrize("number", PRIVATE)
def test_what_is_not_public_is_refused(number):
    assert not is_allowed(number)


@pytest.mark.parametrize("number", ["93.184.216.34", "2a00:1450:4007::1", "::ffff:93.184.216.34"])
def test_what_is_public_is_allowed(number):
    assert is_allowed(number)


@pytest.mark.parametrize(
    "url",
    [
        "http://exemple.fr/", "ftp://exemple.fr/", "https://", "https:///x", "//exemple.fr/", "https://a:b@exemple.fr/",
        "https://exemple.fr:22/", "https://exemple.fr:80/", "https://exemple.fr/#a", "https://exemple.fr/ x",
        "https://exemple.fr\\@127.0.0.1/", "https://exemple.fr/\r\nHost: x", "https://exemple.fr:99999/",
        "https://[::1/", "https://" + "a" * 64 + ".fr/", "https://exemple.fr/" + "a" * 1000, "https://exemple.fr/é",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plain_https_is_refused(url):
    with pytest.raises(Refused):
        parse(url)


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize("url", ["http://exemple.fr/", "https://exemple.fr:9000/", "http://exemple.fr:8399/"])
def test_scheme_and_port_are_judged_by_the_one_rule_before_the_name_is_looked_up(settings, loopback, url):
    settings.WEBHOOKS_LOOPBACK = loopback
    with pytest.raises(Refused, match=r"https://.*443.*8443"):
        parse(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8399/", "http://localhost:8399/", "http://[::1]:80/"])
def test_to_try_things_out_this_machine_has_any_port(settings, url):
    settings.WEBHOOKS_LOOPBACK = True
    assert not parse(url).tls
    settings.WEBHOOKS_LOOPBACK = False
    with pytest.raises(Refused):
        parse(url)


def test_an_address_is_taken_apart():
    target = parse("https://Données.exemple.fr:8443/crochet?a=1")
    assert (target.host, target.port, target.path) == ("xn--donnes-eva.exemple.fr", 8443, "/crochet?a=1")
    assert target.authority == "xn--donnes-eva.exemple.fr:8443"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_every_writing_of_this_machine_is_refused_once_resolved(host):
    with pytest.raises(Refused):
        resolve(parse(f"https://{host}/"))


def test_a_name_with_one_private_number_among_public_ones_is_refused(monkeypatch):
    answers = [(2, 1, 6, "", (number, 443)) for number in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: answers)
    with pytest.raises(Refused):
        resolve(parse("https://exemple.fr/"))
    answers.pop()
    assert resolve(parse("https://exemple.fr/")) == "93.184.216.34"
